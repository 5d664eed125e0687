import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { InjectQueue } from '@nestjs/bullmq';
import type { Queue } from 'bullmq';
import { logger } from '../../../platform/common/logger.js';
import { endsIn } from '../../../platform/common/within.js';
import { Config } from '../../../platform/config/config.js';
import { LOCKS, SessionLock } from '../../../platform/database/session-lock.js';
import { RedisConnections } from '../../../platform/database/redis.js';
import { DispatcherRepository } from './dispatcher.repository.js';
import { DueSignal } from '../due-signal.js';
import { DueWalk } from './due-walk.js';
import { fairOrder } from './fair-order.js';
import { DELIVERY_QUEUE, JobPlan, type DeliveryJob, type PlannedJob } from './job-plan.js';
import { Sweeper } from '../upkeep/sweeper.js';
import { Workers } from './workers.js';

/** Queued at most; the backlog waits in PostgreSQL, where it is fair, visible and can be cancelled. */
const MAX_QUEUED = 2_000;
/** Where other processes work too, this one takes no more than so many for itself before it queues the rest for all. */
const OWN_SHARE = 64;
/** Between two looks: when nobody wakes it, at least, and while the queue is well filled. */
const POLL_MS = 250;
const GAP_MS = 5;
/** Where there was no room for all: what comes free meanwhile is taken together. */
const CROWDED_GAP_MS = 20;
const FULL_GAP_MS = 100;
const SWEEP_MS = 1_000;
const AFTER_FAULT_MS = 500;
/** A queue that is slow or hangs, as one does behind a lock on PostgreSQL, must not keep from being done what needs none. */
const ADDING_MS = 500;
const CANDIDATE_MS = 2_000;
/** A dispatcher that shows no life for so long is relieved by another process. */
const LIFE_SIGN_MS = 10_000;

/** Makes jobs of due deliveries. One process of the installation does, by an advisory lock. */
@Injectable()
export class Dispatcher implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly plan = new JobPlan();
  private readonly walk: DueWalk;
  private lock: SessionLock | undefined;
  private running: Promise<void> | null = null;
  private stopped = false;
  private woken = false;
  private interrupt: (() => void) | null = null;
  private sweptAt = Number.NEGATIVE_INFINITY;
  /** Something is due for which there was no room here. */
  private crowded = false;
  /** It takes no jobs: what others would have done is done here, as far as there is room. */
  private queueIsAway = false;
  /** It was given jobs and has not taken them yet. It is given no more meanwhile. */
  private isAdding = false;

  constructor(
    repository: DispatcherRepository,
    private readonly sweeper: Sweeper,
    private readonly workers: Workers,
    @InjectQueue(DELIVERY_QUEUE) private readonly queue: Queue<DeliveryJob>,
    private readonly due: DueSignal,
    private readonly redis: RedisConnections,
    private readonly config: Config,
  ) {
    this.walk = new DueWalk(repository);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.runsJobs()) return;
    // Before anything is accepted. Without Redis there is no other process.
    if (!this.redis.configured) await this.sweeper.takeOver();
    this.due.onDue(() => this.wake());
    this.workers.onFree(() => {
      if (this.crowded) this.wake();
    });
    this.running = this.loop();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    this.interrupt?.();
    await this.running;
    await this.lock?.release();
  }

  private wake(): void {
    this.woken = true;
    this.interrupt?.();
  }

  private async loop(): Promise<void> {
    while (!this.stopped) {
      const began = performance.now();
      try {
        if (await this.holdsLock()) {
          // First, because the queue may be away, and it needs none.
          if (began - this.sweptAt >= SWEEP_MS) {
            this.sweptAt = began;
            await this.sweeper.sweep();
          }
          const waiting = await this.look();
          const full = waiting > MAX_QUEUED / 2;
          // What a look had no room for needs nobody to wake it, as long as there is room for what it brings.
          if (this.walk.unfinished && !(this.redis.configured ? full : this.crowded)) this.woken = true;
          await this.pause(began, full ? FULL_GAP_MS : this.crowded ? CROWDED_GAP_MS : GAP_MS);
        } else {
          await this.untilWoken(CANDIDATE_MS);
        }
      } catch (error) {
        this.failed(error);
        await this.untilWoken(AFTER_FAULT_MS);
      }
    }
  }

  /** Looks once: what there is room for here is begun, the rest is queued for others. @returns how many wait for those */
  private async look(): Promise<number> {
    const wanted = fairOrder(await this.walk.next());
    const now = wanted.filter(({ due_in_ms }) => due_in_ms <= 0);
    const later = wanted.filter(({ due_in_ms }) => due_in_ms > 0);
    // Without Redis there is no other process.
    const shared = this.redis.configured;
    const share = shared && !this.queueIsAway ? OWN_SHARE : Number.POSITIVE_INFINITY;
    const left = await this.workers.take(now, share);
    this.crowded = left.length > 0;
    const waiting = (shared ? [...left, ...later] : later).slice(0, MAX_QUEUED);
    const jobs = this.isAdding ? [] : this.plan.next(waiting, performance.now());
    if (jobs.length > 0) await this.add(jobs);
    return waiting.length;
  }

  /** In one round trip. One that takes long goes on, and is not waited for. @throws what made it fail before */
  private async add(jobs: PlannedJob[]): Promise<void> {
    this.queueIsAway = true;
    this.isAdding = true;
    const adding = this.queue
      .addBulk(jobs.map(toJob))
      .then(() => {
        this.queueIsAway = false;
      })
      .finally(() => {
        this.isAdding = false;
      });
    if (!(await endsIn(ADDING_MS, adding))) void adding.catch((error: unknown) => this.failed(error));
  }

  /** What was planned is planned again. */
  private failed(error: unknown): void {
    this.plan.forget();
    if (!this.stopped) logger.warn({ reason: (error as Error).message }, 'Deliveries could not be queued yet.');
  }

  private async holdsLock(): Promise<boolean> {
    this.lock ??= await SessionLock.acquire({
      url: () => this.config.databaseUrl,
      key: LOCKS.dispatcher,
      patienceMs: 0,
      lifeSignMs: LIFE_SIGN_MS,
      onLost: () => {
        this.lock = undefined;
      },
    });
    return this.lock !== undefined;
  }

  /** Waits until somebody wakes it, but at least until `gapMs` after `began`. */
  private async pause(began: number, gapMs: number): Promise<void> {
    if (!this.woken) await this.untilWoken(POLL_MS);
    this.woken = false;
    const left = began + gapMs - performance.now();
    if (left > 0 && !this.stopped) await sleep(left);
  }

  private untilWoken(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.interrupt = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.interrupt = done;
    });
  }
}

const toJob = ({ id, data, delayMs }: PlannedJob) => ({
  name: DELIVERY_QUEUE,
  data,
  opts: { jobId: id, ...(delayMs === undefined ? {} : { delay: delayMs }) },
});
