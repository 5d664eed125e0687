import type { Tx } from '../../platform/database/database.js';
import type { EventRow } from './events.repository.js';

/**
 * Who takes in the whole log, across streams: registered with {@link LogReaders}. Each durable event of its types is handed
 * over at least once, and once only where its effect is written with the `tx` that it is given.
 */
export interface LogReader {
  /** Its cursor's name in the database: stays what it is. */
  readonly name: string;
  /** Types of events; all others are passed over. */
  readonly types: readonly string[] | 'all';
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
  handle(tx: Tx, events: readonly EventRow[]): Promise<void>;
}

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
