/** What a value must be to go into a column of each type. jsonb is serialised here; null stays SQL's null. */
interface Values {
  uuid: string | null;
  text: string | null;
  smallint: number | null;
  int: number | null;
  bigint: number | null;
  float8: number | null;
  boolean: boolean | null;
  bytea: Buffer | null;
  timestamptz: Date | string | null;
  jsonb: unknown;
}

export type ColumnType = keyof Values;

/** A column whose value is not the row's property of its name: its type, and how to find the value. */
type Computed<Row, Context> = {
  [T in ColumnType]: readonly [T, (row: Row, context: Context) => Values[T]];
}[ColumnType];

/** Plain columns must be properties of the row, of a type that fits. */
type Checked<Row, C> = {
  [K in keyof C]: C[K] extends ColumnType
    ? K extends keyof Row
      ? Row[K] extends Values[C[K]]
        ? C[K]
        : never
      : never
    : C[K];
};

/** Rows as a statement takes them: one array for each column. */
export interface Unnest<Row, Context = void> {
  /** `unnest($1::uuid[], …) [with ordinality] as alias (column, …)`, to stand after `from` or `join`. */
  readonly sql: string;
  /** The parameters that `sql` names, in their order. `context` is what computed columns are given besides the row. */
  values(rows: readonly Row[], context: Context): unknown[];
}

export interface UnnestOptions {
  /** The number of its first parameter; 1 unless said otherwise. */
  first?: number;
  /** A further column of this name numbers the rows from 1, in the order given. */
  ordinality?: string;
}

/**
 * Any number of rows as parameters of one statement. Made once, beside the statement: nothing but the values is put
 * together when it runs.
 *
 *     const WANTED = unnest<RoomKey>()('w', { client_id: 'uuid', room_id: 'uuid' });
 *     tx.query(`select … from ${WANTED.sql} join rooms r on …`, WANTED.values(keys));
 */
export const unnest =
  <Row, Context = void>() =>
  <const C extends Record<string, ColumnType | Computed<Row, Context>>>(
    alias: string,
    columns: C & Checked<Row, C>,
    { first = 1, ordinality }: UnnestOptions = {},
  ): Unnest<Row, Context> => {
    const entries = Object.entries<ColumnType | Computed<Row, Context>>(columns);
    const types = entries.map(([, column]) => (typeof column === 'string' ? column : column[0]));
    const gather = entries.map(([name, column]) => gathererOf<Row, Context>(name, column));
    const names = [...entries.map(([name]) => name), ...(ordinality === undefined ? [] : [ordinality])];
    const parameters = types.map((type, index) => `$${first + index}::${type}[]`).join(', ');
    return {
      sql: `unnest(${parameters})${ordinality === undefined ? '' : ' with ordinality'} as ${alias} (${names.join(', ')})`,
      values: (rows, context) => gather.map((column) => column(rows, context)),
    };
  };

type Gatherer<Row, Context> = (rows: readonly Row[], context: Context) => unknown[];

function gathererOf<Row, Context>(name: string, column: ColumnType | Computed<Row, Context>): Gatherer<Row, Context> {
  if (typeof column === 'string') {
    const of = (row: Row): unknown => (row as Record<string, unknown>)[name];
    return column === 'jsonb' ? (rows) => rows.map((row) => toJson(of(row))) : (rows) => rows.map(of);
  }
  const [type, read] = column as readonly [ColumnType, (row: Row, context: Context) => unknown];
  return type === 'jsonb'
    ? (rows, context) => rows.map((row) => toJson(read(row, context)))
    : (rows, context) => rows.map((row) => read(row, context));
}

function toJson(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  // Most messages have no attachments.
  return Array.isArray(value) && value.length === 0 ? '[]' : JSON.stringify(value);
}
