import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import { DELIVERY_STATUSES, isOpen } from '../delivery.js';
import { bucketOf } from '../delivery-counts.js';

/** One number that the counts have and the rows have otherwise. */
export interface CountDifference {
  client_id: string;
  bucket: Date;
  channel: string;
  /** `accepted`, or a state. */
  what: string;
  /** As the rows are. */
  rows: number;
  counted: number;
}

const SETTLED = DELIVERY_STATUSES.filter((status) => !isOpen(status));
const CHECKED = ['accepted', ...SETTLED];

const DIFFERENCES = `
  with found as materialized (
    select d.client_id, ${bucketOf('d.created_at')} as bucket, d.channel, d.status, count(*) as n
      from deliveries d where d.created_at >= $1 and d.created_at < $2 group by 1, 2, 3, 4
  ), rows as (
    select client_id, bucket, channel, 'accepted' as what, sum(n) as n from found group by 1, 2, 3
    union all
    select client_id, bucket, channel, status, n from found where status = any ($4::text[])
  ), counted as (
    select c.client_id, c.bucket, c.channel, k.key as what, sum(k.value::bigint) as n
      from (
        select client_id, bucket, channel, counts from delivery_rollups where minutes = 15 and bucket >= $1 and bucket < $2
        union all
        select client_id, bucket, channel, counts from delivery_deltas where bucket >= $1 and bucket < $2
      ) c cross join lateral jsonb_each_text(c.counts) k
     where k.key = any ($3::text[]) group by 1, 2, 3, 4
  )
  select client_id, bucket, channel, what, coalesce(r.n, 0)::bigint as rows, coalesce(c.n, 0)::bigint as counted
    from rows r full join counted c using (client_id, bucket, channel, what)
   where coalesce(r.n, 0) <> coalesce(c.n, 0)
   order by client_id, bucket, channel, what limit $5`;

const CORRECTIONS = unnest<CountDifference>()('d', {
  client_id: 'uuid',
  bucket: 'timestamptz',
  channel: 'text',
  counts: ['jsonb', ({ what, rows, counted }) => ({ [what]: rows - counted })],
});

/** Days of deliveries that there are. */
const DAYS = `
  select to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC' as day
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
   where i.inhparent = 'ended_deliveries'::regclass and c.relname ~ '_\\d{8}$'
     and to_date(right(c.relname, 8), 'YYYYMMDD') <= (clock_timestamp() at time zone 'UTC')::date + 1
     and to_date(right(c.relname, 8), 'YYYYMMDD') > (clock_timestamp() at time zone 'UTC')::date - $1::int
   order by 1`;

/** Compares what deliveries were counted as with what they are. */
@Injectable()
export class CountsCheckRepository {
  constructor(private readonly database: Database) {}

  /** Everything that `check` reads is of one moment, however long it takes. */
  atOnce<T>(check: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction(
      async (tx) => {
        await tx.query('set local statement_timeout = 0');
        return check(tx);
      },
      { isolation: 'REPEATABLE READ' },
    );
  }

  /** The days (UTC) that there are deliveries of, at most so many. */
  async days(tx: Tx, most: number): Promise<Date[]> {
    return (await tx.query<{ day: Date }>(DAYS, [most])).map(({ day }) => day);
  }

  /** Of deliveries that were accepted within this time. */
  differences(tx: Tx, from: Date, to: Date, limit: number): Promise<CountDifference[]> {
    return tx.query(DIFFERENCES, [from, to, CHECKED, SETTLED, limit]);
  }

  /** Makes the counts what the rows were in the moment that `tx` sees, whatever has happened since. */
  async correct(tx: Tx, differences: CountDifference[]): Promise<void> {
    await tx.execute(
      `insert into delivery_deltas (client_id, bucket, channel, provider, counts)
       select client_id, bucket, channel, '', counts from ${CORRECTIONS.sql}`,
      CORRECTIONS.values(differences),
    );
  }
}
