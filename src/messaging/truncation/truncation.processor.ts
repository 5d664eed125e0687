import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { TruncationPurge } from './truncation.purge.js';

/** Looks at the rooms that were truncated, once what was read before has been read. */
@Periodic({ name: 'truncation-purging', everyMs: 60_000 })
export class TruncationProcessor implements PeriodicWork {
  constructor(private readonly purge: TruncationPurge) {}

  process(): Promise<void> {
    return this.purge.run();
  }
}
