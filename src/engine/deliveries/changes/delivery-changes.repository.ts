import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { unnest } from '../../../platform/database/unnest.js';
import {
  AHEAD,
  daysOf,
  PRIORITIES,
  type DeliveryRow,
  type DeliveryStatus,
  type Priority,
  type SourceRef,
} from '../delivery.js';
import { END, ENDED_COLUMNS, GOES_ON, KEPT, OPEN_COLUMNS } from '../delivery-columns.js';
import type { Moved } from '../upkeep/sweeper.repository.js';

/** Where a channel's deliveries go now, of those that have not begun. */
export interface Redirection {
  channel: string;
  lane: string;
  /** Where the content says where it goes; null: as it was. */
  address: string | null;
}

/** What of open deliveries is changed; what is undefined stays. */
export interface DeliveryChange {
  priority?: Priority | undefined;
  /** null: never. */
  expires_at?: Date | null | undefined;
  /** Of those that have not begun. null: now. */
  begins_at?: Date | null | undefined;
  redirections: Redirection[];
}

/** How often a channel's deliveries are tried. */
export interface Tries {
  channel: string;
  attempts: number;
}

export type OpenRow = Pick<DeliveryRow, 'id' | 'channel' | 'status' | 'attempt_count'>;

const REDIRECTIONS = unnest<Redirection>()('w', { channel: 'text', lane: 'text', address: 'text' }, { first: 3 });
const TRIES = unnest<Tries>()('w', { channel: 'text', attempts: 'int' }, { first: 6 });
const IDS = unnest<Pick<DeliveryRow, 'client_id' | 'id'>>()('w', { client_id: 'uuid', id: 'uuid' }, { first: 2 });

/** Of those in `due`, which are locked: what may arrive still is told to be the last try, the others end. `$1`: the reason. */
const CANCEL = `flagged as (
     update open_deliveries o set cancel_requested = true, cancel_reason = coalesce(o.cancel_reason, $1) from due
      where o.client_id = due.client_id and o.id = due.id and ${GOES_ON}
   ), gone as (
     delete from open_deliveries o using due where o.client_id = due.client_id and o.id = due.id and not ${GOES_ON}
     returning o.*
   ), ended as (
     ${END} select ${KEPT}, 'cancelled', $1, null, null, null, clock_timestamp() from gone
     returning ${ENDED_COLUMNS}
   )
   select ended.*, gone.status as "from" from ended join gone on gone.client_id = ended.client_id and gone.id = ended.id`;

const CANCEL_ALL = `with due as materialized (
     select o.client_id, o.id from open_deliveries o where o.client_id = $2 and o.source_id = $3 order by o.id for update
   ), ${CANCEL}`;

const CANCEL_SOME = `with due as materialized (
     select o.client_id, o.id from ${IDS.sql} join open_deliveries o on o.client_id = w.client_id and o.id = w.id
      order by o.client_id, o.id for update of o
   ), ${CANCEL}`;

const OURS = `o.client_id = $1 and o.source_id = $2`;
const UNBEGUN = `o.status = 'pending' and o.attempt_count = 0`;

/** What callers change of deliveries that were accepted. A source's deliveries are locked in the order of their ids, before its own row. */
@Injectable()
export class DeliveryChangesRepository {
  /** Until the transaction ends nobody claims or settles them. */
  lockOpen(tx: Tx, { client_id, id }: Omit<SourceRef, 'created_at'>): Promise<OpenRow[]> {
    return tx.query(
      `select o.id, o.channel, o.status, o.attempt_count from open_deliveries o where ${OURS} order by o.id for update`,
      [client_id, id],
    );
  }

  /** Channels of which something was sent, or is being. */
  async begun(tx: Tx, source: SourceRef): Promise<Set<string>> {
    const rows = await tx.query<{ channel: string }>(
      `select distinct d.channel from deliveries d
        where d.client_id = $1 and d.source_id = $2 and d.created_at between $3 and $4 and d.attempt_count > 0`,
      [source.client_id, source.id, ...daysOf(source)],
    );
    return new Set(rows.map(({ channel }) => channel));
  }

  async change(tx: Tx, { client_id, id }: SourceRef, change: DeliveryChange): Promise<void> {
    if (change.priority !== undefined)
      await tx.execute(`update open_deliveries o set priority = $3 where ${OURS} and o.priority <> $3`, [
        client_id,
        id,
        PRIORITIES.indexOf(change.priority),
      ]);
    if (change.expires_at !== undefined)
      await tx.execute(`update open_deliveries o set expires_at = $3 where ${OURS}`, [
        client_id,
        id,
        change.expires_at,
      ]);
    if (change.begins_at !== undefined)
      await tx.execute(
        `update open_deliveries o
            set next_attempt_at = coalesce($3, clock_timestamp()),
                awake = coalesce($3, clock_timestamp()) <= clock_timestamp() + ${AHEAD}
          where ${OURS} and ${UNBEGUN}`,
        [client_id, id, change.begins_at],
      );
    if (change.redirections.length > 0)
      await tx.execute(
        `update open_deliveries o set lane = w.lane, address = coalesce(w.address, o.address)
           from ${REDIRECTIONS.sql} where ${OURS} and o.channel = w.channel and ${UNBEGUN}`,
        [client_id, id, ...REDIRECTIONS.values(change.redirections)],
      );
  }

  cancelAll(tx: Tx, { client_id, id }: SourceRef, reason: string): Promise<Moved[]> {
    return tx.query(CANCEL_ALL, [reason, client_id, id]);
  }

  cancelSome(tx: Tx, deliveries: Pick<DeliveryRow, 'client_id' | 'id'>[], reason: string): Promise<Moved[]> {
    return tx.query(CANCEL_SOME, [reason, ...IDS.values(deliveries)]);
  }

  /** Those that failed or expired are to be tried again, as often as if they were new: not what was sent again, or put aside. */
  reopen(tx: Tx, source: SourceRef, statuses: DeliveryStatus[], tries: Tries[]): Promise<Moved[]> {
    return tx.query(
      `with due as materialized (
         select e.client_id, e.id, e.created_at from ended_deliveries e
          where e.client_id = $1 and e.source_id = $2 and e.created_at between $3 and $4 and e.status = any ($5::text[])
            and e.resent_at is null and e.discarded_at is null
          order by e.id for update
       ), gone as (
         delete from ended_deliveries e using due
          where e.client_id = due.client_id and e.id = due.id and e.created_at = due.created_at and e.created_at between $3 and $4
         returning e.*
       ), opened as (
         insert into open_deliveries as o (client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk,
           address, provider, routing, attempt_count, resend_of, error_code, traceparent, status, awake, reason, max_attempts, expires_at,
           next_attempt_at, updated_at)
         select g.client_id, g.id, g.created_at, g.source_kind, g.source_id, g.channel, g.lane, g.priority, g.user_pk, g.address,
                g.provider, g.routing - '{tried,failing_since,exhausted,spent}'::text[], g.attempt_count, g.resend_of, g.error_code,
                g.traceparent, 'retrying', true, 'retry_requested',
                g.attempt_count + coalesce(w.attempts, g.max_attempts),
                case when g.expires_at > clock_timestamp() then g.expires_at end, clock_timestamp(), clock_timestamp()
           from gone g left join ${TRIES.sql} on w.channel = g.channel
         returning ${OPEN_COLUMNS}
       )
       select opened.*, gone.status as "from" from opened join gone on gone.client_id = opened.client_id and gone.id = opened.id`,
      [source.client_id, source.id, ...daysOf(source), statuses, ...TRIES.values(tries)],
    );
  }
}
