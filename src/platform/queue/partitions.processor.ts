import { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { dropDays, ensurePartitions, type PARTITIONED_TABLES } from '../database/partitions.js';
import { Periodic, type PeriodicWork } from './periodic.js';

/**
 * Makes the next days' partitions, so that a write never finds its day without one, and drops those whose time is over.
 * Starts make them too: what stays up must not run out of days. Two weeks ahead leave room for many misses.
 */
@Periodic({ name: 'partitions', everyMs: 3_600_000 })
export class PartitionsProcessor implements PeriodicWork {
  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  async process(): Promise<void> {
    await ensurePartitions((sql) => this.database.query(sql));
    await this.drop('events', this.config.eventsKeptDays);
    // What endpoints were told is of no use without the events.
    await this.drop('endpoint_messages', this.config.eventsKeptDays);
    await this.drop('inbound_events', this.config.inboundEventsKeptDays);
  }

  private drop(table: (typeof PARTITIONED_TABLES)[number], keptDays: number): Promise<void> {
    return dropDays((sql, params) => this.database.query(sql, params), table, keptDays);
  }
}
