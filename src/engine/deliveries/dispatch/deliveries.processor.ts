import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { DELIVERY_QUEUE, type DeliveryJob } from './job-plan.js';
import { Workers } from './workers.js';

/**
 * Jobs in hand per process: more than are ever queued, so that none waits behind those of a slow lane. How much is sent at
 * once is for the workers' slots to say.
 */
const JOBS = 4_000;

@Processor(DELIVERY_QUEUE, { concurrency: JOBS })
export class DeliveriesProcessor extends WorkerHost {
  constructor(private readonly workers: Workers) {
    super();
  }

  process({ data, timestamp, delay }: Job<DeliveryJob>): Promise<void> {
    return this.workers.run(data, timestamp + (delay ?? 0));
  }
}
