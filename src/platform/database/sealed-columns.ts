import type { ColumnType } from './unnest.js';

type KeyValue = string | Buffer;

/** Columns of a table that hold texts of the key ring, for who encrypts them anew. */
export interface SealedColumns {
  table: string;
  /** The columns of its primary key, in their order, with their types. */
  key: Record<string, Extract<ColumnType, 'uuid' | 'text' | 'bytea'>>;
  columns: readonly string[];
  /** What the text of a row is bound to: the same that encrypts and decrypts it. */
  context: (key: Record<string, KeyValue>, column: string) => string;
}

const declared = new Map<string, SealedColumns>();

/**
 * Declares where a room keeps secrets: beside the function that encrypts them. What is not declared cannot be read any more once
 * its key has left ENCRYPTION_KEYS.
 * @throws Error for a second declaration of one table
 */
export function sealedColumns(columns: SealedColumns): void {
  if (declared.has(columns.table)) throw new Error(`The secrets of ${columns.table} are declared twice.`);
  declared.set(columns.table, columns);
}

/** All of them, once the application's modules are loaded. */
export const allSealedColumns = (): SealedColumns[] => [...declared.values()];
