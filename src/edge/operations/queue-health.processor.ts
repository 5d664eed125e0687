import { Processor, WorkerHost } from '@nestjs/bullmq';
import { logger } from '../../platform/common/logger.js';
import { Queues } from '../../platform/queue/queues.js';

export const QUEUE_HEALTH_QUEUE = 'queue-health';

/** A job that has waited for longer finds nobody who works. */
const LATE_S = 60;

/** Looks whether jobs find somebody who runs them, and says in the log where they don't. */
@Processor(QUEUE_HEALTH_QUEUE)
export class QueueHealthProcessor extends WorkerHost {
  constructor(private readonly queues: Queues) {
    super();
  }

  async process(): Promise<void> {
    for (const queue of this.queues.all) {
      const waits_s = Math.round(await this.queues.oldest(queue));
      if (waits_s <= LATE_S) continue;
      const jobs = await this.queues.counts(queue);
      logger.warn({ queue: queue.name, waits_s, jobs }, 'Jobs wait too long: are there processes that run them?');
    }
  }
}
