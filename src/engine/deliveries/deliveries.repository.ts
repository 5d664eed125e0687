import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import { AHEAD, LEASE, type DeliveryRef, type DeliveryRow, type SourceRef, type Settlement } from './delivery.js';
import { END, ENDED_COLUMNS, KEPT, OPEN_COLUMNS, ROW } from './delivery-columns.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

const REFS = unnest<DeliveryRef>()('w', { client_id: 'uuid', id: 'uuid', attempt_count: 'int' });

const CLAIM = prepared(
  'deliveries.claim',
  `update open_deliveries o
      set status = 'sending', awake = false, attempt_count = o.attempt_count + 1, updated_at = clock_timestamp(),
          lease_until = clock_timestamp() + ${LEASE}
     from ${REFS.sql}
    where o.client_id = w.client_id and o.id = w.id and o.attempt_count = w.attempt_count
      and o.status in ('pending', 'retrying') and o.next_attempt_at <= clock_timestamp()
      and (o.expires_at is null or o.expires_at > clock_timestamp()) and not o.cancel_requested
  returning ${OPEN_COLUMNS}`,
);

/** Of one source, so they are found by it. Who else claims them meanwhile has them. */
const CLAIM_SIBLINGS = prepared(
  'deliveries.claim-siblings',
  `with due as (
     select o.client_id, o.id from open_deliveries o
      where o.client_id = $1 and o.source_id = $2 and o.channel = $3 and o.lane = $4
        and o.status in ('pending', 'retrying') and o.next_attempt_at <= clock_timestamp() + interval '1 second'
        and not o.cancel_requested
        and (o.expires_at is null or o.expires_at > clock_timestamp())
      order by o.id limit $5 for update skip locked
   )
   update open_deliveries o
      set status = 'sending', awake = false, attempt_count = o.attempt_count + 1, updated_at = clock_timestamp(),
          lease_until = clock_timestamp() + ${LEASE}
     from due where o.client_id = due.client_id and o.id = due.id
  returning ${OPEN_COLUMNS}`,
);

/** Of what is held, released by one statement. */
export const RELEASED_AT_ONCE = 2_000;

const SETTLEMENTS = unnest<Settlement>()('s', {
  client_id: ['uuid', ({ delivery }) => delivery.client_id],
  id: ['uuid', ({ delivery }) => delivery.id],
  attempt_count: ['int', ({ delivery }) => delivery.attempt_count],
  holds: ['int', ({ delivery }) => delivery.holds],
  status: ['text', ({ verdict }) => verdict.status],
  reason: ['text', ({ verdict }) => verdict.reason],
  delay_ms: ['float8', ({ verdict }) => verdict.delayMs],
  routing: ['jsonb', ({ verdict }) => verdict.routing],
  provider_message_id: ['text', ({ verdict }) => verdict.provider_message_id],
  provider: ['text', ({ attempt }) => attempt.provider],
  attempt_status: ['text', ({ attempt }) => attempt.status],
  error_code: ['text', ({ attempt }) => attempt.error_code],
  error_message: ['text', ({ attempt }) => attempt.error_message],
  response_status: ['int', ({ attempt }) => attempt.response_status],
  response_body: ['text', ({ attempt }) => attempt.response_body],
  duration_ms: ['int', ({ attempt }) => attempt.duration_ms],
});

/** Of the attempt that ended, carried along: joining what was changed with what was said would compare all with all. */
const ATTEMPT = `s.provider as attempt_provider, s.attempt_status, s.error_message, s.response_status, s.response_body,
  s.duration_ms`;
const RECORDED = `client_id, id, attempt_count, attempt_provider, attempt_status, error_code, error_message, response_status,
  response_body, duration_ms`;
const HELD_BY = `o.client_id = s.client_id and o.id = s.id and o.status = 'sending' and o.attempt_count = s.attempt_count
  and o.holds = s.holds`;

const SETTLE = prepared(
  'deliveries.settle',
  `with s as (
     select * from ${SETTLEMENTS.sql}
   ), gone as (
     delete from open_deliveries o using s
      where ${HELD_BY} and s.status not in ('retrying', 'unknown', 'held')
     returning o.client_id, o.id, o.created_at, o.source_kind, o.source_id, o.channel, o.lane, o.priority, o.user_pk, o.address,
               coalesce(s.provider, o.provider) as provider, s.routing, o.attempt_count, o.max_attempts, o.expires_at, o.resend_of,
               o.traceparent, s.status, s.reason, s.error_code, s.provider_message_id, ${ATTEMPT}
   ), ended as (
     ${END}
     select ${KEPT}, status, reason, provider_message_id, case when status in ('sent', 'delivered') then clock_timestamp() end,
            case when status = 'delivered' then clock_timestamp() end, clock_timestamp()
       from gone
     returning ${ENDED_COLUMNS}
   ), kept as (
     update open_deliveries o
        set status = s.status, reason = s.reason, routing = s.routing, lease_until = null,
            error_code = case when s.status = 'held' then o.error_code else s.error_code end,
            provider = coalesce(s.provider, o.provider), updated_at = clock_timestamp(),
            attempt_count = o.attempt_count - (s.status = 'held')::int, holds = o.holds + (s.status = 'held')::int,
            next_attempt_at = clock_timestamp() + s.delay_ms * interval '1 millisecond',
            awake = s.status = 'retrying' and s.delay_ms * interval '1 millisecond' <= ${AHEAD}
       from s
      where ${HELD_BY} and s.status in ('retrying', 'unknown', 'held')
     returning ${OPEN_COLUMNS}, ${ATTEMPT}
   ), recorded as (
     insert into attempts (client_id, delivery_id, number, provider, status, error_code, error_message,
                           response_status, response_body, duration_ms, attempted_at)
     select a.*, clock_timestamp() - coalesce(a.duration_ms, 0) * interval '1 millisecond'
       from (
         select ${RECORDED} from gone union all select ${RECORDED} from kept where status <> 'held'
       ) a
   )
   select * from ended union all select ${ROW} from kept`,
);

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  /** Takes those that are still as was said; the others are somebody else's, or not due. One statement. */
  claim(refs: DeliveryRef[]): Promise<DeliveryRow[]> {
    return this.database.query(CLAIM, REFS.values(refs));
  }

  /**
   * Records attempts and what follows, of deliveries still held by the attempt that ended. Those that end leave the open
   * ones and become records in this statement. Those that are held were not tried: no attempt is recorded.
   * @param settlements at most one of each delivery
   * @returns those as they stand now
   */
  settle(tx: Tx, settlements: Settlement[]): Promise<DeliveryRow[]> {
    return tx.query(SETTLE, SETTLEMENTS.values(settlements));
  }

  /** Claims more of what a claimed delivery is a part of, of its channel and lane: what is due within a second, too. */
  claimSiblings(of: DeliveryRow, limit: number): Promise<DeliveryRow[]> {
    return this.database.query(CLAIM_SIBLINGS, [of.client_id, of.source_id, of.channel, of.lane, limit]);
  }

  /**
   * What waits for a provider of a channel is looked at again.
   * @param clientId null: of all clients
   * @returns how many; at most {@link RELEASED_AT_ONCE}
   */
  release(clientId: string | null, channel: string, afterMs: number): Promise<number> {
    const [whose, values] = clientId === null ? ['', []] : ['o.client_id = $3 and', [clientId]];
    return this.database.execute(
      `with held as (
         select o.client_id, o.id from open_deliveries o
          where ${whose} o.channel = $1 and o.status = 'held' and o.reason is not null
            and o.next_attempt_at > clock_timestamp() + $2 * interval '1 millisecond'
          limit ${RELEASED_AT_ONCE} for update skip locked
       )
       update open_deliveries o set next_attempt_at = clock_timestamp() + $2 * interval '1 millisecond'
         from held where o.client_id = held.client_id and o.id = held.id and o.status = 'held'`,
      [channel, afterMs, ...values],
    );
  }

  suppressedOf(tx: Tx, { client_id, id, created_at }: SourceRef): Promise<DeliveryRow[]> {
    return tx.query(
      `select ${ENDED_COLUMNS} from ended_deliveries e
        where e.client_id = $1 and e.source_id = $2 and e.created_at = $3 and e.status = 'suppressed'`,
      [client_id, id, created_at],
    );
  }

  /**
   * A device has shown it.
   * @param acknowledged channels whose deliveries devices acknowledge
   * @param by whose id is given: the delivery's own, or that of what it delivers
   * @returns nothing when it was not waiting for that
   */
  acknowledge(
    tx: Tx,
    acknowledged: string[],
    { client_id, user_pk, id, around }: { client_id: string; user_pk: UserPk; id: string; around: Date },
    by: 'id' | 'source_id',
  ): Promise<DeliveryRow[]> {
    return tx.query(
      `update ended_deliveries e
          set status = 'delivered', reason = null, delivered_at = clock_timestamp(), updated_at = clock_timestamp()
        where e.client_id = $1 and e.${by} = $2 and e.user_pk = $3 and e.channel = any ($5::text[]) and e.status = 'sent'
          and e.created_at between $4::timestamptz - interval '1 day' and $4::timestamptz + interval '1 day'
      returning ${ENDED_COLUMNS}`,
      [client_id, id, user_pk, around, acknowledged],
    );
  }

  /** The client's own ids of the deliveries' users, by `user_pk`. */
  async userIdsOf(tx: Tx, rows: DeliveryRow[]): Promise<Map<UserPk, UserId>> {
    const toUsers = rows.filter(({ user_pk }) => user_pk !== null);
    if (toUsers.length === 0) return new Map();
    const found = await tx.query<{ user_pk: UserPk; user_id: UserId }>(
      `select u.user_pk, u.user_id from users u join (
         select distinct client_id, user_pk from unnest($1::uuid[], $2::uuid[]) as w (client_id, user_pk)
       ) w on u.client_id = w.client_id and u.user_pk = w.user_pk`,
      [toUsers.map((row) => row.client_id), toUsers.map((row) => row.user_pk)],
    );
    return new Map(found.map(({ user_pk, user_id }) => [user_pk, user_id]));
  }
}
