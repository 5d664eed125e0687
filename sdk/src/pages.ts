import { throwIfAborted } from './wait.js';

/** A page of a list as the API answers it. */
export interface Page<T> {
  /** The items, in the order of the list. */
  data: T[];
  /** Where the list goes on. */
  page: { next_cursor: string | null; has_more: boolean };
}

/**
 * A whole list, asked for page by page as it is read: `for await (const room of rooms)`, or `for await (const page of
 * rooms.pages())`. `await rooms.first()` is the first page alone. Each loop begins at the start.
 */
export interface List<T> extends AsyncIterable<T> {
  /** Page by page. */
  pages(): AsyncIterable<Page<T>>;
  /** The first page. */
  first(): Promise<Page<T>>;
  /** The first items, at most `max` of them. */
  take(max: number): Promise<T[]>;
}

/** Makes a list of a function that answers one page: the first without a cursor. */
export function list<T>(load: (cursor: string | undefined) => Promise<Page<T>>, signal?: AbortSignal): List<T> {
  async function* pages() {
    for (let cursor: string | undefined; ;) {
      throwIfAborted(signal);
      const page = await load(cursor);
      yield page;
      const next = page.page.next_cursor;
      // A server that gives the same place again would keep us here for ever.
      if (!page.page.has_more || next === null || next === cursor) return;
      cursor = next;
    }
  }
  async function* items() {
    for await (const page of pages()) yield* page.data;
  }
  return {
    pages,
    first: () => load(undefined),
    [Symbol.asyncIterator]: items,
    async take(max) {
      const taken: T[] = [];
      if (max <= 0) return taken;
      for await (const item of items()) if (taken.push(item) >= max) break;
      return taken;
    },
  };
}
