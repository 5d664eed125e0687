import { createHash } from 'node:crypto';
import { isUuid } from '../../platform/common/ids.js';
import { decodeCursor, type Cursor } from '../../platform/common/pagination.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import { UNREAD } from './query-fields.js';
import type { Params } from './params.js';

/** What a list can be ordered by: never null, so that each place has one before and one after it. */
interface SortField {
  sql: string;
  type: 'bigint' | 'text';
  ofUser?: true;
  /** The column of an index of all of a client's rooms, how a key becomes its value, and how large one may be. */
  indexed?: { column: string; value: (key: string) => string; max: number };
}

const micros = (column: string): string => `coalesce((extract(epoch from r.${column}) * 1000000)::bigint, 0)`;

const FIELDS: Record<string, SortField> = {
  last_message_at: { sql: micros('last_message_at'), type: 'bigint' },
  created_at: {
    sql: micros('created_at'),
    type: 'bigint',
    indexed: {
      column: 'r.created_at',
      value: (key) => `timestamptz 'epoch' + ${key} * interval '1 microsecond'`,
      max: 1e16,
    },
  },
  updated_at: { sql: micros('updated_at'), type: 'bigint' },
  // As much of it as a cursor holds.
  name: { sql: `left(coalesce(r.name, ''), 100)`, type: 'text' },
  unread: { sql: UNREAD, type: 'bigint', ofUser: true },
  pinned: { sql: '(me.pinned_at is not null)::int::bigint', type: 'bigint', ofUser: true },
  last_active_day: {
    sql: `(r.last_active_day - date '2000-01-01')::bigint`,
    type: 'bigint',
    indexed: { column: 'r.last_active_day', value: (key) => `date '2000-01-01' + ${key}::int`, max: 1e6 },
  },
};

const INDEXED = Object.keys(FIELDS).filter((name) => FIELDS[name]!.indexed);
export const MAX_SORTS = 3;

export interface Order extends SortField {
  name: string;
  descending: boolean;
}

/**
 * @param ofUser does somebody ask whose own side of rooms there is? Else all of the client's rooms are in question
 * @throws Problem `validation_failed`
 */
export function ordersOf(sort: readonly Record<string, unknown>[] | undefined, ofUser: boolean): Order[] {
  const asked = sort?.length ? sort : [{ [ofUser ? 'last_message_at' : 'last_active_day']: 'desc' }];
  const orders = asked.map((one, at): Order => {
    const [[name, direction] = ['', ''], ...more] = Object.entries(one);
    const path = `sort[${at}]`;
    if (more.length > 0 || name === '')
      throw invalidField(path, 'must name one field, such as {"last_message_at": "desc"}');
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (!field)
      throw invalidField(
        `${path}.${name.slice(0, 100)}`,
        `is not a field to sort by: use ${Object.keys(FIELDS).join(', ')}`,
      );
    if (direction !== 'asc' && direction !== 'desc') throw invalidField(`${path}.${name}`, 'must be asc or desc');
    return { ...field, name, descending: direction === 'desc' };
  });
  if (!ofUser && (orders.length > 1 || !orders[0]!.indexed)) {
    throw invalidField('sort', `without a user (X-User-Id) sort by one of ${INDEXED.join(', ')}`);
  }
  return orders;
}

/** Names a query: a cursor of another one is none of this. */
export const fingerprintOf = (query: unknown): string =>
  createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 12);

/** A place: the values that rooms are ordered by, then the room's id. @throws Problem `invalid_cursor` */
export function placeOf(text: string | undefined, fingerprint: string, orders: Order[]): Cursor | null {
  const cursor = decodeCursor(text, orders.length + 2);
  if (!cursor) return null;
  const [mark, ...key] = cursor.key;
  const fits = orders.every(({ type, indexed }, at) => {
    const part = key[at];
    if (type === 'text') return typeof part === 'string' && !part.includes('\u0000') && part.isWellFormed();
    return Number.isSafeInteger(part) && Math.abs(part as number) <= (indexed?.max ?? Number.MAX_SAFE_INTEGER);
  });
  if (mark === fingerprint && fits && isUuid(key.at(-1))) return { direction: cursor.direction, key };
  throw new Problem(
    'invalid_cursor',
    'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged, with the same filter and sort.',
  );
}

/** Which way each column goes, `id` last and like the last of them. */
function directionsOf(orders: Order[], cursor: Cursor | null): boolean[] {
  const back = cursor?.direction === 'prev';
  const descending = orders.map((order) => order.descending !== back);
  return [...descending, descending.at(-1)!];
}

export function orderBy(columns: string[], orders: Order[], cursor: Cursor | null): string {
  const descending = directionsOf(orders, cursor);
  return columns.map((column, at) => `${column} ${descending[at] ? 'desc' : 'asc'}`).join(', ');
}

/** Is a row beyond the cursor's place? Column by column, because each may go its own way. */
export function beyond(columns: string[], orders: Order[], cursor: Cursor | null, params: Params): string {
  if (!cursor) return 'true';
  const descending = directionsOf(orders, cursor);
  const types = [...orders.map(({ type }) => type), 'uuid'];
  const keys = cursor.key.map((key, at) => params.add(key, types[at]!));
  return `(${columns
    .map((column, at) => {
      const equal = columns.slice(0, at).map((before, nth) => `${before} = ${keys[nth]}`);
      return [...equal, `${column} ${descending[at] ? '<' : '>'} ${keys[at]}`].join(' and ');
    })
    .map((condition) => `(${condition})`)
    .join(' or ')})`;
}

/** The same by an index of all of a client's rooms, which goes one way. */
export function beyondIndexed({ indexed, type, descending }: Order, cursor: Cursor | null, params: Params): string {
  if (!cursor) return 'true';
  const less = descending !== (cursor.direction === 'prev');
  const [key, id] = [params.add(cursor.key[0], type), params.add(cursor.key[1], 'uuid')];
  return `(${indexed!.column}, r.id) ${less ? '<' : '>'} (${indexed!.value(key)}, ${id})`;
}
