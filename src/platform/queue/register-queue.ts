import type { DynamicModule } from '@nestjs/common';
import { BullModule } from '@nestjs/bullmq';
import { JobQueue, JobWorker } from './job-queue.js';

// For the whole process, and safe for several applications in it: their options say which backend they use.
BullModule.queueClass = JobQueue;
BullModule.workerClass = JobWorker;

/**
 * Declares a queue for work that comes by itself and has a throughput of its own, for the imports of the module that owns
 * it and provides its `@Processor`. The start fails unless each queue has exactly one processor, and each processor its
 * queue. What comes round again and again has no queue of its own: see `Periodic`.
 */
export function registerQueue(name: string): DynamicModule {
  return BullModule.registerQueue({ name });
}
