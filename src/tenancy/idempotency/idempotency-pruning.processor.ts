import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { IdempotencyRepository } from './idempotency.repository.js';

/** Drops answers that were kept for Idempotency-Keys whose time is over. */
@Periodic({ name: 'idempotency-pruning', everyMs: 600_000 })
export class IdempotencyPruningProcessor implements PeriodicWork {
  constructor(private readonly idempotency: IdempotencyRepository) {}

  process(): Promise<void> {
    return this.idempotency.prune();
  }
}
