import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import { prepared, type Prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import { Installation } from '../../platform/database/installation.js';
import { newId, type UserPk } from '../../platform/common/ids.js';
import { traceparentNow } from '../../platform/tracing/tracer.js';
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
  /** Of the trace that wrote it; for readers of the log only. */
  traceparent?: string | null;
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

const RANGES = unnest<StreamRange>()(
  'w',
  { stream_id: 'uuid', after: 'bigint', upto: 'bigint', since: ['timestamptz', ({ since }) => since ?? '-infinity'] },
  { first: 4, ordinality: 'range' },
);

const STREAMS = unnest<NewEvent>()('w', { client_id: 'uuid', stream_id: ['uuid', ({ stream }) => stream.id] });

const ROWS = unnest<EventRow>()('e', {
  client_id: 'uuid',
  stream_type: 'text',
  stream_id: 'uuid',
  room_id: 'uuid',
  epoch: 'text',
  rev: 'bigint',
  id: 'uuid',
  type: 'text',
  v: 'smallint',
  subject_id: 'uuid',
  actor_pk: 'uuid',
  actor_type: 'text',
  data: 'jsonb',
  traceparent: ['text', ({ traceparent }) => traceparent ?? null],
});

/**
 * Statements of their own, since one that locks and then changes would reach the row by the version that its snapshot shows.
 * While somebody who refers to the row has that version (a foreign key's lock), PostgreSQL has it wait there for whoever waits for
 * the lock that it holds: a deadlock.
 */
const lock = (type: StreamType): Prepared => {
  const { table, id } = STREAM_ROWS[type];
  return prepared(
    `events.lock_${type}_streams`,
    `select
       from (select distinct client_id, stream_id from ${STREAMS.sql}) w
       join ${table} s on s.client_id = w.client_id and s.${id} = w.stream_id
      order by s.client_id, s.${id} for no key update of s`,
  );
};

const takeRevs = (type: StreamType): Prepared => {
  const { table, id } = STREAM_ROWS[type];
  return prepared(
    `events.take_revs_of_${type}`,
    `update ${table} s set last_rev = s.last_rev + w.n
       from (select client_id, stream_id, count(*)::int as n from ${STREAMS.sql} group by 1, 2) w
      where s.client_id = w.client_id and s.${id} = w.stream_id
     returning s.client_id, s.${id} as stream_id, s.epoch, s.last_rev - w.n as rev`,
  );
};

const LOCK: Record<StreamType, Prepared> = { room: lock('room'), user: lock('user'), client: lock('client') };

const TAKE_REVS: Record<StreamType, Prepared> = {
  room: takeRevs('room'),
  user: takeRevs('user'),
  client: takeRevs('client'),
};

const INSERT = prepared(
  'events.insert',
  `with now as (select clock_timestamp() as at), written as (
     insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, v, subject_id,
                         actor_pk, actor_type, data, traceparent, occurred_at)
     select e.*, now.at
       from ${ROWS.sql}, now
   )
   select at as occurred_at from now`,
);

/** The order in which streams of several types are locked: the same everywhere, so that nobody deadlocks. */
const LOCK_ORDER: StreamType[] = ['room', 'user', 'client'];

@Injectable()
export class EventsRepository {
  constructor(
    private readonly database: Database,
    private readonly installation: Installation,
  ) {}

  /** Appends in the order given, each stream's revs gapless. A statement or two per stream type, and one insert that leaves with the commit. */
  async append(tx: Tx, events: NewEvent[]): Promise<EventRow[]> {
    if (events.length === 0) return [];
    const heads = new Map<string, Head>();
    const now = traceparentNow();
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
        traceparent: event.traceparent ?? now,
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
        where client_id = $1 and stream_id = $2 and rev > $3 and occurred_at between coalesce($5::timestamptz, '-infinity') and $6
        order by rev limit $4`,
      [clientId, streamId, rev, limit, since ?? null, tomorrow()],
    );
  }

  /** Stretches of many streams of one client in one statement: those of `ranges[i]` carry `range` i, ascending. */
  async readRanges(clientId: string, ranges: StreamRange[]): Promise<(EventRow & { range: number })[]> {
    return this.database.query(
      `select w.range::int - 1 as range, e.*
         from ${RANGES.sql}
        cross join lateral (
          select client_id, stream_type, stream_id, room_id, epoch, rev, id, type, v, seq, subject_id,
                 actor_pk, actor_type, data, occurred_at
            from events
           where client_id = $1 and stream_id = w.stream_id and rev > w.after and rev <= w.upto
             and occurred_at >= w.since and occurred_at between $2 and $3
           order by rev
        ) e
        order by w.range, e.rev`,
      [clientId, earliest(ranges), tomorrow(), ...RANGES.values(ranges)],
    );
  }

  private async takeRevs(tx: Tx, type: StreamType, events: NewEvent[], heads: Map<string, Head>): Promise<void> {
    const streams = new Set(events.map(({ stream }) => stream.id));
    // One alone is locked by being changed.
    if (streams.size > 1) await tx.execute(LOCK[type], STREAMS.values(events));
    const rows = await tx.query<{ client_id: string; stream_id: string; epoch: number; rev: number }>(
      TAKE_REVS[type],
      STREAMS.values(events),
    );
    for (const row of rows) {
      heads.set(streamKey(row.client_id, { type, id: row.stream_id }), {
        epoch: this.installation.epochOf(row.epoch),
        rev: row.rev,
      });
    }
  }

  /** Their time is known with the commit. */
  private insert(tx: Tx, rows: EventRow[]): EventRow[] {
    tx.withCommit<{ occurred_at: Date }>(INSERT, ROWS.values(rows), ([written]) => {
      for (const row of rows) row.occurred_at = written!.occurred_at;
    });
    return rows;
  }
}

const streamKey = (clientId: string, stream: { type: StreamType; id: string }): string =>
  `${clientId} ${stream.type} ${stream.id}`;

/** No event is younger, whatever the clocks: the days to come are left out when the statement is planned. */
const tomorrow = (): Date => new Date(Date.now() + 86_400_000);

const earliest = (ranges: StreamRange[]): Date | '-infinity' => {
  const times = ranges.map(({ since }) => since?.getTime() ?? Number.NEGATIVE_INFINITY);
  const first = Math.min(...times);
  return Number.isFinite(first) ? new Date(first) : '-infinity';
};
