import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import { bucketOf, LATENCIES } from '../../engine/deliveries/delivery-counts.js';
import { Tally, type Added, type Stage } from '../../engine/deliveries/delivery-tally.js';
import type { Interval, Period } from './period.js';
import { piecesOf, type Piece, type Steps } from './pieces.js';

/** Where the answer's buckets begin, in SQL; `$4` is the time zone. Local hours, not those of UTC, begin with their minute 0. */
export const bucketSql = (interval: Interval, bucket: string): string =>
  ({
    '15m': bucket,
    '1h': `${bucket} - make_interval(mins => extract(minute from ${bucket} at time zone $4)::int)`,
    '1d': `date_trunc('day', ${bucket}, $4)`,
  })[interval];

/** By what deliveries are told apart where they are counted. */
export type CountedBy = 'channel' | 'provider';

/** Counts of one bucket and group; without a bucket those of the whole period. */
export interface Cell {
  bucket: Date | null;
  group: string | null;
  tally: Tally;
}

/** What of the counts is read: the states alone; all numbers, with how long it took until sent; or how long all stages took. */
export type Part = 'states' | 'figures' | 'latencies';

const READ: Record<Part, { counts: boolean; stages: Stage[] }> = {
  states: { counts: true, stages: [] },
  figures: { counts: true, stages: ['sent'] },
  latencies: { counts: false, stages: ['first_attempt', 'sent', 'delivered'] },
};

const PIECES = unnest<Piece>()('p', { minutes: 'smallint', since: 'timestamptz', until: 'timestamptz' }, { first: 5 });

/**
 * What was done with, from the counts and from what is still to be added to them; what is open, where it lies. Of what was
 * added up each row is read as it is: to add up thousands of bins is work for who has them as numbers.
 */
const counted = (steps: Steps, by: CountedBy | null, part: Part): string => {
  const { counts, stages } = READ[part];
  const bucket = steps === 'whole' ? () => 'null::timestamptz' : (of: string) => bucketSql(steps, of);
  const group = (row: string): string => (by === null ? 'null::text' : `nullif(${row}.${by}, '')`);
  const column = (name: string, read: boolean): string => (read ? `r.${name}` : `null as ${name}`);
  const columns = (Object.keys(LATENCIES) as Stage[]).map((stage) => column(stage, stages.includes(stage))).join(', ');
  return `
    select ${bucket('r.bucket')} as bucket, ${group('r')} as "group", ${column('counts', counts)}, ${columns}
      from ${PIECES.sql} cross join lateral (
        select * from delivery_rollups r
         where r.client_id = $1 and r.minutes = p.minutes and r.bucket >= p.since and r.bucket < p.until
               ${counts ? '' : `and (r.first_attempt, r.sent, r.delivered) <> ('', '', '')`} offset 0) r
    union all
    select bucket, "group", jsonb_object_agg(key, n), null, null, null
      from (
        select ${bucket('d.bucket')} as bucket, ${group('d')} as "group", false as open, k.key, sum(k.value::bigint) as n
          from delivery_deltas d cross join lateral jsonb_each_text(d.counts) k
         where d.client_id = $1 and d.bucket >= $2 and d.bucket < $3 ${part === 'states' ? `and strpos(k.key, ':') = 0` : ''}
         group by 1, 2, 4
        union all
        select ${bucket('o.bucket')}, ${group('o')}, true, o.status, count(*)
          from (select ${bucketOf('created_at')} as bucket, channel, coalesce(provider, '') as provider, status
                  from open_deliveries where client_id = $1 and created_at >= $2 and created_at < $3) o
         group by 1, 2, 4
      ) left_over
     where $4::text is not null
     group by bucket, "group", open`;
};

/** What deliveries were counted as. Every answer is of one statement, therefore of one moment. */
@Injectable()
export class AnalyticsRepository {
  constructor(private readonly database: Database) {}

  /** Ids begin with the time, so that the first is of the oldest. */
  async backlog(clientId: string): Promise<{ deliveries: number; oldest_at: Date | null }> {
    const [found] = await this.database.query<{ deliveries: number; oldest_at: Date | null }>(
      `select (select count(*)::int from (select from open_deliveries where client_id = $1 limit 100000) o) as deliveries,
              (select created_at from open_deliveries where client_id = $1 order by id limit 1) as oldest_at`,
      [clientId],
    );
    return found!;
  }

  /** By bucket, then by group. @param by null: all together */
  async read(
    clientId: string,
    period: Omit<Period, 'interval'> & { interval: Steps },
    by: CountedBy | null,
    part: Part = 'figures',
  ): Promise<Cell[]> {
    const rows = await this.database.query<Omit<Cell, 'tally'> & Added>(counted(period.interval, by, part), [
      clientId,
      period.from,
      period.to,
      period.timezone,
      ...PIECES.values(piecesOf(period)),
    ]);
    return cellsOf(rows);
  }

  /** How many deliveries were accepted since the beginning of a quarter of an hour. @param channel null: over all */
  async acceptedSince(clientId: string, channel: string | null, since: Date): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      `select coalesce(sum((c.counts ->> 'accepted')::bigint), 0)::bigint as n
         from (
           select channel, counts from delivery_rollups where client_id = $1 and minutes = 15 and bucket >= $2
           union all
           select channel, counts from delivery_deltas where client_id = $1 and bucket >= $2
         ) c where $3::text is null or c.channel = $3`,
      [clientId, since, channel],
    );
    return row!.n;
  }
}

function cellsOf(rows: (Omit<Cell, 'tally'> & Added)[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const row of rows) {
    const { bucket, group } = row;
    const key = `${bucket?.getTime() ?? ''} ${group ?? ''}`;
    let cell = cells.get(key);
    if (!cell) cells.set(key, (cell = { bucket, group, tally: new Tally() }));
    cell.tally.add(row);
  }
  return [...cells.values()].toSorted(
    (a, b) => (a.bucket?.getTime() ?? 0) - (b.bucket?.getTime() ?? 0) || compare(a.group, b.group),
  );
}

/** What has no group comes last, as PostgreSQL sorts it. */
const compare = (a: string | null, b: string | null): number =>
  a === b ? 0 : a === null ? 1 : b === null ? -1 : a < b ? -1 : 1;
