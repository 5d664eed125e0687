import { decodeCursor, pageOfWhole, toPage, type Cursor } from './pagination.js';

const numbers = Array.from({ length: 25 }, (_, index) => index + 1);

/** What a repository does: rows after (or before, in reverse) the cursor, one more than asked. */
function read(limit: number, cursor: Cursor | null): number[] {
  const key = cursor?.key[0] as number | undefined;
  const rows =
    cursor?.direction === 'prev'
      ? numbers.filter((n) => n < key!).reverse()
      : numbers.filter((n) => key === undefined || n > key);
  return rows.slice(0, limit + 1);
}

const page = (limit: number, text?: string | null) => {
  const cursor = decodeCursor(text ?? undefined, 1);
  return toPage(
    read(limit, cursor),
    limit,
    cursor,
    (n) => [n],
    (n) => n,
  );
};

describe('pages of a list that is read whole', () => {
  const whole = ['e', 'b', 'd', 'a', 'c'];
  const of = (items: string[], limit: number, cursor?: string | null) =>
    pageOfWhole(items, { limit, ...(cursor != null && { cursor }) }, (item) => item);

  it('keep its order, go both ways, and go on where the item of the cursor has moved to or stood', () => {
    const first = of(whole, 2);
    const second = of(whole, 2, first.page.next_cursor);
    const last = of(whole, 2, second.page.next_cursor);
    expect([first.data, second.data, last.data]).toEqual([['e', 'b'], ['d', 'a'], ['c']]);
    expect(first.page).toMatchObject({ has_more: true, prev_cursor: null });
    expect(last.page).toMatchObject({ has_more: false, next_cursor: null });
    expect(of(whole, 2, last.page.prev_cursor)).toMatchObject({ data: ['d', 'a'], page: { has_more: true } });
    expect(of(['b', 'e', 'd', 'a', 'c'], 2, first.page.next_cursor).data).toEqual(['e', 'd']);
    expect(of(['e', 'd', 'a', 'c'], 2, first.page.next_cursor).data).toEqual(['d', 'a']);
    expect(of(whole, 9).data).toEqual(whole);
    expect(() => of(whole, 2, 'junk')).toThrow(expect.objectContaining({ code: 'invalid_cursor' }));
  });
});

describe('pages', () => {
  it('walks forward to the end without gap or repeat, and back again', () => {
    const seen: number[] = [];
    let current = page(10);
    expect(current.page.prev_cursor).toBeNull();
    seen.push(...current.data);
    while (current.page.next_cursor) {
      current = page(10, current.page.next_cursor);
      seen.push(...current.data);
    }
    expect(seen).toEqual(numbers);
    expect(current.page.has_more).toBe(false);

    current = page(10, current.page.prev_cursor);
    expect(current.data).toEqual(numbers.slice(10, 20));
    current = page(10, current.page.prev_cursor);
    expect(current.data).toEqual(numbers.slice(0, 10));
    expect(current.page).toMatchObject({ prev_cursor: null, has_more: true });
  });

  it('has no cursors when nothing is there', () => {
    expect(
      toPage(
        [],
        10,
        null,
        () => [0],
        (n) => n,
      ),
    ).toEqual({ data: [], page: { next_cursor: null, prev_cursor: null, has_more: false } });
  });

  it.each([
    ['junk'],
    ['bm90IGpzb24'],
    [Buffer.from('["n"]').toString('base64url')],
    [Buffer.from('["n",{}]').toString('base64url')],
    [Buffer.from('null').toString('base64url')],
  ])('refuses the cursor %p', (text) => {
    expect(() => decodeCursor(text, 1)).toThrow(expect.objectContaining({ code: 'invalid_cursor' }) as Error);
  });
});
