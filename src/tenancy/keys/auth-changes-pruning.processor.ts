import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { AuthChangesRepository } from './auth-changes.repository.js';

/** Drops changes of keys that every node has heard of. */
@Periodic({ name: 'auth-changes-pruning', everyMs: 600_000 })
export class AuthChangesPruningProcessor implements PeriodicWork {
  constructor(private readonly changes: AuthChangesRepository) {}

  process(): Promise<void> {
    return this.changes.prune();
  }
}
