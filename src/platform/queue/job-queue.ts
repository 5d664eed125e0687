import { Queue, Worker } from 'bullmq';
import type { Job, JobsOptions, Processor, QueueOptions, WorkerOptions } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { logger } from '../common/logger.js';
import { asConnection, createBackend, type QueueBackend } from './queue.backend.js';

/** How long closing a worker may take beyond the jobs in hand. */
const CLOSE_MS = 2_000;

/** The rows own attempts and their schedule; a job that ran is gone, or its id could not be used again. */
const JOB_DEFAULTS: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

/** What every queue of an application is told. */
export const queueOptions = (backend: QueueBackend): QueueOptions => ({
  connection: asConnection(backend),
  prefix: 'chatapi',
  defaultJobOptions: JOB_DEFAULTS,
  // Nobody reads BullMQ's event stream.
  streams: { events: { maxLen: 100 } },
  ...backend.queueOptions,
});

/** A queue as `@InjectQueue` gives it. Adding to it fails at once while the backend is away. */
export class JobQueue extends Queue {
  constructor(name: string, options: QueueOptions) {
    super(name, options, createBackend as never);
    this.on('error', (error) => logger.debug({ queue: name, reason: error.message }, 'queue error'));
  }
}

/** What runs a processor. What a job throws is logged and the job is gone: lost work is found again from its rows. */
export class JobWorker extends Worker {
  private readonly inHand = new Set<Promise<void>>();
  private stopped: Promise<void> | undefined;

  constructor(name: string, processor: Processor, options: WorkerOptions) {
    super(
      name,
      processor,
      { removeOnComplete: { count: 0 }, removeOnFail: { count: 0 }, ...options },
      createBackend as never,
    );
    this.on('error', (error) => logger.debug({ queue: name, reason: error.message }, 'worker error'));
  }

  /**
   * Stops taking jobs and finishes those in hand. BullMQ closes a worker only when its backend answers, which may be
   * away for longer: that a job has run is then not told, and another process finds nothing left to do for it.
   */
  override close(): Promise<void> {
    this.stopped ??= Promise.race([
      super.close(),
      this.finished().then(() => sleep(CLOSE_MS, undefined, { ref: false })),
    ]);
    return this.stopped;
  }

  protected override async callProcessJob(job: Job, token: string): Promise<void> {
    const run = this.attempt(job, token);
    this.inHand.add(run);
    await run.finally(() => this.inHand.delete(run));
  }

  private async attempt(job: Job, token: string): Promise<void> {
    try {
      await this.processFn(job, token);
    } catch (error) {
      // Not thrown on: BullMQ would store the message, which PostgreSQL may refuse.
      logger.error({ queue: this.name, job: job.name, err: error }, 'job failed');
    }
  }

  private async finished(): Promise<void> {
    while (this.inHand.size > 0) await Promise.all(this.inHand);
  }
}
