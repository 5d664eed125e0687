import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../platform/database/database.js';
import type { EventRow } from './events.repository.js';
import {
  BEGINNING,
  LOCATED,
  type LockedCursor,
  type LogCursor,
  type LogReader,
  type LogStretch,
} from './log-reader.js';

/** What is behind a cursor. */
export interface LogPeek {
  /** The database's time. */
  now: Date;
  /** When the first event behind it happened; null: there is none. */
  occurred_at: Date | null;
  /** Has every transaction before that event's ended? */
  ready: boolean | null;
  /** Is something that was set aside to be tried again? */
  retry: boolean;
}

interface FailedEvent {
  event_id: string;
  attempts: number;
  event: EventRow | null;
}

/**
 * A row after a reader's place may be this much older than the event at the place: as long as the transaction of that event
 * took. Longer than any may.
 */
const SLACK_MS = 12 * 3_600_000;
/** No event is younger, whatever the clocks. */
const AHEAD_MS = 86_400_000;

const COLUMNS = [
  ...LOCATED,
  'stream_type',
  'room_id',
  'epoch',
  'v',
  'seq',
  'subject_id',
  'actor_pk',
  'actor_type',
  'data',
] as const;

/** What a reader wants of the log. */
type Wants = Pick<LogReader, 'types' | 'where' | 'columns'>;

/** Every epoch begins with the generation that it was written under. */
const GENERATION = `split_part(epoch, '.', 1)::integer`;

const CURSOR = `generation, tx::text as tx, stream_id, rev, read_at`;

/**
 * $2 generation, $3 to $5 the place, $6 and $7 the days. The days are bound by values, so that others are not even planned.
 *
 * Until a day's partition has statistics, PostgreSQL takes what lies between two times, and what an expression equals, for one row in
 * two hundred each: it would then collect the whole day by its primary key and sort it. Said the long way round, it takes them for a
 * third and a half, and walks the index in the order of commits.
 */
const BEHIND = `
  (tx, stream_id, rev) > ($3::xid8, $4::uuid, $5::bigint) and coalesce(${GENERATION} = $2, false)
         and occurred_at >= $6 and (occurred_at <= $7 or occurred_at is null)`;

/** $1 name, the others as of {@link BEHIND}. */
const PEEK = `
  select clock_timestamp() as now, e.occurred_at, e.ready,
         exists (select from log_reader_failures where reader = $1 and next_attempt_at <= statement_timestamp()) as retry
    from (select) one
    left join lateral (
      select occurred_at, tx < pg_snapshot_xmin(pg_current_snapshot()) as ready
        from events
       where ${BEHIND}
       order by tx, stream_id, rev limit 1
    ) e on true`;

/**
 * Of a stretch what is wanted, its last row, and where it must not be gone beyond yet. Parameters as of {@link BEHIND}, $1 the limit; $8 are
 * types. The history is the current one or, where it has ended, counted by numbers of transactions that this cluster may not have come to yet.
 */
const read = ({ where, columns }: Wants, current: boolean): string => {
  const wanted = [...new Set([...LOCATED, ...(columns ?? COLUMNS)])].join(', ');
  return `
  with stretch as materialized (
    select ${wanted}, tx, ${current ? 'false' : MAY_STILL_RUN} as unready,
           ($8::text[] is null or type = any ($8)) and coalesce(${where ?? 'true'}, false) as wanted
      from events
     where ${BEHIND} ${current ? `and ${HAS_ENDED}` : ''}
     order by tx, stream_id, rev limit $1
  )
  select ${wanted}, s.tx::text as tx, unready, wanted, nth
    from (select *, row_number() over () as nth from stretch) s
   where wanted or unready or nth = (select count(*) from stretch)
   order by nth`;
};

/** Every transaction before has ended: nothing can come in between any more. */
const HAS_ENDED = 'tx < pg_snapshot_xmin(pg_current_snapshot())';

/** Of a history that has ended only those transactions that the cluster is at just now may still run. */
const MAY_STILL_RUN = 'tx >= pg_snapshot_xmin(pg_current_snapshot()) and tx < pg_snapshot_xmax(pg_current_snapshot())';

/** Before all generations. */
const AT_THE_BEGINNING = `
  insert into log_readers (name, generation, tx, stream_id, rev) values ($1, 0, '0', $2, $3) on conflict do nothing`;

const AT_THE_END = `
  insert into log_readers (name, generation, tx, stream_id, rev, read_at)
  select $1, generation, pg_snapshot_xmin(pg_current_snapshot()), $2, $3, clock_timestamp() from installation where id = 1
  on conflict do nothing`;

type StretchRow = EventRow & { tx: string; wanted: boolean; unready: boolean; nth: number };

/** The places of readers, and the log in the order in which it was committed. */
@Injectable()
export class LogReadersRepository {
  constructor(private readonly database: Database) {}

  /** The reader's place; a new one gets its first. */
  async find(name: string, from: LogReader['from']): Promise<LogCursor> {
    const find = `select ${CURSOR} from log_readers where name = $1`;
    const [found] = await this.database.query<LogCursor>(find, [name]);
    if (found) return found;
    await this.database.execute(from === 'end' ? AT_THE_END : AT_THE_BEGINNING, [
      name,
      BEGINNING.stream_id,
      BEGINNING.rev,
    ]);
    return (await this.database.query<LogCursor>(find, [name]))[0]!;
  }

  async peek(name: string, cursor: LogCursor): Promise<LogPeek> {
    const [row] = await this.database.query<LogPeek>(PEEK, [name, ...placeOf(cursor), ...daysOf(cursor)]);
    return row!;
  }

  /** How many events are set aside. */
  async countFailures(name: string): Promise<number> {
    const [row] = await this.database.query<{ n: number }>(
      `select count(*) as n from log_reader_failures where reader = $1`,
      [name],
    );
    return row!.n;
  }

  /** Nothing happens for long, and the days that are looked at would become more and more. */
  async rest(name: string, cursor: LogCursor, now: Date): Promise<void> {
    await this.database.execute(
      `update log_readers set read_at = $6
        where name = $1 and (generation, tx, stream_id, rev) = ($2, $3::xid8, $4::uuid, $5::bigint)`,
      [name, ...placeOf(cursor), now],
    );
  }

  /** @returns null while another process has it */
  async lock(tx: Tx, name: string): Promise<LockedCursor | null> {
    const [row] = await tx.query<LockedCursor>(
      `select l.generation, l.tx::text as tx, l.stream_id, l.rev, l.read_at, i.generation as current
         from log_readers l, installation i where l.name = $1 and i.id = 1 for update of l skip locked`,
      [name],
    );
    return row ?? null;
  }

  /** What is to be taken in next, of the cursor's own history. */
  async read(tx: Tx, cursor: LockedCursor, wants: Wants, limit: number): Promise<LogStretch> {
    const types = wants.types === 'all' ? null : wants.types;
    const params = [limit, ...placeOf(cursor), ...daysOf(cursor), types];
    const rows = await tx.query<StretchRow>(read(wants, cursor.generation === cursor.current), params);
    return stretchOf(rows, cursor.generation, limit);
  }

  /**
   * The same of one client's events alone, for who keeps the place himself: of the history that is written now.
   * @param where SQL over the columns of `events`
   */
  async readOfClient(clientId: string, cursor: LogCursor, where: string, limit: number): Promise<LogStretch> {
    const statement = read({ types: 'all', where: `client_id = $9 and (${where})` }, true);
    const params = [limit, ...placeOf(cursor), ...daysOf(cursor), null, clientId];
    return stretchOf(await this.database.query<StretchRow>(statement, params), cursor.generation, limit);
  }

  /** Where the log stands: what is committed from now on comes after it. */
  async end(): Promise<LogCursor> {
    const [row] = await this.database.query<Omit<LogCursor, 'stream_id' | 'rev'>>(
      `select generation, pg_snapshot_xmin(pg_current_snapshot())::text as tx, clock_timestamp() as read_at
         from installation where id = 1`,
    );
    return { ...BEGINNING, ...row! };
  }

  /**
   * A history that has ended was read to its end, as far as can be seen.
   * @returns the one that follows; null while somebody may still be writing to this one
   */
  async nextGeneration(tx: Tx, name: string, cursor: LogCursor): Promise<number | null> {
    const [row] = await tx.query<{ current: number; ended: boolean }>(
      `update log_readers l
          set leaving_tx = case when leaving_generation = i.generation then leaving_tx
                                else pg_snapshot_xmax(pg_current_snapshot()) end,
              leaving_generation = i.generation
         from installation i where l.name = $1 and i.id = 1
       returning i.generation as current, leaving_tx <= pg_snapshot_xmin(pg_current_snapshot()) as ended`,
      [name],
    );
    if (!row!.ended) return null;
    const [next] = await tx.query<{ generation: number | null }>(
      `select min(${GENERATION}) as generation from events where ${GENERATION} > $1 and occurred_at between $2 and $3`,
      [cursor.generation, ...daysOf(cursor)],
    );
    return next!.generation ?? row!.current;
  }

  move(tx: Tx, name: string, to: LogCursor): void {
    tx.withCommit(
      `update log_readers set generation = $2, tx = $3::xid8, stream_id = $4, rev = $5,
              read_at = greatest(read_at, $6)
        where name = $1`,
      [name, ...placeOf(to), to.read_at],
    );
  }

  async setAside(tx: Tx, reader: string, event: EventRow, reason: string, afterS: number): Promise<void> {
    await tx.execute(
      `insert into log_reader_failures (reader, event_id, client_id, stream_id, rev, occurred_at, reason, next_attempt_at)
       values ($1, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(secs => $8))
       on conflict do nothing`,
      [reader, event.id, event.client_id, event.stream_id, event.rev, event.occurred_at, reason, afterS],
    );
  }

  /** One that is to be tried again, locked; its event is null when the log no longer holds it. */
  async takeFailure(tx: Tx, reader: string): Promise<FailedEvent | null> {
    const [failure] = await tx.query<{ event_id: string; attempts: number } & Place>(
      `select event_id, attempts, client_id, stream_id, rev, occurred_at from log_reader_failures
        where reader = $1 and next_attempt_at <= statement_timestamp()
        order by next_attempt_at limit 1 for update skip locked`,
      [reader],
    );
    if (!failure) return null;
    const { event_id, attempts, client_id, stream_id, rev, occurred_at } = failure;
    // The driver's times have milliseconds, the rows' microseconds.
    const [event] = await tx.query<EventRow>(
      `select ${COLUMNS.join(', ')} from events
        where client_id = $1 and stream_id = $2 and rev = $3 and id = $6 and occurred_at between $4 and $5`,
      [client_id, stream_id, rev, occurred_at, new Date(occurred_at.getTime() + 1), event_id],
    );
    return { event_id, attempts, event: event ?? null };
  }

  async dropFailure(tx: Tx, reader: string, eventId: string): Promise<void> {
    await tx.execute(`delete from log_reader_failures where reader = $1 and event_id = $2`, [reader, eventId]);
  }

  async postpone(reader: string, eventId: string, reason: string, afterS: number): Promise<void> {
    await this.database.execute(
      `update log_reader_failures
          set attempts = attempts + 1, reason = $3, next_attempt_at = clock_timestamp() + make_interval(secs => $4)
        where reader = $1 and event_id = $2`,
      [reader, eventId, reason, afterS],
    );
  }
}

type Place = Pick<EventRow, 'client_id' | 'stream_id' | 'rev' | 'occurred_at'>;

const placeOf = ({ generation, tx, stream_id, rev }: LogCursor): unknown[] => [generation, tx, stream_id, rev];

const daysOf = ({ read_at }: LogCursor): unknown[] => [
  read_at === null ? '-infinity' : new Date(read_at.getTime() - SLACK_MS),
  new Date(Date.now() + AHEAD_MS),
];

/** Up to where a transaction that still runs may have written something that stands before. */
function stretchOf(rows: StretchRow[], generation: number, limit: number): LogStretch {
  const stop = rows.findIndex(({ unready }) => unready);
  const ready = stop === -1 ? rows : rows.slice(0, stop);
  const last = ready.at(-1);
  return {
    events: ready.filter(({ wanted }) => wanted).map(eventOf),
    end: last ? { generation, tx: last.tx, stream_id: last.stream_id, rev: last.rev, read_at: last.occurred_at } : null,
    full: (rows.at(-1)?.nth ?? 0) >= limit,
    held: stop !== -1,
  };
}

const eventOf = ({ tx: _tx, wanted: _wanted, unready: _unready, nth: _nth, ...event }: StretchRow): EventRow => event;
