import type { DynamicModule } from '@nestjs/common';
import { BullModule } from '@nestjs/bullmq';
import { JobQueue, JobWorker, type JobQueueOptions } from './job-queue.js';

// For the whole process, and safe for several applications in it: their options say which backend they use.
BullModule.queueClass = JobQueue;
BullModule.workerClass = JobWorker;

/**
 * Declares a queue, for the imports of the module that owns its work and provides its `@Processor`. One kind of job has
 * one queue. The start fails unless each queue has exactly one processor, and each processor its queue.
 * @param options `everyMs` makes its work periodic: nobody adds jobs to it, one comes about every so many milliseconds
 */
export function registerQueue(name: string, options: Pick<JobQueueOptions, 'everyMs'> = {}): DynamicModule {
  return BullModule.registerQueue({ name, ...options });
}
