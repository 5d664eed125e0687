import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { LOCKS } from '../../platform/database/session-lock.js';
import { unnest } from '../../platform/database/unnest.js';
import type { DeliveryStatus } from './delivery.js';
import { bucketOf, LATENCIES, type Delta } from './delivery-counts.js';

const DELTAS = unnest<Delta>()('d', {
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

const KEY = 'client_id, bucket, channel, provider';

/** Histograms of what is added up have columns of their own, so that numbers are read without them. */
const STAGES = Object.entries(LATENCIES);
const HISTOGRAMS = STAGES.map(([column]) => column).join(', ');
const IS_NUMBER = `key !~ '^[${Object.values(LATENCIES).join('')}]:'`;

/** Rows of `key` and `value`, as changes have them, of a row that was added up. @param stages of which histograms are wanted */
export const countsIn = (row: string, stages: readonly (keyof typeof LATENCIES)[], numbers = true): string =>
  [
    ...(numbers ? [`select key, value from jsonb_each_text(${row}.counts)`] : []),
    ...stages.map(
      (stage) => `select '${LATENCIES[stage]}:' || key as key, value from jsonb_each_text(${row}.${stage})`,
    ),
  ].join(' union all ');

const ALL = STAGES.map(([stage]) => stage as keyof typeof LATENCIES);

const FOLD = `
  with due as (
    select client_id, bucket, channel, id from delivery_deltas order by client_id, bucket, channel, id limit $1
  ), taken as (
    delete from delivery_deltas d using due
     where d.client_id = due.client_id and d.bucket = due.bucket and d.channel = due.channel and d.id = due.id
    returning d.client_id, d.bucket, d.channel, d.provider, d.counts
  ), touched as (
    select distinct ${KEY} from taken
  ), summed as (
    select ${KEY}, key, sum(value::bigint) as n
      from (
        select ${KEY}, key, value from taken t cross join lateral jsonb_each_text(t.counts)
        union all
        select ${KEY}, k.key, k.value
          from delivery_rollups r join touched using (${KEY}) cross join lateral (${countsIn('r', ALL)}) k
      ) c
     group by ${KEY}, key
  ), folded as (
    insert into delivery_rollups (${KEY}, counts, ${HISTOGRAMS})
    select ${KEY}, coalesce(jsonb_object_agg(key, n) filter (where n <> 0 and ${IS_NUMBER}), '{}'),
           ${STAGES.map(
             ([, kind]) =>
               `coalesce(jsonb_object_agg(substr(key, 3), n) filter (where n <> 0 and starts_with(key, '${kind}:')), '{}')`,
           ).join(`,
           `)}
      from summed
     group by ${KEY} order by ${KEY}
    on conflict (${KEY}) do update
       set counts = excluded.counts, ${STAGES.map(([column]) => `${column} = excluded.${column}`).join(', ')}
  )
  select count(*)::int as n from taken`;

/** Deliveries as they are counted: changes are appended where they are made, and added up soon after. */
@Injectable()
export class DeliveryCountsRepository {
  constructor(private readonly database: Database) {}

  /** With the commit of the changes that they count. */
  append(tx: Tx, deltas: Delta[]): void {
    if (deltas.length > 0) tx.withCommit(APPEND, DELTAS.values(deltas));
  }

  /** Adds changes up, in one transaction. @returns how many; 0 also while another process does it */
  fold(limit: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const [lock] = await tx.query<{ ours: boolean | null }>(
        `select case when exists (select 1 from delivery_deltas) then pg_try_advisory_xact_lock(${LOCKS.deliveryCounts}) end as ours`,
      );
      if (lock!.ours !== true) return 0;
      const [folded] = await tx.query<{ n: number }>(FOLD, [limit]);
      return folded!.n;
    });
  }

  /** What is open, by state, and how many changes are still to be added up; none of it beyond `most`. */
  async backlog(most: number): Promise<{ open: Map<DeliveryStatus, number>; waiting: number }> {
    const rows = await this.database.query<{ status: DeliveryStatus | null; n: number }>(
      `select status, count(*) as n from (select status from open_deliveries limit $1) o group by 1
       union all
       select null, count(*) from (select 1 from delivery_deltas limit $1) d`,
      [most],
    );
    return {
      open: new Map(rows.flatMap(({ status, n }) => (status === null ? [] : [[status, n] as const]))),
      waiting: rows.find(({ status }) => status === null)?.n ?? 0,
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
