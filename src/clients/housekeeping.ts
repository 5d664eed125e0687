import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QueueService } from '../queue/queue.service.js';
import { AuthChangesRepository } from './auth-changes.repository.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const EVERY_MS = 600_000;

/** Drops what has served its time: answers kept for Idempotency-Keys, and changes that every node has heard of. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap {
  constructor(
    private readonly queue: QueueService,
    private readonly idempotency: IdempotencyRepository,
    private readonly changes: AuthChangesRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.queue.every('clients-housekeeping', EVERY_MS, () => this.run());
  }

  async run(): Promise<void> {
    await this.changes.prune();
    await this.idempotency.prune();
  }
}
