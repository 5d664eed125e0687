import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { WorkerHost } from '@nestjs/bullmq';
import type { Job, RepeatOptions } from 'bullmq';
import { Housekeeping, HOUSEKEEPING_QUEUE } from './housekeeping.js';
import { JobQueue } from './job-queue.js';

/** Where `@Processor` keeps the name of its queue. */
const PROCESSOR_METADATA = 'bullmq:processor_metadata';

const STATES = ['waiting', 'active', 'delayed', 'prioritized'] as const;

/** Jobs looked at: of housekeeping all, of others the first. */
const LOOKED_AT = 100;

/** The queues of this application and what works on them, as its modules declare them. Not for constructors. */
@Injectable()
export class Queues implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly housekeeping: Housekeeping,
  ) {}

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
    return queue.getJobCounts(...STATES);
  }

  /** The same of each kind of job in it. A queue of one kind has those of its own name. */
  async countsByJob(queue: JobQueue): Promise<Map<string, Record<string, number>>> {
    if (queue.name !== HOUSEKEEPING_QUEUE) return new Map([[queue.name, await this.counts(queue)]]);
    const none = Object.fromEntries(STATES.map((state) => [state, 0]));
    const found = new Map(this.housekeeping.all.map(({ name }) => [name, { ...none }]));
    for (const state of STATES) {
      for (const job of await jobsOf(queue, [state])) {
        const counts = found.get(job.name);
        if (counts) counts[state]!++;
      }
    }
    return found;
  }

  /**
   * The job that has waited the longest for somebody to run it, and for how many seconds; 0: none does. One whose time has
   * come stays among the delayed ones until somebody who runs jobs looks.
   */
  async oldest(queue: JobQueue): Promise<{ job: string; seconds: number }> {
    let oldest = { job: '', seconds: 0 };
    const now = Date.now();
    for (const { name, timestamp, delay, opts } of await jobsOf(queue, ['waiting', 'prioritized', 'delayed'])) {
      // Of a job that had to wait for its time, only what it waited beyond that; once that has come, it says no longer how long.
      const { repeat } = opts as typeof opts & { repeat?: RepeatOptions };
      const since = timestamp + (delay || repeat?.every || 0);
      if (now - since > oldest.seconds * 1_000) oldest = { job: name, seconds: (now - since) / 1_000 };
    }
    return oldest;
  }

  private instances(): unknown[] {
    return this.discovery.getProviders().map(({ instance }) => instance as unknown);
  }
}

/** The first of them. One that ended while it was looked for is none any more. */
async function jobsOf(queue: JobQueue, states: ('waiting' | 'active' | 'delayed' | 'prioritized')[]): Promise<Job[]> {
  const found = (await queue.getJobs(states, 0, LOOKED_AT - 1, true)) as (Job | undefined)[];
  return found.filter((job) => job !== undefined);
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
