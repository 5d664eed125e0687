import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { QueueService } from '../../platform/queue/queue.service.js';
import { AuthChangesRepository } from './auth-changes.repository.js';

const EVERY_MS = 600_000;

/** Drops changes of keys that every node has heard of. */
@Injectable()
export class AuthChangesPruning implements OnApplicationBootstrap {
  constructor(
    private readonly queue: QueueService,
    private readonly changes: AuthChangesRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.queue.every('auth-changes-pruning', EVERY_MS, () => this.changes.prune());
  }
}
