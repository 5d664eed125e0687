import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { KeysRepository } from './keys.repository.js';

/** Drops keys that were revoked or expired long ago. */
@Periodic({ name: 'keys-pruning', everyMs: 3_600_000 })
export class KeysPruningProcessor implements PeriodicWork {
  constructor(private readonly keys: KeysRepository) {}

  process(): Promise<void> {
    return this.keys.prune();
  }
}
