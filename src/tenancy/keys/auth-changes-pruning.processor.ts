import { Processor, WorkerHost } from '@nestjs/bullmq';
import { AuthChangesRepository } from './auth-changes.repository.js';

export const AUTH_CHANGES_PRUNING_QUEUE = 'auth-changes-pruning';

/** Drops changes of keys that every node has heard of. */
@Processor(AUTH_CHANGES_PRUNING_QUEUE)
export class AuthChangesPruningProcessor extends WorkerHost {
  constructor(private readonly changes: AuthChangesRepository) {
    super();
  }

  process(): Promise<void> {
    return this.changes.prune();
  }
}
