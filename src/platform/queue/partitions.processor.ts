import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Database } from '../database/database.js';
import { ensurePartitions } from '../database/partitions.js';

export const PARTITIONS_QUEUE = 'partitions';

/** Makes the next days' partitions, so that a write never finds its day without one. */
@Processor(PARTITIONS_QUEUE)
export class PartitionsProcessor extends WorkerHost {
  constructor(private readonly database: Database) {
    super();
  }

  async process(): Promise<void> {
    await ensurePartitions((sql) => this.database.query(sql));
  }
}
