import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { WorkerHost } from '@nestjs/bullmq';
import { JobQueue } from './job-queue.js';

/** Where `@Processor` keeps the name of its queue. */
const PROCESSOR_METADATA = 'bullmq:processor_metadata';

/** The queues of this application and what works on them, as its modules declare them. Not for constructors. */
@Injectable()
export class Queues implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

  get all(): JobQueue[] {
    return this.instances().filter((found) => found instanceof JobQueue);
  }

  get processors(): WorkerHost[] {
    return this.instances().filter((found) => found instanceof WorkerHost);
  }

  /** @throws Error when a queue has no processor of its own, or a processor no queue */
  onModuleInit(): void {
    checkPairs(
      this.all.map(({ name }) => name),
      this.processors.map((processor) => [queueOf(processor), processor.constructor.name]),
    );
  }

  /** Jobs by state: waiting, active, delayed and prioritized. Fails while the backend is away. */
  async counts(queue: JobQueue): Promise<Record<string, number>> {
    return queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  }

  /** Seconds that the job has waited which waits the longest for somebody to run it; 0: none does. */
  async oldest(queue: JobQueue): Promise<number> {
    const waiting = await queue.getJobs(['waiting', 'prioritized'], 0, 0, true);
    // Of a job that had to wait for its time, only what it waited beyond that; once that has come, it says no longer how long.
    const since = waiting.map(({ timestamp, delay }) => timestamp + (delay || queue.everyMs || 0));
    return Math.max(0, ...since.map((at) => (Date.now() - at) / 1_000));
  }

  private instances(): unknown[] {
    return this.discovery.getProviders().map(({ instance }) => instance as unknown);
  }
}

const queueOf = (processor: WorkerHost): string =>
  (Reflect.getMetadata(PROCESSOR_METADATA, processor.constructor) as { name: string } | undefined)?.name ?? '';

function checkPairs(queues: string[], processors: [queue: string, processor: string][]): void {
  for (const queue of queues) {
    if (queues.indexOf(queue) !== queues.lastIndexOf(queue))
      throw new Error(`The queue "${queue}" is registered twice.`);
    const working = processors.filter(([name]) => name === queue).map(([, processor]) => processor);
    if (working.length === 0) throw new Error(`The queue "${queue}" has no @Processor.`);
    if (working.length > 1) throw new Error(`The queue "${queue}" has several processors: ${working.join(', ')}.`);
  }
  for (const [queue, processor] of processors) {
    if (!queues.includes(queue))
      throw new Error(`${processor} works on the queue "${queue}", which nobody registered.`);
  }
}
