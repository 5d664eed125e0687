import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { PARTITIONED_TABLES } from '../../platform/database/partitions.js';
import { Queues } from '../../platform/queue/queues.js';
import { LogReaders } from '../../engine/events/log-readers.js';
import type { DeliveryStatus } from '../../engine/deliveries/delivery.js';

/** Of deliveries, those states in which something is still to be done. */
const OPEN = ['pending', 'held', 'sending', 'retrying', 'unknown'] as const satisfies readonly DeliveryStatus[];

/** Figures of the whole installation by name; those that begin with `process_` are of the process that looked. */
export type SystemFigures = Record<string, number>;

const MIB = 1_048_576;

/** Up to which day, from today (UTC), each table that is kept by day has its partitions: the one that has the fewest. */
const DAYS_AHEAD = `
  select min(last)::int from (
    select (select max(to_date(right(c.relname, 8), 'YYYYMMDD'))
              from pg_inherits i join pg_class c on c.oid = i.inhrelid
             where i.inhparent = to_regclass(t.name) and c.relname ~ '_\\d{8}$')
           - (clock_timestamp() at time zone 'UTC')::date as last
      from unnest(array['${PARTITIONED_TABLES.join("', '")}']) as t (name)) days`;

@Injectable()
export class SystemReport {
  constructor(
    private readonly database: Database,
    private readonly queues: Queues,
    private readonly readers: LogReaders,
  ) {}

  /** Nothing here costs more than the backlog is long. */
  async make(): Promise<SystemFigures> {
    const [installation, deliveries, jobs, lags] = await Promise.all([
      this.installation(),
      this.openDeliveries(),
      this.jobs(),
      this.readers.lags(),
    ]);
    return {
      ...installation,
      ...deliveries,
      ...jobs,
      log_readers_behind_s: Math.max(0, ...lags.map(({ seconds }) => seconds)),
      made_at_s: Math.round(Date.now() / 1_000),
      process_uptime_s: Math.round(process.uptime()),
      process_memory_mib: Math.round(process.memoryUsage.rss() / MIB),
      process_database_connections: this.database.pool.totalCount,
    };
  }

  private async installation(): Promise<SystemFigures> {
    const [row] = await this.database.query<SystemFigures>(
      `select (select count(*) from clients)::int as clients, (${DAYS_AHEAD}) as partition_days_ahead,
              (pg_database_size(current_database()) / ${MIB})::int as database_mib`,
    );
    return row!;
  }

  private async openDeliveries(): Promise<SystemFigures> {
    const rows = await this.database.query<{ status: string; count: number; oldest_s: number }>(
      `select status, count(*)::int as count, extract(epoch from clock_timestamp() - min(created_at))::int as oldest_s
         from open_deliveries group by status`,
    );
    const found = new Map(rows.map(({ status, count }) => [status, count]));
    return {
      ...Object.fromEntries(OPEN.map((status) => [`deliveries_${status}`, found.get(status) ?? 0])),
      deliveries_oldest_s: Math.max(0, ...rows.map(({ oldest_s }) => oldest_s)),
    };
  }

  /** Over all queues. */
  private async jobs(): Promise<SystemFigures> {
    const figures: SystemFigures = {};
    for (const queue of this.queues.all) {
      for (const [state, count] of Object.entries(await this.queues.counts(queue))) {
        figures[`jobs_${state}`] = (figures[`jobs_${state}`] ?? 0) + count;
      }
    }
    return figures;
  }
}
