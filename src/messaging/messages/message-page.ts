import { decodeCursor, encodeCursor } from '../../platform/common/pagination.js';
import { Problem } from '../../platform/common/problem.js';
import type { MessagePageDto, MessagesQueryDto } from './messages.dto.js';
import type { Stretch } from './messages.repository.js';

const PLACES = ['before_seq', 'after_seq', 'around_seq', 'cursor'] as const;
const DEFAULT_LIMIT = 50;

/** What to show on each side of `at`, and what to read for it. */
export interface Asked {
  at: number;
  before: number;
  after: number;
  floor: number;
  read: Stretch;
}

/**
 * @param floor the last seq that may not be seen
 * @throws Problem `validation_failed` for more than one place, `invalid_cursor`
 */
export function stretchOf(query: MessagesQueryDto, floor: number): Asked {
  const given = PLACES.filter((place) => query[place] !== undefined);
  if (given.length > 1) {
    const message = 'give at most one place to read from';
    throw new Problem('validation_failed', `${given.join(', ')}: ${message}`, {
      errors: given.map((field) => ({ field, message })),
    });
  }
  const { at, before, after } = sidesOf(query);
  const more = (count: number): number => (count === 0 ? 0 : count + 1);
  return { at, before, after, floor, read: { at, before: more(before), after: more(after), floor } };
}

function sidesOf(query: MessagesQueryDto): { at: number; before: number; after: number } {
  const { limit = DEFAULT_LIMIT, before_seq, after_seq, around_seq } = query;
  if (before_seq !== undefined) return { at: before_seq, before: limit, after: 0 };
  if (after_seq !== undefined) return { at: next(after_seq), before: 0, after: limit };
  // The message itself belongs to the later half.
  if (around_seq !== undefined) {
    return { at: around_seq, before: Math.floor((limit - 1) / 2), after: Math.ceil((limit + 1) / 2) };
  }
  const cursor = decodeCursor(query.cursor, 1);
  if (!cursor) return { at: Number.MAX_SAFE_INTEGER, before: limit, after: 0 };
  const seq = cursor.key[0];
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) {
    throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
  }
  return cursor.direction === 'next'
    ? { at: next(seq as number), before: 0, after: limit }
    : { at: seq as number, before: limit, after: 0 };
}

const next = (seq: number): number => Math.min(seq + 1, Number.MAX_SAFE_INTEGER);

/**
 * @param found ascending, up to one more on each side than asked
 * @param beyond whether there is anything on a side of which nothing was asked
 */
export function pageOf<T extends { seq: number }>(
  found: T[],
  asked: Asked,
  beyond: { before: boolean; after: boolean },
): { data: T[]; page: MessagePageDto['page'] } {
  const { at, before, after } = asked;
  const earlier = found.filter(({ seq }) => seq < at);
  const later = found.filter(({ seq }) => seq >= at);
  const data = [...earlier.slice(before === 0 ? earlier.length : -before), ...later.slice(0, after)];
  const hasBefore = before === 0 ? beyond.before : earlier.length > before;
  const hasAfter = after === 0 ? beyond.after : later.length > after;
  // An empty page leads on from where it was asked for.
  const first = data[0]?.seq ?? at;
  const last = data.at(-1)?.seq ?? Math.max(at - 1, 0);
  return {
    data,
    page: {
      next_cursor: hasAfter ? encodeCursor('n', [last]) : null,
      prev_cursor: hasBefore ? encodeCursor('p', [first]) : null,
      has_more: hasAfter,
      has_more_before: hasBefore,
      has_more_after: hasAfter,
    },
  };
}
