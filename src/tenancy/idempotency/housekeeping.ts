import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QueueService } from '../../platform/queue/queue.service.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const EVERY_MS = 600_000;

/** Drops answers that were kept for Idempotency-Keys whose time is over. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap {
  constructor(
    private readonly queue: QueueService,
    private readonly idempotency: IdempotencyRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.queue.every('idempotency-pruning', EVERY_MS, () => this.idempotency.prune());
  }
}
