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

/**
 * Rows as a statement takes them: one array for each column, as text. Of a column that is null in all rows it is an empty one, which
 * PostgreSQL fills up, but for the first: that is as long as there are rows.
 */
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
    const gather = entries.map(([name, column], index) => gathererOf<Row, Context>(name, column, index === 0));
    const names = [...entries.map(([name]) => name), ...(ordinality === undefined ? [] : [ordinality])];
    const parameters = types.map((type, index) => `$${first + index}::${type}[]`).join(', ');
    return {
      sql: `unnest(${parameters})${ordinality === undefined ? '' : ' with ordinality'} as ${alias} (${names.join(', ')})`,
      values: (rows, context) => gather.map((column) => column(rows, context)),
    };
  };

type Gatherer<Row, Context> = (rows: readonly Row[], context: Context) => unknown;

/** @param isWhole as long as there are rows, also where nothing is in it */
function gathererOf<Row, Context>(
  name: string,
  column: ColumnType | Computed<Row, Context>,
  isWhole: boolean,
): Gatherer<Row, Context> {
  const [type, read] = (
    typeof column === 'string' ? [column, (row: Row) => (row as Record<string, unknown>)[name]] : column
  ) as readonly [ColumnType, (row: Row, context: Context) => unknown];
  // Bytes are the driver's to write.
  if (type === 'bytea') return (rows, context) => rows.map((row) => read(row, context));
  const write = type === 'jsonb' ? jsonElement : elementOf;
  return (rows, context) => {
    let text = '';
    let isEmpty = !isWhole;
    for (const row of rows) {
      const value = read(row, context);
      const isNull = value === null || value === undefined;
      isEmpty &&= isNull;
      text += isNull ? ',NULL' : `,${write(value)}`;
    }
    return isEmpty ? '{}' : `{${text.slice(1)}}`;
  };
}

/** An element as PostgreSQL reads it in an array's text: the driver goes over each several times, and over those that are null. */
function elementOf(value: unknown): string {
  if (typeof value === 'string')
    return `"${NEEDS_ESCAPE.test(value) ? value.replaceAll(ESCAPED, String.raw`\$&`) : value}"`;
  return value instanceof Date ? value.toISOString() : String(value);
}

const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;

/** JSON holds no character that would be written otherwise as a JSON string than as an element, and that is written natively. */
const jsonElement = (value: unknown): string => JSON.stringify(JSON.stringify(value));
