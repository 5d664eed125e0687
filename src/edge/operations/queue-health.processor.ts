import { logger } from '../../platform/common/logger.js';
import { Queues } from '../../platform/queue/queues.js';
import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';

/** A job that has waited for longer finds nobody who works. */
const LATE_S = 60;

/** Looks whether jobs find somebody who runs them, and says in the log where they don't. */
@Periodic({ name: 'queue-health', everyMs: 60_000 })
export class QueueHealthProcessor implements PeriodicWork {
  constructor(private readonly queues: Queues) {}

  async process(): Promise<void> {
    for (const queue of this.queues.all) {
      const { job, seconds } = await this.queues.oldest(queue);
      const waits_s = Math.round(seconds);
      if (waits_s <= LATE_S) continue;
      const jobs = await this.queues.counts(queue);
      logger.warn({ queue: queue.name, job, waits_s, jobs }, 'Jobs wait too long: are there processes that run them?');
    }
  }
}
