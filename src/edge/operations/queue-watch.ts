import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { HOUSEKEEPING_QUEUE } from '../../platform/queue/housekeeping.js';
import { Queues } from '../../platform/queue/queues.js';
import { QueueHealthProcessor } from './queue-health.processor.js';

const EVERY_MS = 60_000;

/**
 * The check of {@link QueueHealthProcessor} is a job itself: where nobody runs jobs, nobody would tell. So processes that
 * run none look by themselves.
 */
@Injectable()
export class QueueWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private looking = false;
  private wasUnknown = false;

  constructor(
    private readonly config: Config,
    private readonly queues: Queues,
    private readonly health: QueueHealthProcessor,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) return;
    this.timer = setInterval(() => void this.look(), EVERY_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** A backend that is away has nothing to say, and one that hangs is not asked again meanwhile. */
  async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      await this.health.process();
      await this.lookForWorkers();
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'queues not reachable');
    }
    this.looking = false;
  }

  /** Whoever runs jobs keeps the schedules of periodic work. Of a queue that was just flushed they are back at the next look. */
  private async lookForWorkers(): Promise<void> {
    const periodic = this.queues.all.find(({ name }) => name === HOUSEKEEPING_QUEUE);
    const isUnknown = (await periodic?.getJobSchedulersCount()) === 0;
    if (isUnknown && this.wasUnknown)
      logger.warn('Nobody runs jobs: what is accepted waits. Start a process with --role worker.');
    this.wasUnknown = isUnknown;
  }
}
