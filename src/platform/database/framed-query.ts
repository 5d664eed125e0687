import pg from 'pg';
import type { Prepared } from './prepared.js';

/** What pg's connection offers below its queries. */
interface Wire {
  parsedStatements: Record<string, string>;
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: unknown[] }): void;
  execute(portal: object): void;
  close(statement: { type: 'S'; name: string }): void;
  sync(): void;
}

type Callback = (error: Error | null, result: pg.QueryResult) => void;

/** pg's own query, with what its types keep to themselves. */
const DriverQuery = pg.Query as unknown as new (
  config: object,
  values: undefined,
  callback?: Callback,
) => {
  name: string | undefined;
  hasBeenParsed(wire: Wire): boolean;
  prepare(wire: Wire): void;
  _getRows(wire: Wire): void;
  handleCommandComplete(message: { text: string }, wire: Wire): void;
  handleError(error: Error, wire: Wire): void;
};

/** Commands without parameters and rows that leave and return with a statement, under its one Sync. */
export interface Frame {
  before?: readonly string[];
  after?: readonly string[];
}

/**
 * A query of pg's that carries others along, such as the BEGIN before a transaction's first statement and the COMMIT after
 * its last: they cost no round trip of their own. What follows one that fails is skipped by PostgreSQL.
 */
export class FramedQuery extends DriverQuery {
  /** What PostgreSQL said of the last of those after the statement: COMMIT, or ROLLBACK. */
  ending: string | undefined;
  private readonly before: readonly string[];
  private readonly after: readonly string[];
  private completed = 0;

  constructor(
    statement: string | Prepared,
    values: readonly unknown[] = [],
    { before = [], after = [] }: Frame = {},
    callback?: Callback,
  ) {
    const named = typeof statement === 'string' ? { text: statement } : { name: statement.name, text: statement.text };
    const framed = before.length + after.length > 0;
    super({ ...named, values, ...(framed && { queryMode: 'extended' }) }, undefined, callback);
    this.before = before;
    this.after = after;
  }

  override prepare(wire: Wire): void {
    for (const text of this.before) command(wire, text);
    // It may be there already where this connection parsed it and then failed.
    if (this.name && !this.hasBeenParsed(wire)) wire.close({ type: 'S', name: this.name });
    super.prepare(wire);
  }

  override _getRows(wire: Wire): void {
    wire.execute({});
    for (const text of this.after) command(wire, text);
    wire.sync();
  }

  override handleCommandComplete(message: { text: string }, wire: Wire): void {
    const at = this.completed++ - this.before.length;
    if (at === 0) super.handleCommandComplete(message, wire);
    else if (at > 0) this.ending = message.text;
  }

  override handleError(error: Error, wire: Wire): void {
    // What the server has under the name may be gone, of another time, or never have been parsed: pg takes whatever was parsed
    // for the statement that has the name.
    if (this.name) delete wire.parsedStatements[this.name];
    this.name = undefined;
    super.handleError(error, wire);
  }
}

function command(wire: Wire, text: string): void {
  wire.parse({ name: '', text });
  wire.bind({ statement: '', values: [] });
  wire.execute({});
}
