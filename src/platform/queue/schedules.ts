import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { logger } from '../common/logger.js';
import { Housekeeping, HOUSEKEEPING_QUEUE } from './housekeeping.js';
import { QueueBackend } from './queue.backend.js';

/** Keeps a scheduler for each kind of periodic work. */
@Injectable()
export class Schedules {
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    @InjectQueue(HOUSEKEEPING_QUEUE) private readonly queue: Queue,
    private readonly housekeeping: Housekeeping,
    private readonly backend: QueueBackend,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.assertAll(), this.backend.reassertMs);
    void this.assertAll();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Makes those that are not there. One that is there is left alone: making it again would delay its turn. */
  private async assertAll(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      for (const { name, everyMs } of this.housekeeping.all) {
        const found = await this.queue.getJobScheduler(name);
        if (found?.every !== everyMs) await this.queue.upsertJobScheduler(name, { every: everyMs }, { name });
      }
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'schedulers not reachable');
    }
    this.looking = false;
  }
}
