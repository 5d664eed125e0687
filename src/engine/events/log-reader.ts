import type { Tx } from '../../platform/database/database.js';
import type { EventRow } from './events.repository.js';

/**
 * Who takes in the whole log, across streams: registered with {@link LogReaders}. Each durable event of its types is handed
 * over at least once, and once only where its effect is written with the `tx` that it is given.
 */
export interface LogReader<Column extends keyof EventRow = keyof EventRow> {
  /** Its cursor's name in the database: stays what it is. */
  readonly name: string;
  /** Types of events; all others are passed over. */
  readonly types: readonly string[] | 'all';
  /** Of these, those for which this holds: SQL over the columns of `events`. A reader of few events costs little that way. */
  readonly where?: string;
  /** What of an event it looks at, beside {@link LoggedEvent}'s own; everything unless told. What is not asked for does not leave the database. */
  readonly columns?: readonly Column[];
  /** Where it begins when there is no cursor of it yet. */
  readonly from: 'beginning' | 'end';
  /** Events of any type that it moves over in one transaction at most; 500 unless told. */
  readonly batch?: number;
  /** How long, in milliseconds, it waits for company once it hears of an event; 0 unless told. */
  readonly gatherMs?: number;
  /**
   * Takes events in: in the order of their streams, streams mixed, of any clients. What it writes with `tx` is committed
   * together with the reader's place. It takes no other connection, and is short: while it runs, all readers wait for what
   * is written meanwhile. What it throws is tried again, at last for the one event alone that it fails at; that one is then
   * set aside and handed over again later, after its successors.
   */
  handle(tx: Tx, events: readonly LoggedEvent<Column>[]): Promise<void>;
}

/** What every reader is told of an event. */
export const LOCATED = ['client_id', 'stream_id', 'rev', 'id', 'type', 'occurred_at'] as const;

export type LoggedEvent<Column extends keyof EventRow> = Pick<EventRow, Column | (typeof LOCATED)[number]>;

/** Up to where a reader has taken events in. */
export interface LogCursor {
  /** Which history of the database `tx` belongs to. */
  generation: number;
  /** As text: 64 bits. */
  tx: string;
  stream_id: string;
  rev: number;
  /** null: nothing has been read yet. */
  read_at: Date | null;
}

/** A reader's place under its lock. */
export interface LockedCursor extends LogCursor {
  /** The history that is written now. */
  current: number;
}

/** Before everything of a history. */
export const BEGINNING = { tx: '0', stream_id: '00000000-0000-0000-0000-000000000000', rev: -1 } as const;

/** A stretch of the log: what a reader wants of it, and where it ends. */
export interface LogStretch {
  events: EventRow[];
  /** null: there was nothing to move over. */
  end: LogCursor | null;
  /** Was the stretch as long as it was allowed to be? */
  full: boolean;
  /** Does it end where a transaction that still runs may write something yet? */
  held: boolean;
}
