import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import {
  DELIVERY_COLUMNS,
  type DeliveryRef,
  type DeliveryRow,
  type DeliveryStatus,
  type SourceRef,
  type Settlement,
} from './delivery.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** Longer than any attempt may take. */
const LEASE_S = 90;

@Injectable()
export class DeliveriesRepository {
  constructor(private readonly database: Database) {}

  /** Takes those that are still as their job says; the others are somebody else's, or not due. One statement. */
  claim(refs: DeliveryRef[]): Promise<DeliveryRow[]> {
    return this.database.query(
      `update deliveries d
          set status = 'sending', attempt_count = d.attempt_count + 1, updated_at = clock_timestamp(),
              lease_until = clock_timestamp() + interval '${LEASE_S} seconds'
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[]) as w (client_id, id, created_at, attempt_count)
        where d.client_id = w.client_id and d.id = w.id and d.created_at = w.created_at
          and d.attempt_count = w.attempt_count and d.status in ('pending', 'retrying')
          and d.next_attempt_at <= clock_timestamp()
          and (d.expires_at is null or d.expires_at > clock_timestamp())
      returning ${DELIVERY_COLUMNS}`,
      [
        refs.map((ref) => ref.client_id),
        refs.map((ref) => ref.id),
        refs.map((ref) => new Date(ref.created_at)),
        refs.map((ref) => ref.attempt_count),
      ],
    );
  }

  /**
   * Records attempts and what follows, of deliveries still held by the attempt that ended.
   * @param settlements at most one of each delivery
   * @returns those as they stand now
   */
  async settle(tx: Tx, settlements: Settlement[]): Promise<DeliveryRow[]> {
    const of = <T>(read: (settlement: Settlement) => T): T[] => settlements.map(read);
    return tx.query(
      `with s as (
         select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[], $5::text[], $6::text[], $7::float8[],
                              $8::jsonb[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::int[],
                              $15::text[], $16::int[])
           as s (client_id, id, created_at, attempt_count, status, reason, delay_ms, routing, provider_message_id,
                 provider, attempt_status, error_code, error_message, response_status, response_body, duration_ms)
       ), d as (
         update deliveries d
            set status = s.status, reason = s.reason, routing = s.routing, lease_until = null,
                provider = coalesce(s.provider, d.provider),
                provider_message_id = coalesce(s.provider_message_id, d.provider_message_id),
                next_attempt_at = clock_timestamp() + s.delay_ms * interval '1 millisecond',
                sent_at = case when s.status in ('sent', 'delivered') then coalesce(d.sent_at, clock_timestamp()) else d.sent_at end,
                delivered_at = case when s.status = 'delivered' then clock_timestamp() else d.delivered_at end,
                updated_at = clock_timestamp()
           from s
          where d.client_id = s.client_id and d.id = s.id and d.created_at = s.created_at
            and d.status = 'sending' and d.attempt_count = s.attempt_count
         returning ${DELIVERY_COLUMNS}
       ), recorded as (
         insert into attempts (client_id, delivery_id, number, provider, status, error_code, error_message,
                               response_status, response_body, duration_ms, attempted_at)
         select s.client_id, s.id, s.attempt_count, s.provider, s.attempt_status, s.error_code, s.error_message,
                s.response_status, s.response_body, s.duration_ms,
                clock_timestamp() - coalesce(s.duration_ms, 0) * interval '1 millisecond'
           from s join d on d.client_id = s.client_id and d.id = s.id
       )
       select * from d`,
      [
        of(({ delivery }) => delivery.client_id),
        of(({ delivery }) => delivery.id),
        of(({ delivery }) => delivery.created_at),
        of(({ delivery }) => delivery.attempt_count),
        of(({ verdict }) => verdict.status),
        of(({ verdict }) => verdict.reason),
        of(({ verdict }) => verdict.delayMs),
        of(({ verdict }) => JSON.stringify(verdict.routing)),
        of(({ verdict }) => verdict.provider_message_id),
        of(({ attempt }) => attempt.provider),
        of(({ attempt }) => attempt.status),
        of(({ attempt }) => attempt.error_code),
        of(({ attempt }) => attempt.error_message),
        of(({ attempt }) => attempt.response_status),
        of(({ attempt }) => attempt.response_body),
        of(({ attempt }) => attempt.duration_ms),
      ],
    );
  }

  /** Held by an attempt whose worker went away: nobody will settle them. */
  findLost(limit: number): Promise<DeliveryRow[]> {
    return this.database.query(
      `select ${DELIVERY_COLUMNS} from deliveries d
        where d.status = 'sending' and d.lease_until < statement_timestamp() order by d.lease_until limit $1`,
      [limit],
    );
  }

  /**
   * Deliveries past their time: those that wait, and those that were sent and that no device acknowledged.
   * @param acknowledged channels whose deliveries devices acknowledge
   */
  async expire(tx: Tx, acknowledged: string[], limit: number): Promise<(DeliveryRow & { from: DeliveryStatus })[]> {
    return tx.query(
      `with due as (
         select d.client_id, d.id, d.created_at, d.status from deliveries d
          where d.expires_at <= statement_timestamp()
            and (d.status in ('pending', 'held', 'retrying', 'unknown') or (d.status = 'sent' and d.channel = any ($2::text[])))
          order by d.expires_at limit $1 for update skip locked
       )
       update deliveries d set status = 'expired', reason = 'expired', next_attempt_at = null, updated_at = clock_timestamp()
         from due where d.client_id = due.client_id and d.id = due.id and d.created_at = due.created_at
      returning ${DELIVERY_COLUMNS}, due.status as "from"`,
      [limit, acknowledged],
    );
  }

  /** Unknown outcomes that were left alone for long enough: tried again, or given up. */
  async resolveUnknown(tx: Tx, limit: number): Promise<(DeliveryRow & { from: DeliveryStatus })[]> {
    return tx.query(
      `with due as (
         select d.client_id, d.id, d.created_at from deliveries d
          where d.status = 'unknown' and d.next_attempt_at <= statement_timestamp()
          order by d.next_attempt_at limit $1 for update skip locked
       )
       update deliveries d
          set status = case when d.attempt_count < d.max_attempts then 'retrying' else 'failed' end,
              reason = case when d.attempt_count < d.max_attempts then d.reason else 'outcome_unknown' end,
              next_attempt_at = case when d.attempt_count < d.max_attempts then clock_timestamp() end,
              updated_at = clock_timestamp()
         from due where d.client_id = due.client_id and d.id = due.id and d.created_at = due.created_at
      returning ${DELIVERY_COLUMNS}, 'unknown' as "from"`,
      [limit],
    );
  }

  suppressedOf(tx: Tx, { client_id, id, created_at }: SourceRef): Promise<DeliveryRow[]> {
    return tx.query(
      `select ${DELIVERY_COLUMNS} from deliveries d
        where d.client_id = $1 and d.source_id = $2 and d.created_at = $3 and d.status = 'suppressed'`,
      [client_id, id, created_at],
    );
  }

  /**
   * A device has shown it.
   * @param acknowledged channels whose deliveries devices acknowledge
   * @returns nothing when it was not waiting for that
   */
  async acknowledge(
    tx: Tx,
    acknowledged: string[],
    { client_id, user_pk, id, around }: { client_id: string; user_pk: UserPk; id: string; around: Date },
  ): Promise<DeliveryRow[]> {
    return tx.query(
      `update deliveries d
          set status = 'delivered', reason = null, delivered_at = clock_timestamp(), updated_at = clock_timestamp()
        where d.client_id = $1 and d.id = $2 and d.user_pk = $3 and d.channel = any ($5::text[]) and d.status = 'sent'
          and d.created_at between $4::timestamptz - interval '1 day' and $4::timestamptz + interval '1 day'
      returning ${DELIVERY_COLUMNS}`,
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
