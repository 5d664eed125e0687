import type { UserPk } from '../../platform/common/ids.js';
import { unnest } from '../../platform/database/unnest.js';
import { COUNT_ACCEPTED } from './delivery-counts.repository.js';
import { AHEAD, LEASE, PRIORITIES, type Priority } from './delivery.js';

export interface NewDelivery {
  id: string;
  channel: string;
  lane: string;
  user_pk: UserPk | null;
  address: string | null;
  max_attempts: number;
  /** Why it is suppressed from the start; null when it is to be sent. */
  suppressed: string | null;
  /** Not before this time; left out: at once. */
  begins_at?: string | null;
  /** The first of those that it is sent again for. */
  resend_of?: string | null;
  /** This process has room for it ({@link Workers.reserve}): it is written as claimed, unless others were there before it. */
  reserved?: boolean;
  /** Of the trace that it is a part of. */
  traceparent?: string | null;
  /** People told over its channel; left out, those of this source that are written together. */
  recipients?: number;
}

/** What one source wants to be delivered. */
export interface NewDeliveries {
  client_id: string;
  source_id: string;
  priority: Priority;
  /** Of a source that is written at the time `clock` ({@link insertDeliveries}). */
  expires_at?: string | null;
  deliveries: NewDelivery[];
}

/** How many are told over each channel: what is suppressed tells nobody. */
export function recipientsOf(deliveries: NewDelivery[]): (delivery: NewDelivery) => number {
  const counts = new Map<string, number>();
  for (const { channel, suppressed } of deliveries)
    if (suppressed === null) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return ({ recipients, channel }) => recipients ?? counts.get(channel) ?? 1;
}

interface Row {
  source: NewDeliveries;
  delivery: NewDelivery;
  recipients: number;
}

const PLACE =
  'client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, expires_at';

/**
 * A piece of SQL that inserts deliveries in the statement that writes their sources, so that both are one round trip. It
 * stands among the CTEs, behind one that is named `written` and returns the sources: client_id, id, created_at and
 * expires_at. Deliveries take their source's created_at, so that the records are found in one partition. Made once, beside
 * the statement.
 *
 * A reserved delivery is written as claimed where nothing in its lane is due before it: then its sending begins with the
 * commit, and nobody has to look for it. The others wait to be claimed. `claims` has the ids of the claimed ones by source:
 * (source_id, ids), and no row for a source without any.
 * @param kind of the sources, as they are registered; null where `written` has a `source_kind` of each
 * @param first number of the first parameter that is still free in the statement
 * @param sources `clock`: all are written, whatever there is, at the one time `at` of a CTE of that name, instead of `written`. Nothing has
 * to be found for a delivery then, and one plan is right for any number of them
 */
export function insertDeliveries(kind: string | null, first: number, sources: 'written' | 'clock' = 'written') {
  const wanted = unnest<Row>()(
    'd',
    {
      client_id: ['uuid', ({ source }) => source.client_id],
      source_id: ['uuid', ({ source }) => source.source_id],
      id: ['uuid', ({ delivery }) => delivery.id],
      channel: ['text', ({ delivery }) => delivery.channel],
      lane: ['text', ({ delivery }) => delivery.lane],
      priority: ['smallint', ({ source }) => PRIORITIES.indexOf(source.priority)],
      user_pk: ['uuid', ({ delivery }) => delivery.user_pk],
      address: ['text', ({ delivery }) => delivery.address],
      max_attempts: ['int', ({ delivery }) => delivery.max_attempts],
      suppressed: ['text', ({ delivery }) => delivery.suppressed],
      reserved: ['boolean', ({ delivery }) => delivery.reserved ?? false],
      recipients: ['int', ({ recipients }) => recipients],
      begins_at: ['timestamptz', ({ delivery }) => delivery.begins_at ?? null],
      resend_of: ['uuid', ({ delivery }) => delivery.resend_of ?? null],
      expires_at: ['timestamptz', ({ source }) => source.expires_at ?? null],
      traceparent: ['text', ({ delivery }) => delivery.traceparent ?? null],
    },
    { first },
  );
  const columns = (at: string, expiresAt: string): string =>
    `d.client_id, d.id, ${at} as created_at, ${kind === null ? 's.source_kind' : `'${kind}' as source_kind`}, d.source_id, d.channel,
                d.lane, d.priority, d.user_pk, d.address, ${expiresAt} as expires_at, d.suppressed, d.max_attempts, d.reserved,
                coalesce(d.begins_at, ${at}) as begins_at, d.resend_of, d.recipients, d.traceparent`;
  const rows =
    sources === 'clock'
      ? `select ${columns('c.at', 'd.expires_at')} from clock c, ${wanted.sql}`
      : `select ${columns('s.created_at', 's.expires_at')}
           from written s join ${wanted.sql} on d.client_id = s.client_id and d.source_id = s.id`;
  const sql = `wanted as (
         ${rows}
       ), suppressed as (
         insert into ended_deliveries (${PLACE}, status, reason, max_attempts, traceparent, updated_at)
         select ${PLACE}, 'suppressed', suppressed, max_attempts, traceparent, created_at from wanted where suppressed is not null
       ), counted as (
         ${COUNT_ACCEPTED}
       ), busy as materialized (
         select a.* from (select distinct client_id, lane, priority from wanted where reserved) a
          where exists (
            select 1 from generate_series(0, a.priority) as before (priority) cross join lateral (
              select 1 from open_deliveries o
               where o.awake and o.client_id = a.client_id and o.priority = before.priority and o.lane = a.lane
                 and o.next_attempt_at <= statement_timestamp()
               limit 1) o)
       ), judged as materialized (
         select w.*, w.reserved and not exists (
                  select 1 from busy b where b.client_id = w.client_id and b.lane = w.lane and b.priority = w.priority
                ) as claimed
           from wanted w where w.suppressed is null
       ), opened as (
         insert into open_deliveries (${PLACE}, resend_of, max_attempts, recipients, traceparent, next_attempt_at, updated_at, status, awake,
                                      attempt_count, lease_until)
         select ${PLACE}, resend_of, max_attempts, recipients, traceparent, begins_at, created_at,
                case when claimed then 'sending' else 'pending' end,
                not claimed and begins_at <= statement_timestamp() + ${AHEAD}, claimed::int,
                case when claimed then clock_timestamp() + ${LEASE} end
           from judged
         returning source_id, id, status
       ), claims as (
         select source_id, array_agg(id::text) as ids from opened where status = 'sending' group by source_id
       )`;
  /** The parameters, in their order. */
  const values = (of: NewDeliveries[]): unknown[] =>
    wanted.values(
      of.flatMap((source) => {
        const recipients = recipientsOf(source.deliveries);
        return source.deliveries.map((delivery) => ({ source, delivery, recipients: recipients(delivery) }));
      }),
    );
  return { sql, values };
}

/**
 * A subquery: the ids of the sources of a kind of which this user got a delivery. Arguments are expressions of the
 * statement around it, such as `$1`.
 * @param before none is younger: leaves the days to come out of the plan
 */
export const sourcesOfRecipient = (kind: string, clientId: string, userPk: string, before: string): string =>
  `select d.source_id from deliveries d
    where d.client_id = ${clientId} and d.user_pk = ${userPk} and d.source_kind = '${kind}' and d.created_at < ${before}`;
