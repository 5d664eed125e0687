import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../../platform/database/database.js';
import { prepared } from '../../../platform/database/prepared.js';
import { unnest } from '../../../platform/database/unnest.js';
import { AHEAD, type DeliveryRow, type DeliveryStatus } from '../delivery.js';
import { END, ENDED_COLUMNS, GOES_ON, KEPT, OPEN_COLUMNS } from '../delivery-columns.js';

/** What there is to be swept. */
export interface Overdue {
  lost: boolean;
  asleep: boolean;
  unknown: boolean;
  held: boolean;
  inTurn: boolean;
  expired: boolean;
  unseen: boolean;
  cancelled: boolean;
}

export type Moved = DeliveryRow & { from: DeliveryStatus };

interface RecordKey {
  client_id: string;
  id: string;
  created_at: Date;
}

const KEYS = unnest<RecordKey>()('w', { client_id: 'uuid', id: 'uuid', created_at: 'timestamptz' }, { first: 3 });

const LOST = `o.status = 'sending' and o.lease_until < statement_timestamp()`;
const ASLEEP = `o.status in ('pending', 'retrying') and not o.awake and o.next_attempt_at <= statement_timestamp() + ${AHEAD}`;
const UNKNOWN = `o.status = 'unknown' and o.next_attempt_at <= statement_timestamp()`;
const HELD = `o.status = 'held' and o.next_attempt_at <= statement_timestamp()`;
/** As the index `open_deliveries_in_turn` has them. */
const IN_TURN = `o.status = 'held' and o.reason in ('rate_limited', 'quota_exhausted')`;
/** The status is said again for the index. */
const EXPIRED = `o.status <> 'sending' and not ${GOES_ON} and o.expires_at <= statement_timestamp()`;
/** Cancelled while it was being sent, or may have been, which did not end it. */
const CANCELLED = `o.cancel_requested and not ${GOES_ON}`;
/** By created_at only days are left out: none after today has any. */
const UNSEEN = `e.status = 'sent' and e.expires_at <= statement_timestamp() and e.created_at <= statement_timestamp()
  and e.channel = any ($1::text[])`;

const OVERDUE = prepared(
  'deliveries.overdue',
  `select exists (select 1 from open_deliveries o where ${LOST}) as lost,
          exists (select 1 from open_deliveries o where ${ASLEEP}) as asleep,
          exists (select 1 from open_deliveries o where ${UNKNOWN}) as unknown,
          exists (select 1 from open_deliveries o where ${HELD}) as held,
          exists (select 1 from open_deliveries o where ${IN_TURN}) as "inTurn",
          exists (select 1 from open_deliveries o where ${EXPIRED}) as expired,
          exists (select 1 from ended_deliveries e where ${UNSEEN}) as unseen,
          exists (select 1 from open_deliveries o where ${CANCELLED}) as cancelled`,
);

/** A rate has room for the first of those that wait within seconds, whatever was estimated when others were before it. */
const WAKE_FIRST = prepared(
  'deliveries.wake-first',
  `with recursive lanes as (
     (select o.client_id, o.lane from open_deliveries o where ${IN_TURN} order by o.client_id, o.lane limit 1)
     union all
     select n.client_id, n.lane
       from lanes l, lateral (
         select o.client_id, o.lane from open_deliveries o where ${IN_TURN} and (o.client_id, o.lane) > (l.client_id, l.lane)
          order by o.client_id, o.lane limit 1) n
   ), firsts as (
     select o.client_id, o.id
       from (select * from lanes limit $1) l cross join lateral (
         select o.client_id, o.id, o.next_attempt_at from open_deliveries o
          where o.client_id = l.client_id and o.lane = l.lane and ${IN_TURN} and o.reason = 'rate_limited'
          order by o.priority, o.id limit 1) o
      where o.next_attempt_at > clock_timestamp() + interval '5 seconds'
   )
   update open_deliveries o set next_attempt_at = clock_timestamp()
     from firsts w where o.client_id = w.client_id and o.id = w.id and o.status = 'held'`,
);

/** Ends those that are so, `$1` at most. @param reason SQL, of the row that is gone */
const ending = (are: string, order: string, status: DeliveryStatus, reason: string): string =>
  `with due as (
     select o.client_id, o.id from open_deliveries o where ${are}
      order by ${order} limit $1 for update skip locked
   ), gone as (
     delete from open_deliveries o using due where o.client_id = due.client_id and o.id = due.id
     returning o.*
   ), ended as (
     ${END} select ${KEPT}, '${status}', ${reason}, null, null, null, clock_timestamp() from gone
     returning ${ENDED_COLUMNS}
   )
   select ended.*, gone.status as "from" from ended join gone on gone.client_id = ended.client_id and gone.id = ended.id`;
/** A delivery whose outcome is unknown, and for how long it has been. */
export interface UnknownRow extends DeliveryRow {
  unknown_for_ms: number;
}

/** What becomes of a delivery whose outcome was unknown. */
export interface Resolution {
  row: DeliveryRow;
  /** `unknown`: it is asked about again, after `delay_ms`. */
  status: 'retrying' | 'failed' | 'sent' | 'delivered' | 'unknown';
  reason: string | null;
  /** Who had it, where that was found out. */
  provider: string | null;
  provider_message_id: string | null;
  delay_ms: number;
  /** How often its provider was asked. */
  looks: number;
}

const RESOLUTIONS = unnest<Resolution>()('r', {
  client_id: ['uuid', ({ row }) => row.client_id],
  id: ['uuid', ({ row }) => row.id],
  attempt_count: ['int', ({ row }) => row.attempt_count],
  status: 'text',
  reason: 'text',
  provider: 'text',
  provider_message_id: 'text',
  delay_ms: 'float8',
  looks: 'int',
});

/** Who asks has this long to do so; then somebody else does. */
const ASKED_FOR = `interval '60 seconds'`;

const ASKED = unnest<DeliveryRow>()('r', { client_id: 'uuid', id: 'uuid', attempt_count: 'int' });

const RESOLVED = `o.client_id = r.client_id and o.id = r.id and o.status = 'unknown' and o.attempt_count = r.attempt_count`;

const RESOLVE = prepared(
  'deliveries.resolve',
  `with r as (
     select * from ${RESOLUTIONS.sql}
   ), later as (
     update open_deliveries o
        set next_attempt_at = clock_timestamp() + r.delay_ms * interval '1 millisecond',
            routing = case when o.routing ? 'unknown' then jsonb_set(o.routing, '{unknown,looks}', to_jsonb(r.looks)) else o.routing end
       from r where r.status = 'unknown' and ${RESOLVED}
   ), kept as (
     update open_deliveries o
        set status = 'retrying', reason = r.reason, awake = true, next_attempt_at = clock_timestamp(), updated_at = clock_timestamp()
       from r where r.status = 'retrying' and ${RESOLVED}
     returning ${OPEN_COLUMNS}
   ), gone as (
     delete from open_deliveries o using r where r.status not in ('retrying', 'unknown') and ${RESOLVED}
     returning o.*, r.status as becomes, r.reason as because, r.provider as had_by, r.provider_message_id
   ), ended as (
     ${END} select ${KEPT.replace(' provider,', ' coalesce(had_by, provider),')}, becomes, because, provider_message_id,
                   case when becomes in ('sent', 'delivered') then clock_timestamp() end,
                   case when becomes = 'delivered' then clock_timestamp() end, clock_timestamp() from gone
     returning ${ENDED_COLUMNS}
   )
   select *, 'unknown' as "from" from (select * from kept union all select * from ended) d`,
);

/** Finds, by their times, deliveries that nobody else will move on. */
@Injectable()
export class SweeperRepository {
  constructor(private readonly database: Database) {}

  /** @param acknowledged channels whose deliveries devices acknowledge */
  async overdue(acknowledged: string[]): Promise<Overdue> {
    return (await this.database.query<Overdue>(OVERDUE, [acknowledged]))[0]!;
  }

  /** Held by an attempt whose worker went away: nobody will settle them. */
  findLost(limit: number): Promise<DeliveryRow[]> {
    return this.database.query(
      `select ${OPEN_COLUMNS} from open_deliveries o where ${LOST} order by o.lease_until limit $1`,
      [limit],
    );
  }

  /** Claims that are held now are over. @returns how many */
  endLeases(): Promise<number> {
    return this.database.execute(
      `update open_deliveries set lease_until = statement_timestamp() where status = 'sending'`,
    );
  }

  /** Nobody finds out just now whether a provider works again: the next one may. */
  async endProbes(): Promise<void> {
    await this.database.execute('update provider_breakers set probe_until = null where probe_until is not null');
  }

  /** Retries that are due soon become visible to the dispatcher. @returns how many */
  wake(limit: number): Promise<number> {
    return this.database.execute(
      `with due as (
         select o.client_id, o.id from open_deliveries o where ${ASLEEP}
          order by o.next_attempt_at limit $1 for update skip locked
       )
       update open_deliveries o set awake = true from due where o.client_id = due.client_id and o.id = due.id`,
      [limit],
    );
  }

  /** What waited for a provider for as long as was estimated is due again; in its lane by its age, whenever it came back. */
  resume(tx: Tx, limit: number): Promise<Moved[]> {
    return tx.query(
      `with due as (
         select o.client_id, o.id from open_deliveries o where ${HELD}
          order by o.next_attempt_at limit $1 for update skip locked
       )
       update open_deliveries o
          set status = case when o.attempt_count = 0 then 'pending' else 'retrying' end, awake = true,
              next_attempt_at = least(o.next_attempt_at, o.created_at), updated_at = clock_timestamp()
         from due where o.client_id = due.client_id and o.id = due.id
      returning ${OPEN_COLUMNS}, 'held' as "from"`,
      [limit],
    );
  }

  /** Those whose turn it is, of what waits for a rate, are due. */
  async wakeFirst(lanes: number): Promise<void> {
    await this.database.query(WAKE_FIRST, [lanes]);
  }

  /** Unknown outcomes that were left alone for long enough. */
  findUnknown(limit: number): Promise<UnknownRow[]> {
    return this.database.query(
      `select ${OPEN_COLUMNS}, extract(epoch from clock_timestamp() - o.updated_at)::float8 * 1000 as unknown_for_ms
         from open_deliveries o where ${UNKNOWN} order by o.next_attempt_at limit $1`,
      [limit],
    );
  }

  /** Nobody else asks about them for a while. @returns the ids of those about which nobody did */
  async askAbout(rows: DeliveryRow[]): Promise<Set<string>> {
    const taken = await this.database.query<{ id: string }>(
      `update open_deliveries o set next_attempt_at = clock_timestamp() + ${ASKED_FOR}
         from ${ASKED.sql} where ${RESOLVED} and o.next_attempt_at <= clock_timestamp()
       returning o.id`,
      ASKED.values(rows),
    );
    return new Set(taken.map(({ id }) => id));
  }

  /** What becomes of unknown outcomes. Those that somebody else has moved on meanwhile stay as they are. */
  resolve(tx: Tx, resolutions: Resolution[]): Promise<Moved[]> {
    return tx.query(RESOLVE, RESOLUTIONS.values(resolutions));
  }

  /** Deliveries that still wait after their time. */
  expire(tx: Tx, limit: number): Promise<Moved[]> {
    return tx.query(ending(EXPIRED, 'o.expires_at', 'expired', `'expired'`), [limit]);
  }

  /** Deliveries that were cancelled while they were sent, and that were not. */
  endCancelled(tx: Tx, limit: number): Promise<Moved[]> {
    return tx.query(ending(CANCELLED, 'o.client_id, o.id', 'cancelled', `coalesce(cancel_reason, 'cancelled')`), [
      limit,
    ]);
  }

  /** Deliveries that were sent, and that no device acknowledged within their time. */
  async expireUnseen(tx: Tx, acknowledged: string[], limit: number): Promise<Moved[]> {
    const due = await tx.query<RecordKey>(
      `select e.client_id, e.id, e.created_at from ended_deliveries e where ${UNSEEN}
        order by e.expires_at limit $2 for update skip locked`,
      [acknowledged, limit],
    );
    if (due.length === 0) return [];
    const times = due.map(({ created_at }) => created_at.getTime());
    return tx.query(
      `update ended_deliveries e set status = 'expired', reason = 'expired', updated_at = clock_timestamp()
         from ${KEYS.sql} where e.client_id = w.client_id and e.id = w.id and e.created_at = w.created_at
          and e.created_at between $1 and $2
      returning ${ENDED_COLUMNS}, 'sent' as "from"`,
      [new Date(Math.min(...times)), new Date(Math.max(...times)), ...KEYS.values(due)],
    );
  }
}
