import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { bucketOf, type LATENCIES } from '../../engine/deliveries/delivery-counts.js';
import { countsIn } from '../../engine/deliveries/delivery-counts.repository.js';
import type { CountRow } from './counts.js';
import type { Interval, Period } from './period.js';

/** Where the answer's buckets begin, in SQL; `$4` is the time zone. Local hours, not those of UTC, begin with their minute 0. */
export const bucketSql = (interval: Interval, bucket: string): string =>
  ({
    '15m': bucket,
    '1h': `${bucket} - make_interval(mins => extract(minute from ${bucket} at time zone $4)::int)`,
    '1d': `date_trunc('day', ${bucket}, $4)`,
  })[interval];

/** By what deliveries are told apart where they are counted. */
export type CountedBy = 'channel' | 'provider';

const IN_PERIOD = 'client_id = $1 and bucket >= $2 and bucket < $3';

/** What of the counts is read: the states alone; all numbers, with how long it took until sent; or how long all stages took. */
export type Part = 'states' | 'figures' | 'latencies';

const STAGES: Record<Part, (keyof typeof LATENCIES)[]> = {
  states: [],
  figures: ['sent'],
  latencies: ['first_attempt', 'sent', 'delivered'],
};

/** What is done with, from the counts and from what is still to be added to them; what is open, where it lies. */
const counted = (part: Part): string => `
  select c.bucket, c.channel, c.provider, k.key, k.value::bigint as n
    from delivery_rollups c cross join lateral (${countsIn('c', STAGES[part], part !== 'latencies')}) k
   where ${IN_PERIOD} ${part === 'states' ? `and strpos(k.key, ':') = 0` : ''}
  union all
  select c.bucket, c.channel, c.provider, k.key, k.value::bigint
    from delivery_deltas c cross join lateral jsonb_each_text(c.counts) k
   where ${IN_PERIOD} ${part === 'states' ? `and strpos(k.key, ':') = 0` : ''}
  union all
  select ${bucketOf('o.created_at')}, o.channel, coalesce(o.provider, ''), o.status, 1
    from open_deliveries o where o.client_id = $1 and o.created_at >= $2 and o.created_at < $3`;

/** What deliveries were counted as. Every answer is of one statement, therefore of one moment. */
@Injectable()
export class AnalyticsRepository {
  constructor(private readonly database: Database) {}

  /** @param by null: all together */
  read(
    clientId: string,
    { from, to, interval, timezone }: Period,
    by: CountedBy | null,
    part: Part = 'figures',
  ): Promise<CountRow[]> {
    const group = by === null ? 'null::text' : `nullif(x.${by}, '')`;
    return this.database.query(
      `select ${bucketSql(interval, 'x.bucket')} as bucket, ${group} as "group", x.key, sum(x.n)::bigint as n
         from (${counted(part)}) x
        where $4::text is not null
        group by 1, 2, 3 order by 1, 2`,
      [clientId, from, to, timezone],
    );
  }

  /** How many deliveries were accepted since the beginning of a quarter of an hour. @param channel null: over all */
  async acceptedSince(clientId: string, channel: string | null, since: Date): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      `select coalesce(sum((c.counts ->> 'accepted')::bigint), 0)::bigint as n
         from (
           select channel, counts from delivery_rollups where client_id = $1 and bucket >= $2
           union all
           select channel, counts from delivery_deltas where client_id = $1 and bucket >= $2
         ) c where $3::text is null or c.channel = $3`,
      [clientId, since, channel],
    );
    return row!.n;
  }

  /** Of the whole period, by channel: what was accepted and what states it is in. */
  ledger(clientId: string, { from, to }: Pick<Period, 'from' | 'to'>): Promise<CountRow[]> {
    return this.database.query(
      `select null::timestamptz as bucket, x.channel as "group", x.key, sum(x.n)::bigint as n
         from (${counted('states')}) x
        group by 2, 3 order by 2`,
      [clientId, from, to],
    );
  }
}
