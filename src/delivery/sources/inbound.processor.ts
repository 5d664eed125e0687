import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { InboundWorker } from './inbound-worker.js';
import { INBOUND_QUEUE, type InboundJob } from './inbound.queue.js';

/** Events in hand per process. */
const JOBS = 16;

@Processor(INBOUND_QUEUE, { concurrency: JOBS })
export class InboundProcessor extends WorkerHost {
  constructor(private readonly events: InboundWorker) {
    super();
  }

  async process({ data }: Job<InboundJob>): Promise<void> {
    await this.events.process(data);
  }
}
