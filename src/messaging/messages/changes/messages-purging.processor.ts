import { Periodic, type PeriodicWork } from '../../../platform/queue/periodic.js';
import { ChangesRepository } from './changes.repository.js';

const AT_ONCE = 500;

/** Blanks deleted messages once they can't be undeleted any more. */
@Periodic({ name: 'messages-purging', everyMs: 600_000 })
export class MessagesPurgingProcessor implements PeriodicWork {
  constructor(private readonly changes: ChangesRepository) {}

  async process(): Promise<void> {
    while ((await this.changes.purge(AT_ONCE)) === AT_ONCE);
  }
}
