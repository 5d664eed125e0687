import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ensurePartitions } from '../database/partitions.js';
import { QueueService } from './queue.service.js';

/** Starts make partitions too: what stays up must not run out of days. Two weeks ahead leave room for many misses. */
const EVERY_MS = 3_600_000;

/** Makes the next days' partitions, so that a write never finds its day without one. */
@Injectable()
export class PartitionKeeper implements OnApplicationBootstrap {
  constructor(
    private readonly queue: QueueService,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    this.queue.every('partitions', EVERY_MS, () => this.run());
  }

  async run(): Promise<void> {
    await ensurePartitions((sql) => this.database.query(sql));
  }
}
