import { logger } from '../common/logger.js';
import { JobQueue, queueOptions } from './job-queue.js';
import { Periodic, type PeriodicWork } from './periodic.js';
import { QueueBackend } from './queue.backend.js';

/** What had a queue of its own before it became housekeeping. */
const FORMER = [
  'analytics-pruning',
  'audit-pruning',
  'auth-changes-pruning',
  'idempotency-pruning',
  'inbound-sweep',
  'keys-pruning',
  'lifecycle',
  'membership-changes-pruning',
  'messages-purging',
  'notifications-pruning',
  'partitions',
  'provider-events',
  'queue-health',
  'system-report',
  'truncation-purging',
];

/**
 * Clears away the queues that earlier versions had: each holds a job that nobody runs any more. While processes of such a
 * version still run beside this one, they make theirs again, and the next day finds them.
 */
@Periodic({ name: 'former-queues', everyMs: 86_400_000 })
export class FormerQueuesProcessor implements PeriodicWork {
  constructor(private readonly backend: QueueBackend) {}

  async process(): Promise<void> {
    for (const name of FORMER) {
      const queue = new JobQueue(name, queueOptions(this.backend));
      try {
        if ((await queue.getJobSchedulersCount()) === 0) continue;
        await queue.removeJobScheduler(name);
        await queue.obliterate({ force: true });
      } catch (error) {
        return logger.debug(
          { queue: name, reason: (error as Error).message },
          'a former queue is left for another day',
        );
      } finally {
        await queue.close();
      }
    }
  }
}
