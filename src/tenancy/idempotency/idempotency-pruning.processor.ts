import { Processor, WorkerHost } from '@nestjs/bullmq';
import { IdempotencyRepository } from './idempotency.repository.js';

export const IDEMPOTENCY_PRUNING_QUEUE = 'idempotency-pruning';

/** Drops answers that were kept for Idempotency-Keys whose time is over. */
@Processor(IDEMPOTENCY_PRUNING_QUEUE)
export class IdempotencyPruningProcessor extends WorkerHost {
  constructor(private readonly idempotency: IdempotencyRepository) {
    super();
  }

  process(): Promise<void> {
    return this.idempotency.prune();
  }
}
