import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import type { EndpointRow } from './endpoint.js';

/** From `since` to before `upto`. */
export interface LogSpan {
  since: Date;
  upto: Date;
}

/** The last event that was looked at: days come one after the other, of each day one stream after the other, as the log is kept. */
export interface LogPlace {
  /** When the day begins, in UTC. */
  day: string;
  stream_id: string;
  rev: number;
}

export interface Missed {
  client_id: string;
  id: string;
  type: string;
  rev: number;
  occurred_at: Date;
  stream_id: string;
  room_id: string | null;
  traceparent: string | null;
}

/** A message whose delivery has its id and time. */
export interface Untold {
  event_id: string;
  id: string;
  created_at: Date;
}

/** What was found on the way from one place to the next. */
export interface Walked {
  missed: Missed[];
  /** null: there is no more. */
  next: LogPlace | null;
}

const DAY_MS = 86_400_000;
const NOTHING = '00000000-0000-0000-0000-000000000000';

/** Since the events that are looked at: leaves the other days out of the plan. */
const MADE = (alias: string): string => `${alias}.created_at between $3::timestamptz - interval '1 hour' and $11`;

const UNTOLD = `('failed', 'expired', 'cancelled')`;

/** What became of it when it was sent again by itself, which makes other deliveries of the same message. */
const AGAIN = `select a.status from deliveries a
                 where a.client_id = m.client_id and a.source_id = m.id and ${MADE('a')} and a.status not in ${UNTOLD} limit 1`;

/**
 * An event was told where it is on its way, came through (also when it was sent again), was put aside, or was not wanted by the
 * condition. One of which nothing is known was missed where it happened between the time the endpoint was made and when it was
 * enabled last: what came before was never its, what came later is still to be planned, unless it is disabled. Events are named by an array and states looked up one by one, so that also before there
 * are statistics nothing is compared with everything.
 */
const WALK = `
  with seen as materialized (
    select e.client_id, e.id, e.type, e.rev, e.occurred_at, e.stream_id, e.room_id, e.traceparent,
           e.type like any ($9::text[]) and ($10::uuid[] is null or e.room_id = any ($10))
           and (e.type not like 'delivery.%' or e.data ->> 'notification_id' is not null) as is_heard
      from events e
     where e.client_id = $1 and e.occurred_at >= $3 and e.occurred_at < $4 and (e.stream_id, e.rev) > ($5::uuid, $6::bigint)
     order by e.stream_id, e.rev limit $7
  ), told as materialized (
    select m.event_id, bool_or(m.state = 'skipped' or coalesce(
             (select case when d.discarded_at is not null then 'discarded' when d.resent_at is null then d.status
                          else coalesce((${AGAIN}), d.status) end
                from deliveries d where d.client_id = m.client_id and d.id = m.id and d.created_at = m.created_at and ${MADE('d')}),
             'pending') not in ${UNTOLD}) as is_told
      from endpoint_messages m
     where m.client_id = $1 and m.endpoint_id = $2 and m.event_id = any (array(select s.id from seen s where s.is_heard))
       and not m.is_test and m.created_at between $3::timestamptz - interval '1 hour' and $11
     group by m.event_id
  )
  select s.client_id, s.id, s.type, s.rev, s.occurred_at, s.stream_id, s.room_id, s.traceparent,
         s.is_heard and coalesce(not t.is_told, s.occurred_at >= $12 and s.occurred_at < $8) as is_missed
    from seen s left join told t on t.event_id = s.id
   order by s.stream_id, s.rev`;

/** What an endpoint was not told, as it is found in the log: in bounded pieces, each event looked at once. */
@Injectable()
export class EndpointRecoveriesRepository {
  start({ since }: LogSpan): LogPlace {
    return placeIn(Math.floor(since.getTime() / DAY_MS) * DAY_MS);
  }

  /** @param events of the log, looked at at most; those of one day */
  async walk(
    on: Pick<Tx, 'query'>,
    { client_id, id, event_types, room_ids, status, created_at, enabled_at }: EndpointRow,
    { since, upto }: LogSpan,
    place: LogPlace,
    events: number,
  ): Promise<Walked> {
    const begins = Date.parse(place.day);
    const [first, end] = [Math.max(since.getTime(), begins), Math.min(upto.getTime(), begins + DAY_MS)];
    const seen = await on.query<Missed & { is_missed: boolean }>(WALK, [
      client_id,
      id,
      new Date(first),
      new Date(end),
      place.stream_id,
      place.rev,
      events,
      status === 'enabled' ? enabled_at : upto,
      event_types.map((pattern) => pattern.replaceAll('_', '\\_').replace(/\*$/, '%')),
      room_ids,
      new Date(Date.now() + 3_600_000),
      created_at,
    ]);
    const last = seen.at(-1);
    const following = begins + DAY_MS < upto.getTime() ? placeIn(begins + DAY_MS) : null;
    return {
      missed: seen.filter(({ is_missed }) => is_missed).map(({ is_missed: _, ...event }) => event),
      next: last && seen.length === events ? after(place, last) : following,
    };
  }

  /** What it was told of them before, which did not get through. */
  untold(tx: Tx, { client_id, id }: EndpointRow, missed: Missed[], { since }: LogSpan): Promise<Untold[]> {
    return tx.query(
      `select m.event_id, m.id, m.created_at from endpoint_messages m
        where m.client_id = $1 and m.endpoint_id = $2 and m.event_id = any ($3::uuid[]) and not m.is_test
          and m.created_at between $4::timestamptz - interval '1 hour' and $5`,
      [client_id, id, missed.map((event) => event.id), since, new Date(Date.now() + 3_600_000)],
    );
  }

  /** Bodies as they were first tried, by the event's id; what was never tried has none. */
  async bodies(
    tx: Tx,
    { client_id, id }: EndpointRow,
    missed: Missed[],
    { since }: LogSpan,
  ): Promise<Map<string, string>> {
    if (missed.length === 0) return new Map();
    const rows = await tx.query<{ event_id: string; body: string }>(
      `select distinct on (m.event_id) m.event_id, m.body from endpoint_messages m
        where m.client_id = $1 and m.endpoint_id = $2 and m.event_id = any ($3::uuid[]) and m.body is not null and not m.is_test
          and m.created_at between $4::timestamptz - interval '1 hour' and $5
        order by m.event_id, m.position`,
      [client_id, id, missed.map((event) => event.id), since, new Date(Date.now() + 3_600_000)],
    );
    return new Map(rows.map(({ event_id, body }) => [event_id, body]));
  }
}

const placeIn = (day: number): LogPlace => ({ day: new Date(day).toISOString(), stream_id: NOTHING, rev: 0 });

/** Behind this event. */
export const after = ({ day }: LogPlace, { stream_id, rev }: Missed): LogPlace => ({
  day,
  stream_id,
  rev: Number(rev),
});
