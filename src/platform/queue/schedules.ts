import { Injectable } from '@nestjs/common';
import { logger } from '../common/logger.js';
import type { JobQueue } from './job-queue.js';
import { QueueBackend } from './queue.backend.js';
import { Queues } from './queues.js';

/** Keeps a scheduler for each queue of periodic work. */
@Injectable()
export class Schedules {
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly queues: Queues,
    private readonly backend: QueueBackend,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.assertAll(), this.backend.reassertMs);
    void this.assertAll();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async assertAll(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    await Promise.all(this.queues.all.map((queue) => this.assertOne(queue)));
    this.looking = false;
  }

  /** Makes the scheduler if it is not there. One that is there is left alone: making it again would delay its tick. */
  private async assertOne(queue: JobQueue): Promise<void> {
    const { name, everyMs } = queue;
    if (everyMs === undefined) return;
    try {
      // Whatever made two ticks at once: one runs at a time, in the whole cluster.
      if ((await queue.getGlobalConcurrency()) !== 1) await queue.setGlobalConcurrency(1);
      const found = await queue.getJobScheduler(name);
      if (found?.every !== everyMs) await queue.upsertJobScheduler(name, { every: everyMs }, { name });
    } catch (error) {
      logger.debug({ queue: name, reason: (error as Error).message }, 'scheduler not reachable');
    }
  }
}
