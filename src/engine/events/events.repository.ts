import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { Installation } from '../../platform/database/installation.js';
import { newId, type UserPk } from '../../platform/common/ids.js';
import type { ActorType, StreamType } from '../../platform/realtime/envelope.js';
import type { NewEvent } from './new-event.js';

/** A row of the log. `actor_pk` and `stream_id` are ids of rows, not the client's own strings. */
export interface EventRow {
  client_id: string;
  stream_type: StreamType;
  stream_id: string;
  room_id: string | null;
  epoch: string;
  rev: number;
  id: string;
  type: string;
  v: number;
  seq: number | null;
  subject_id: string | null;
  actor_pk: UserPk | null;
  actor_type: ActorType;
  data: object | null;
  occurred_at: Date;
}

/** A stretch of one stream: what comes after `after`, up to and including `upto`. */
export interface StreamRange {
  stream_id: string;
  after: number;
  upto: number;
  /** No event of the stretch is older: bounds the days read. */
  since?: Date | undefined;
}

/** Where a stream stands. */
export interface Head {
  epoch: string;
  rev: number;
}

const STREAM_ROWS: Record<StreamType, { table: string; id: string }> = {
  room: { table: 'rooms', id: 'id' },
  user: { table: 'users', id: 'user_pk' },
  client: { table: 'client_streams', id: 'client_id' },
};

/** The order in which streams of several types are locked: the same everywhere, so that nobody deadlocks. */
const LOCK_ORDER: StreamType[] = ['room', 'user', 'client'];

@Injectable()
export class EventsRepository {
  constructor(
    private readonly database: Database,
    private readonly installation: Installation,
  ) {}

  /** Appends in the order given, each stream's revs gapless. One statement per stream type and one insert. */
  async append(tx: Tx, events: NewEvent[]): Promise<EventRow[]> {
    if (events.length === 0) return [];
    const heads = new Map<string, Head>();
    for (const type of LOCK_ORDER) {
      const ofType = events.filter(({ stream }) => stream.type === type);
      if (ofType.length > 0) await this.takeRevs(tx, type, ofType, heads);
    }
    const rows = events.map((event): EventRow => {
      const head = heads.get(streamKey(event.client_id, event.stream));
      if (!head) throw new Error(`no ${event.stream.type} stream ${event.stream.id}`);
      return {
        client_id: event.client_id,
        stream_type: event.stream.type,
        stream_id: event.stream.id,
        room_id: event.room_id ?? (event.stream.type === 'room' ? event.stream.id : null),
        epoch: head.epoch,
        rev: ++head.rev,
        id: event.id ?? newId(),
        type: event.event.type,
        v: event.event.v,
        seq: null,
        subject_id: event.subject_id ?? null,
        actor_pk: event.actor.id,
        actor_type: event.actor.type,
        data: event.data ?? null,
        occurred_at: new Date(0),
      };
    });
    return this.insert(tx, rows);
  }

  /** Events of one stream after `rev`, ascending. `since` bounds the days read. */
  async readAfter(clientId: string, streamId: string, rev: number, limit: number, since?: Date): Promise<EventRow[]> {
    return this.database.query<EventRow>(
      `select client_id, stream_type, stream_id, room_id, epoch, rev, id, type, v, seq, subject_id,
              actor_pk, actor_type, data, occurred_at
         from events
        where client_id = $1 and stream_id = $2 and rev > $3 and occurred_at >= coalesce($5::timestamptz, '-infinity')
        order by rev limit $4`,
      [clientId, streamId, rev, limit, since ?? null],
    );
  }

  /** Stretches of many streams of one client in one statement: those of `ranges[i]` carry `range` i, ascending. */
  async readRanges(clientId: string, ranges: StreamRange[]): Promise<(EventRow & { range: number })[]> {
    return this.database.query(
      `select w.range::int - 1 as range, e.*
         from unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::timestamptz[])
              with ordinality as w (stream_id, after, upto, since, range)
        cross join lateral (
          select client_id, stream_type, stream_id, room_id, epoch, rev, id, type, v, seq, subject_id,
                 actor_pk, actor_type, data, occurred_at
            from events
           where client_id = $1 and stream_id = w.stream_id and rev > w.after and rev <= w.upto
             and occurred_at >= w.since
           order by rev
        ) e
        order by w.range, e.rev`,
      [
        clientId,
        ranges.map(({ stream_id }) => stream_id),
        ranges.map(({ after }) => after),
        ranges.map(({ upto }) => upto),
        ranges.map(({ since }) => since ?? '-infinity'),
      ],
    );
  }

  private async takeRevs(tx: Tx, type: StreamType, events: NewEvent[], heads: Map<string, Head>): Promise<void> {
    const { table, id } = STREAM_ROWS[type];
    const rows = await tx.query<{ client_id: string; stream_id: string; epoch: number; rev: number }>(
      `with wanted as (
         select client_id, stream_id, count(*)::int as n
           from unnest($1::uuid[], $2::uuid[]) as w (client_id, stream_id) group by 1, 2
       ), locked as materialized (
         select s.client_id, s.${id} as stream_id, w.n
           from ${table} s join wanted w on s.client_id = w.client_id and s.${id} = w.stream_id
          order by s.client_id, s.${id} for no key update of s
       )
       update ${table} s set last_rev = s.last_rev + l.n
         from locked l where s.client_id = l.client_id and s.${id} = l.stream_id
       returning s.client_id, s.${id} as stream_id, s.epoch, s.last_rev - l.n as rev`,
      [events.map((event) => event.client_id), events.map((event) => event.stream.id)],
    );
    for (const row of rows) {
      heads.set(streamKey(row.client_id, { type, id: row.stream_id }), {
        epoch: this.installation.epochOf(row.epoch),
        rev: row.rev,
      });
    }
  }

  private async insert(tx: Tx, rows: EventRow[]): Promise<EventRow[]> {
    const column = <K extends keyof EventRow>(name: K): EventRow[K][] => rows.map((row) => row[name]);
    const [written] = await tx.query<{ occurred_at: Date }>(
      `with now as (select clock_timestamp() as at), written as (
         insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, v, subject_id,
                             actor_pk, actor_type, data, occurred_at)
         select e.*, now.at
           from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[], $7::uuid[], $8::text[],
                       $9::smallint[], $10::uuid[], $11::uuid[], $12::text[], $13::jsonb[]) as e, now
       )
       select at as occurred_at from now`,
      [
        column('client_id'),
        column('stream_type'),
        column('stream_id'),
        column('room_id'),
        column('epoch'),
        column('rev'),
        column('id'),
        column('type'),
        column('v'),
        column('subject_id'),
        column('actor_pk'),
        column('actor_type'),
        rows.map(({ data }) => (data === null ? null : JSON.stringify(data))),
      ],
    );
    for (const row of rows) row.occurred_at = written!.occurred_at;
    return rows;
  }
}

const streamKey = (clientId: string, stream: { type: StreamType; id: string }): string =>
  `${clientId} ${stream.type} ${stream.id}`;
