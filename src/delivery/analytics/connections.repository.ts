import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import { bucketOf } from '../../engine/deliveries/delivery-counts.js';
import { bucketSql } from './analytics.repository.js';
import type { Period } from './period.js';

/** How many connections of a client one process had open at once, at most. */
export interface Peak {
  client_id: string;
  peak: number;
}

const PEAKS = unnest<Peak>()('p', { client_id: 'uuid', peak: 'int' }, { first: 2 });

/** Connections as the processes that hold them tell. */
@Injectable()
export class ConnectionsRepository {
  constructor(private readonly database: Database) {}

  /** @param node which process, so that several add up */
  async add(node: string, peaks: Peak[]): Promise<void> {
    await this.database.execute(
      `insert into connection_rollups as c (client_id, bucket, node, peak)
       select client_id, ${bucketOf('statement_timestamp()')}, $1, peak from ${PEAKS.sql} order by client_id
       on conflict (client_id, bucket, node) do update set peak = greatest(c.peak, excluded.peak)`,
      [node, ...PEAKS.values(peaks)],
    );
  }

  /** The most by the period's steps; the last row, without a bucket, is of the whole of it. */
  read(
    clientId: string,
    { from, to, interval, timezone }: Period,
  ): Promise<{ bucket: Date | null; peak: number | null }[]> {
    return this.database.query(
      `select bucket, max(peak)::int as peak
         from (
           select ${bucketSql(interval, 'c.bucket')} as bucket, sum(c.peak) as peak
             from connection_rollups c
            where c.client_id = $1 and c.bucket >= $2 and c.bucket < $3 and $4::text is not null
            group by c.bucket
         ) x group by grouping sets ((bucket), ()) order by bucket nulls last`,
      [clientId, from, to, timezone],
    );
  }

  /** Drops what is older than so many days. */
  prune(keptDays: number, limit: number): Promise<number> {
    return this.database.execute(
      `delete from connection_rollups where (client_id, bucket, node) in (
         select client_id, bucket, node from connection_rollups
          where bucket < statement_timestamp() - make_interval(days => $1) limit $2)`,
      [keptDays, limit],
    );
  }
}
