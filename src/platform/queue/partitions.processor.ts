import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { dropDays, ensurePartitions, type PARTITIONED_TABLES } from '../database/partitions.js';

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
    await this.drop('events', this.config.eventsKeptDays);
    await this.drop('inbound_events', this.config.inboundEventsKeptDays);
  }

  private drop(table: (typeof PARTITIONED_TABLES)[number], keptDays: number): Promise<void> {
    return dropDays((sql, params) => this.database.query(sql, params), table, keptDays);
  }
}
