import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { dropDays, ensurePartitions } from '../database/partitions.js';

export const PARTITIONS_QUEUE = 'partitions';

/** Makes the next days' partitions, so that a write never finds its day without one, and drops those whose time is over. */
@Processor(PARTITIONS_QUEUE)
export class PartitionsProcessor extends WorkerHost {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {
    super();
  }

  async process(): Promise<void> {
    await ensurePartitions((sql) => this.database.query(sql));
    // What endpoints were told is of no use without the events.
    for (const table of ['events', 'endpoint_messages'] as const) {
      await dropDays((sql, params) => this.database.query(sql, params), table, this.config.eventsKeptDays);
    }
  }
}
