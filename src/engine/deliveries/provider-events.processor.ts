import { Processor, WorkerHost } from '@nestjs/bullmq';
import { SuppressionList } from '../suppressions/suppression-list.js';
import { ProviderEvents } from './provider-events.js';
import { ProviderPoller } from './provider-poller.js';

export const PROVIDER_EVENTS_QUEUE = 'provider-events';

/** Asks providers for what they have to tell, and tries what came too early again. */
@Processor(PROVIDER_EVENTS_QUEUE)
export class ProviderEventsProcessor extends WorkerHost {
  constructor(
    private readonly events: ProviderEvents,
    private readonly poller: ProviderPoller,
    private readonly suppressions: SuppressionList,
  ) {
    super();
  }

  async process(): Promise<void> {
    await this.events.retryParked();
    await this.events.dropParked();
    await this.suppressions.prune();
    await this.poller.round();
  }
}
