import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { EVENTS_AT_ONCE, InboundWorker } from './inbound-worker.js';
import { INBOUND_QUEUE, InboundQueue, type InboundJob } from './inbound.queue.js';

/** Until there may be room again for one whose client has all that it may have. */
const PUT_BACK_MS = 200;

@Processor(INBOUND_QUEUE, { concurrency: EVENTS_AT_ONCE })
export class InboundProcessor extends WorkerHost {
  constructor(
    private readonly events: InboundWorker,
    private readonly queue: InboundQueue,
  ) {
    super();
  }

  async process({ data }: Job<InboundJob>): Promise<void> {
    if (this.events.hasRoom(data.client_id)) await this.events.process(data);
    else this.queue.add(data, PUT_BACK_MS);
  }
}
