import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { AttemptsService } from './attempts.service.js';
import { DELIVERY_QUEUE, type DeliveryJob } from './job-plan.js';

/** Jobs in hand per process; each holds up to a chunk of one lane's deliveries. */
const JOBS = 500;

@Processor(DELIVERY_QUEUE, { concurrency: JOBS })
export class DeliveriesProcessor extends WorkerHost {
  constructor(private readonly attempts: AttemptsService) {
    super();
  }

  process({ data }: Job<DeliveryJob>): Promise<void> {
    return this.attempts.run(data);
  }
}
