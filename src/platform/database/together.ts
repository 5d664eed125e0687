import pg from 'pg';
import { typeParsers } from './types.js';

/** One of several statements that are sent together. Either all of them have names, or none. */
export interface Statement {
  text: string;
  values: readonly unknown[];
  /** With a name it is parsed and planned once per connection: only where one plan is right for all values. */
  name?: string | undefined;
}

type Rows = Record<string, unknown>[];

/** What pg's connection offers below its queries. */
interface Wire {
  stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string }): void;
  bind(portal: { statement: string; values: unknown[] }): void;
  describe(portal: { type: 'P' }): void;
  execute(portal: object): void;
  close(statement: { type: 'S'; name: string }): void;
  sync(): void;
}

/** Not among pg's types: rows as its own queries make them, values as its own queries send them. */
const driver = pg as unknown as {
  Result: new (rowMode: string | undefined, types: typeof typeParsers) => ResultBuilder;
  utils: { prepareValue: (value: unknown) => unknown };
};

interface ResultBuilder {
  rows: Rows;
  addFields(fields: unknown[]): void;
  parseRow(fields: unknown[]): Rows[number];
}

/**
 * Left to itself PostgreSQL takes arrays of unknown length for longer than those of a few, thinks the plan for all values
 * the dearer one, and plans anew each time. Ends with the transaction.
 */
const KEEP_PLANS: Statement = {
  name: 'keep_plans',
  text: `select set_config('plan_cache_mode', 'force_generic_plan', true)`,
  values: [],
};

/** What was parsed under a name, by connection. */
const parsed = new WeakMap<Wire, Set<string>>();

/**
 * A query of pg's that is several statements: they leave in one write under one Sync, which makes them one transaction,
 * and their answers come back in one: begin and commit cost no round trip of their own. Each statement sees what was
 * committed when it starts, as READ COMMITTED has it. Done means committed: PostgreSQL is ready for the next query only then.
 */
export class Together {
  /** Left empty for pg, which puts its own here. */
  callback: ((error: Error | null, results?: { rows: Rows[] }) => void) | undefined;
  private readonly results: ResultBuilder[] = [];
  private unreadable: Error | undefined;

  private readonly statements: readonly Statement[];

  constructor(asked: readonly Statement[]) {
    this.statements = asked[0]?.name === undefined ? asked : [KEEP_PLANS, ...asked];
  }

  submit(wire: Wire): Error | null {
    let values: unknown[][];
    try {
      values = this.statements.map((statement) => statement.values.map(driver.utils.prepareValue));
    } catch (error) {
      return error as Error;
    }
    wire.stream.cork();
    this.statements.forEach(({ text, name = '' }, at) => {
      if (!parsed.get(wire)?.has(name)) {
        // It is there already where this connection parsed it and then failed.
        if (name !== '') wire.close({ type: 'S', name });
        wire.parse({ name, text });
      }
      wire.bind({ statement: name, values: values[at]! });
      wire.describe({ type: 'P' });
      wire.execute({});
    });
    wire.sync();
    wire.stream.uncork();
    return null;
  }

  handleRowDescription({ fields }: { fields: unknown[] }): void {
    const result = new driver.Result(undefined, typeParsers);
    result.addFields(fields);
    this.results.push(result);
  }

  handleDataRow({ fields }: { fields: unknown[] }): void {
    const result = this.results.at(-1)!;
    try {
      result.rows.push(result.parseRow(fields));
    } catch (error) {
      this.unreadable = error as Error;
    }
  }

  handleCommandComplete(): void {}

  handleError(error: Error): void {
    this.callback?.(error);
  }

  handleReadyForQuery(wire: Wire): void {
    const names = this.statements.flatMap(({ name }) => name ?? []);
    if (names.length > 0) parsed.set(wire, new Set([...(parsed.get(wire) ?? []), ...names]));
    if (this.unreadable) this.callback?.(this.unreadable);
    else this.callback?.(null, { rows: this.results.slice(names.length > 0 ? 1 : 0).map(({ rows }) => rows) });
  }
}
