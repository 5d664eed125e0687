import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { LOCKS } from '../../platform/database/session-lock.js';
import { unnest } from '../../platform/database/unnest.js';
import type { DeliveryStatus } from './delivery.js';
import { bucketOf, SPANS, type CountDelta } from './delivery-counts.js';
import { Tally, type Added } from './delivery-tally.js';

const DELTAS = unnest<CountDelta>()('d', {
  client_id: 'uuid',
  bucket: 'timestamptz',
  channel: 'text',
  provider: 'text',
  counts: 'jsonb',
});

const INTO = 'insert into delivery_deltas (client_id, bucket, channel, provider, counts)';

const APPEND = prepared('deliveries.count', `${INTO} select * from ${DELTAS.sql}`);

/** A CTE's body that counts what `wanted` of {@link insertDeliveries} accepts, in the statement that writes it. */
export const COUNT_ACCEPTED = `${INTO}
         select client_id, ${bucketOf('created_at')}, channel, '',
                jsonb_strip_nulls(jsonb_build_object('accepted', count(*), 'suppressed', nullif(count(suppressed), 0)))
           from wanted group by 1, 2, 3`;

const KEY = 'client_id, minutes, bucket, channel, provider';

/** Of one bucket, channel and provider, added up. */
interface Rollup {
  client_id: string;
  minutes: (typeof SPANS)[number];
  bucket: Date;
  channel: string;
  provider: string;
  tally: Tally;
}

type RollupKey = Omit<Rollup, 'tally'>;

const PLACES = unnest<RollupKey>()('p', {
  client_id: 'uuid',
  minutes: 'smallint',
  bucket: 'timestamptz',
  channel: 'text',
  provider: 'text',
});

const ROLLUPS = unnest<Rollup>()('r', {
  client_id: 'uuid',
  minutes: 'smallint',
  bucket: 'timestamptz',
  channel: 'text',
  provider: 'text',
  counts: ['jsonb', ({ tally }) => tally.numbers()],
  first_attempt: ['text', ({ tally }) => tally.stages.first_attempt.toText()],
  sent: ['text', ({ tally }) => tally.stages.sent.toText()],
  delivered: ['text', ({ tally }) => tally.stages.delivered.toText()],
});

const TAKE = `
  with due as (
    select client_id, bucket, channel, id from delivery_deltas order by client_id, bucket, channel, id limit $1
  )
  delete from delivery_deltas d using due
   where d.client_id = due.client_id and d.bucket = due.bucket and d.channel = due.channel and d.id = due.id
  returning d.client_id, d.bucket, d.channel, d.provider, d.counts`;

const READ = `
  select r.client_id, r.minutes, r.bucket, r.channel, r.provider, r.counts, r.first_attempt, r.sent, r.delivered
    from ${PLACES.sql} join delivery_rollups r using (${KEY})`;

const WRITE = `
  insert into delivery_rollups (${KEY}, counts, first_attempt, sent, delivered)
  select ${KEY}, counts, first_attempt, sent, delivered from ${ROLLUPS.sql} order by ${KEY}
  on conflict (${KEY}) do update
     set counts = excluded.counts, first_attempt = excluded.first_attempt, sent = excluded.sent, delivered = excluded.delivered`;

/** Deliveries as they are counted: changes are appended where they are made, and added up soon after. */
@Injectable()
export class DeliveryCountsRepository {
  constructor(private readonly database: Database) {}

  /** With the commit of the changes that they count. */
  append(tx: Tx, deltas: CountDelta[]): void {
    if (deltas.length > 0) tx.withCommit(APPEND, DELTAS.values(deltas));
  }

  /** Adds changes up, in one transaction. @returns how many; 0 also while another process does it */
  fold(limit: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ ours: boolean | null }>(
        `select case when exists (select 1 from delivery_deltas) then pg_try_advisory_xact_lock(${LOCKS.deliveryCounts}) end as ours`,
      );
      if (lock!.ours !== true) return 0;
      const taken = await tx.query<CountDelta>(TAKE, [limit]);
      const rollups = rollupsOf(taken);
      for (const row of await tx.query<RollupKey & Added>(READ, PLACES.values([...rollups.values()])))
        rollups.get(placeOf(row))!.tally.add(row);
      await tx.execute(WRITE, ROLLUPS.values([...rollups.values()]));
      return taken.length;
    });
  }

  /**
   * What is open, by state, how many changes are still to be added up, and how long what is due already waits to be begun;
   * none of it beyond `most`.
   */
  async backlog(most: number): Promise<{ open: Map<DeliveryStatus, number>; waiting: number; overdueS: number }> {
    const rows = await this.database.query<{ status: DeliveryStatus | null; n: number; overdue_s: number | null }>(
      `select status, count(*) as n,
              extract(epoch from clock_timestamp() - min(next_attempt_at) filter (where awake))::float8 as overdue_s
         from (select status, awake, next_attempt_at from open_deliveries limit $1) o group by 1
       union all
       select null, count(*), null from (select 1 from delivery_deltas limit $1) d`,
      [most],
    );
    return {
      open: new Map(rows.flatMap(({ status, n }) => (status === null ? [] : [[status, n] as const]))),
      waiting: rows.find(({ status }) => status === null)?.n ?? 0,
      overdueS: Math.max(0, ...rows.map(({ overdue_s }) => overdue_s ?? 0)),
    };
  }

  /** Drops counts of what was accepted more than so many days ago. */
  async prune(keptDays: number, limit: number): Promise<number> {
    return this.database.execute(
      `delete from delivery_rollups where (${KEY}) in (
         select ${KEY} from delivery_rollups where bucket < statement_timestamp() - make_interval(days => $1) limit $2)`,
      [keptDays, limit],
    );
  }
}

const placeOf = ({ client_id, minutes, bucket, channel, provider }: RollupKey): string =>
  `${client_id} ${minutes} ${bucket.getTime()} ${channel} ${provider}`;

/** What changes add to the bucket of each span that they belong to, by {@link placeOf}. */
function rollupsOf(deltas: readonly CountDelta[]): Map<string, Rollup> {
  const rollups = new Map<string, Rollup>();
  for (const { client_id, bucket, channel, provider, counts } of deltas) {
    for (const minutes of SPANS) {
      const span = minutes * 60_000;
      const key = {
        client_id,
        minutes,
        bucket: new Date(Math.floor(bucket.getTime() / span) * span),
        channel,
        provider,
      };
      const place = placeOf(key);
      let rollup = rollups.get(place);
      if (!rollup) rollups.set(place, (rollup = { ...key, tally: new Tally() }));
      rollup.tally.add({ counts });
    }
  }
  return rollups;
}
