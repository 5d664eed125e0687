import { Bool, Int, Text } from './fields.js';
import { isUuid } from './ids.js';
import { Problem } from './problem.js';

const MAX_CURSOR = 1024;

/** `?limit&cursor` of every list except messages. */
export class PageQueryDto {
  @Int({ optional: true, min: 1, max: 'page', default: 50, query: true, description: 'Items per page.' })
  limit?: number;

  @Text({ optional: true, max: MAX_CURSOR, description: '`next_cursor` or `prev_cursor` of an earlier answer.' })
  cursor?: string;
}

/** Where a page of a list stands: what to ask for its neighbours, and whether more follows. */
export class PageInfoDto {
  @Text({ nullable: true, max: MAX_CURSOR })
  next_cursor: string | null;

  @Text({ nullable: true, max: MAX_CURSOR })
  prev_cursor: string | null;

  @Bool()
  has_more: boolean;
}

/** One page of a list. */
export interface Page<T> {
  data: T[];
  page: PageInfoDto;
}

/** A list that is always short enough for one page. */
export const wholePage = <T>(data: T[]): Page<T> => ({
  data,
  page: { next_cursor: null, prev_cursor: null, has_more: false },
});

/**
 * A page of a list that is short enough to be read whole. A place in it is an item's, wherever that has moved since; of one that
 * has gone it is where that stood.
 * @throws Problem `invalid_cursor`
 */
export function pageOfWhole<T>(
  items: readonly T[],
  { limit = 50, cursor: text }: PageQueryDto,
  idOf: (item: T) => string,
): Page<T> {
  const cursor = decodeCursor(text, 2);
  const place = (item: T): Cursor['key'] => [idOf(item), items.indexOf(item)];
  if (cursor === null) return toPage(items.slice(0, limit + 1), limit, null, place, (item) => item);
  const [id, stood] = cursor.key;
  if (typeof id !== 'string' || !Number.isSafeInteger(stood)) throw invalidCursor();
  const found = items.findIndex((item) => idOf(item) === id);
  const isNext = cursor.direction === 'next';
  const at = found === -1 ? Math.max(0, Number(stood)) : found + (isNext ? 1 : 0);
  const rows = isNext ? items.slice(at, at + limit + 1) : items.slice(Math.max(0, at - limit - 1), at).reverse();
  return toPage(rows, limit, cursor, place, (item) => item);
}

/**
 * A place in a list, and which way to go from it. `key` is the sort key of the item at that place. Which list it is of, it does
 * not say: a place that another list gave is only a place in this one, in which the query finds what the caller sees.
 */
export interface Cursor {
  direction: 'next' | 'prev';
  key: (string | number | null)[];
}

/** @throws Problem `invalid_cursor` for text that no list returned */
export function decodeCursor(text: string | undefined, keyLength: number): Cursor | null {
  if (text === undefined) return null;
  try {
    const [direction, ...key] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    const valid = key.length === keyLength && key.every((part) => part === null || typeof part !== 'object');
    if ((direction === 'n' || direction === 'p') && valid) {
      return { direction: direction === 'n' ? 'next' : 'prev', key: key as Cursor['key'] };
    }
  } catch {
    // Falls through: whatever is wrong with it, it is not ours.
  }
  throw invalidCursor();
}

const invalidCursor = (): Problem =>
  new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');

/** For lists in the order of their ids. @throws Problem `invalid_cursor` */
export function decodeIdCursor(text: string | undefined): Cursor | null {
  const cursor = decodeCursor(text, 1);
  if (cursor === null || isUuid(cursor.key[0])) return cursor;
  throw invalidCursor();
}

/** For lists in the order of a number. @throws Problem `invalid_cursor` */
export function decodeNumberCursor(text: string | undefined): Cursor | null {
  const cursor = decodeCursor(text, 1);
  if (cursor === null || Number.isSafeInteger(cursor.key[0])) return cursor;
  throw invalidCursor();
}

/** For lists that make their own pages. */
export const encodeCursor = (direction: 'n' | 'p', key: Cursor['key']): string =>
  Buffer.from(JSON.stringify([direction, ...key])).toString('base64url');

/**
 * Makes the page from rows that were read in the cursor's direction, one more than `limit`.
 * The rows of a `prev` page come in reverse and are turned round here.
 */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  cursor: Cursor | null,
  keyOf: (row: Row) => Cursor['key'],
  present: (row: Row) => Item,
): Page<Item> {
  const more = rows.length > limit;
  const kept = more ? rows.slice(0, limit) : rows;
  const backwards = cursor?.direction === 'prev';
  if (backwards) kept.reverse();
  const first = kept[0];
  const last = kept.at(-1);
  const hasNext = backwards ? kept.length > 0 : more;
  const hasPrev = backwards ? more : cursor !== null && kept.length > 0;
  return {
    data: kept.map(present),
    page: {
      next_cursor: hasNext && last !== undefined ? encodeCursor('n', keyOf(last)) : null,
      prev_cursor: hasPrev && first !== undefined ? encodeCursor('p', keyOf(first)) : null,
      has_more: hasNext,
    },
  };
}
