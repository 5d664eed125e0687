import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Queue, Worker } from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { Config } from '../config/config.js';
import { logger } from '../common/logger.js';
import { RedisConnections } from '../database/redis.js';
import { createBackend, type QueueBackend } from './queue.backend.js';

/** A trigger: it may be lost, doubled or late. `data` holds ids only, never text that people wrote. */
export interface NewJob {
  /** While a job with this id waits or runs, adding it again does nothing. No `:`, and not a number. */
  id?: string;
  data: object;
  delayMs?: number;
}

/** Ticks would wait behind the backlog of any other queue. */
const PERIODIC = 'periodic';

/** How long closing the workers may take beyond the jobs in hand. */
const CLOSE_MS = 2_000;

/** How often a lost scheduler (a flushed Redis) is noticed and made again. */
const REASSERT_MS = 5_000;

/** BullMQ, on Redis where there is one and else on PostgreSQL. The only way to a queue. */
@Injectable()
export class QueueService implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly backend: QueueBackend;
  private readonly opened = new Map<string, Queue>();
  private readonly workers: Worker[] = [];
  private readonly inHand = new Set<Promise<void>>();
  private readonly periodic = new Map<string, { everyMs: number; handler: () => Promise<void> }>();
  private reasserting: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: Config,
    redis: RedisConnections,
  ) {
    this.backend = createBackend(config, redis);
  }

  get backendName(): 'redis' | 'postgres' {
    return this.backend.name;
  }

  /** Every queue that was used so far, for bull-board. */
  get queues(): Queue[] {
    return [...this.opened.values()];
  }

  async onModuleInit(): Promise<void> {
    await this.backend.prepare();
  }

  /** In one round trip. Fails at once while the backend is away. */
  async addBulk(queue: string, jobs: NewJob[]): Promise<void> {
    await this.queue(queue).addBulk(
      jobs.map(({ id, data, delayMs }) => ({
        name: queue,
        data,
        opts: { ...(id === undefined ? {} : { jobId: id }), ...(delayMs ? { delay: delayMs } : {}) },
      })),
    );
  }

  /**
   * Runs `handler` for each job, where this process runs jobs. What it throws is logged and the job is gone: work
   * that must not be lost is found again from its rows.
   */
  process<Data extends object>(
    queue: string,
    options: { concurrency: number },
    handler: (data: Data) => Promise<void>,
  ): void {
    if (!this.config.runsJobs()) return;
    this.queue(queue);
    this.startWorker(queue, options.concurrency, (_, data) => handler(data as Data));
  }

  /** Runs `handler` about every `everyMs`, by one process of the cluster at a time. Call once the app has started. */
  every(name: string, everyMs: number, handler: () => Promise<void>): void {
    if (!this.config.runsJobs()) return;
    if (this.periodic.size === 0) {
      this.startWorker(PERIODIC, 4, async (job) => this.periodic.get(job)?.handler());
      this.reasserting = setInterval(() => void this.assertSchedulers(), REASSERT_MS);
    }
    this.periodic.set(name, { everyMs, handler });
    void this.assertSchedulers();
  }

  /** Jobs by state. */
  async counts(queue: string): Promise<Record<string, number>> {
    return this.queue(queue).getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  }

  /**
   * Stops taking jobs and finishes those in hand. BullMQ closes a worker only when its backend answers, which may be
   * away for longer: that a job has run is then not told, and another process finds nothing left to do for it.
   */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.reasserting);
    const closed = Promise.all(this.workers.map((worker) => worker.close()));
    await Promise.race([closed, this.finished().then(() => sleep(CLOSE_MS, undefined, { ref: false }))]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.queues.map((queue) => queue.close()));
    await this.backend.close();
  }

  private async finished(): Promise<void> {
    while (this.inHand.size > 0) await Promise.all(this.inHand);
  }

  private queue(name: string): Queue {
    let queue = this.opened.get(name);
    if (!queue) {
      queue = this.backend.queue(name);
      queue.on('error', (error) => logger.debug({ queue: name, reason: error.message }, 'queue error'));
      this.opened.set(name, queue);
    }
    return queue;
  }

  private async run(queue: string, job: string, handler: () => Promise<void>): Promise<void> {
    try {
      await handler();
    } catch (error) {
      // Not thrown on: BullMQ would store the message, which PostgreSQL may refuse.
      logger.error({ queue, job, err: error }, 'job failed');
    }
  }

  private startWorker(queue: string, concurrency: number, handler: (job: string, data: object) => Promise<void>): void {
    const worker = this.backend.worker(
      queue,
      async (job) => {
        const run = this.run(queue, job.name, () => handler(job.name, job.data as object));
        this.inHand.add(run);
        await run.finally(() => this.inHand.delete(run));
      },
      concurrency,
    );
    worker.on('error', (error) => logger.debug({ queue, reason: error.message }, 'worker error'));
    this.workers.push(worker);
  }

  /** Makes the schedulers that are not there. One that is there is left alone: making it again would delay its tick. */
  private async assertSchedulers(): Promise<void> {
    const queue = this.queue(PERIODIC);
    // Whatever made two ticks at once: one runs at a time, in the whole cluster.
    await queue.setGlobalConcurrency(1).catch(() => undefined);
    for (const [name, { everyMs }] of this.periodic) {
      try {
        const found = await queue.getJobScheduler(name);
        if (found?.every !== everyMs) await queue.upsertJobScheduler(name, { every: everyMs }, { name });
      } catch (error) {
        logger.debug({ job: name, reason: (error as Error).message }, 'scheduler not reachable');
      }
    }
  }
}
