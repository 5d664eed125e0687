import { Periodic, type PeriodicWork } from '../../../platform/queue/periodic.js';
import { SuppressionList } from '../../suppressions/suppression-list.js';
import { ProviderEvents } from './provider-events.js';
import { ProviderPoller } from './provider-poller.js';

/** Asks providers for what they have to tell, and tries what came too early again. */
@Periodic({ name: 'provider-events', everyMs: 15_000 })
export class ProviderEventsProcessor implements PeriodicWork {
  constructor(
    private readonly events: ProviderEvents,
    private readonly poller: ProviderPoller,
    private readonly suppressions: SuppressionList,
  ) {}

  async process(): Promise<void> {
    await this.events.retryParked();
    await this.events.dropParked();
    await this.suppressions.prune();
    await this.poller.round();
  }
}
