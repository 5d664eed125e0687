import type { KeyRing } from '../common/key-ring.js';
import type { Database } from './database.js';
import type { SealedColumns } from './sealed-columns.js';

const AT_ONCE = 200;
/** What others write meanwhile with an older ring is found by another pass: beyond these they have to be restarted. */
const PASSES = 5;

/** What became of the texts of one column. */
export interface RotatedColumn {
  table: string;
  column: string;
  /** Encrypted anew. */
  rotated: number;
  /** By keys that are not in the ring, or changed by hand: left as they were. */
  unreadable: number;
  /** Still of an older key: processes that run with another ring keep writing them. */
  left: number;
}

type Row = Record<string, string | Buffer> & { sealed: string };

interface Replacement {
  row: Row;
  text: string;
}

/**
 * Encrypts with the ring's first key what others have encrypted, in small batches while the service runs. A row that changes in
 * between is left to the next pass, so no change is lost. May be ended at any time and run again: what is done is passed over.
 * @param afterBatch is told of each batch
 */
export async function rotateKeys(
  database: Database,
  ring: KeyRing,
  tables: readonly SealedColumns[],
  afterBatch: (table: string, rows: number) => void | Promise<void> = () => undefined,
): Promise<RotatedColumn[]> {
  const results: RotatedColumn[] = [];
  for (const sealed of tables) {
    for (const column of sealed.columns) {
      const rotation = new ColumnRotation(database, ring, sealed, column, afterBatch);
      results.push(await rotation.run());
    }
  }
  return results;
}

class ColumnRotation {
  private readonly keyNames: string[];
  private rotated = 0;
  private unreadable = 0;

  constructor(
    private readonly database: Database,
    private readonly ring: KeyRing,
    private readonly sealed: SealedColumns,
    private readonly column: string,
    private readonly afterBatch: (table: string, rows: number) => void | Promise<void>,
  ) {
    this.keyNames = Object.keys(sealed.key);
  }

  async run(): Promise<RotatedColumn> {
    let left = 0;
    for (let pass = 0; pass < PASSES; pass++) {
      left = await this.pass();
      if (left === 0) break;
    }
    const { rotated, unreadable, column } = this;
    return { table: this.sealed.table, column, rotated, unreadable, left };
  }

  /** Once through the table. @returns how many changed while they were being encrypted */
  private async pass(): Promise<number> {
    this.unreadable = 0;
    let missed = 0;
    for (let after: Row | null = null; ;) {
      const rows: Row[] = await this.read(after);
      if (rows.length === 0) return missed;
      const replacements = rows.flatMap((row) => this.replace(row));
      const written = await this.write(replacements);
      this.rotated += written;
      missed += replacements.length - written;
      await this.afterBatch(this.sealed.table, rows.length);
      after = rows.at(-1)!;
    }
  }

  private read(after: Row | null): Promise<Row[]> {
    const names = this.keyNames.join(', ');
    const beyond = after ? `and (${names}) > (${this.keyNames.map((_, at) => `$${at + 3}`).join(', ')})` : '';
    return this.database.query(
      `select ${names}, ${this.column} as sealed from ${this.sealed.table}
        where ${this.column} <> '' and not starts_with(${this.column}, $1) ${beyond}
        order by ${names} limit $2`,
      [this.ring.current, AT_ONCE, ...(after ? this.keyNames.map((name) => after[name]) : [])],
    );
  }

  private replace(row: Row): Replacement[] {
    const context = this.sealed.context(row, this.column);
    try {
      return [{ row, text: this.ring.encrypt(this.ring.decrypt(row.sealed, context), context) }];
    } catch {
      this.unreadable++;
      return [];
    }
  }

  /** Those that are still what was read. @returns how many */
  private async write(replacements: Replacement[]): Promise<number> {
    if (replacements.length === 0) return 0;
    const types = [...Object.values(this.sealed.key), 'text', 'text'];
    const given = types.map((type, at) => `$${at + 1}::${type}[]`).join(', ');
    const same = this.keyNames.map((name) => `t.${name} = w.${name}`).join(' and ');
    return this.database.execute(
      `update ${this.sealed.table} t set ${this.column} = w.next
         from unnest(${given}) as w (${this.keyNames.join(', ')}, before, next)
        where ${same} and t.${this.column} = w.before`,
      [
        ...this.keyNames.map((name) => replacements.map(({ row }) => row[name])),
        replacements.map(({ row }) => row.sealed),
        replacements.map(({ text }) => text),
      ],
    );
  }
}
