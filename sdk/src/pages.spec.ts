import { list } from './pages.js';

const LETTERS = [...'abcdefg'];

/** Seven letters, three a page. */
function letters() {
  const load = jest.fn(async (cursor: string | undefined) => {
    const from = Number(cursor ?? 0);
    const next = from + 3 < LETTERS.length ? String(from + 3) : null;
    return { data: LETTERS.slice(from, from + 3), page: { next_cursor: next, has_more: next !== null } };
  });
  return { load, all: list(load) };
}

describe('a list', () => {
  it('is read item by item over all of its pages, again and again', async () => {
    const { all } = letters();
    for (let round = 0; round < 2; round++) {
      const seen = [];
      for await (const letter of all) seen.push(letter);
      expect(seen).toEqual(LETTERS);
    }
  });

  it('is read page by page', async () => {
    const { all } = letters();
    const sizes = [];
    for await (const { data } of all.pages()) sizes.push(data.length);
    expect(sizes).toEqual([3, 3, 1]);
  });

  it('asks for no page that nobody reads', async () => {
    const { all, load } = letters();
    expect(await all.take(4)).toEqual(['a', 'b', 'c', 'd']);
    expect(load).toHaveBeenCalledTimes(2);
    expect((await all.first()).data).toEqual(['a', 'b', 'c']);
    expect(await all.take(0)).toEqual([]);
    expect(load).toHaveBeenCalledTimes(3);
  });

  it('ends where the same place comes again', async () => {
    const load = jest.fn(async () => ({ data: ['a'], page: { next_cursor: 'x', has_more: true } }));
    expect(await list<string>(load).take(10)).toEqual(['a', 'a']);
  });

  it('stops when it is aborted', async () => {
    const { load } = letters();
    const controller = new AbortController();
    const read = async () => {
      for await (const letter of list(load, controller.signal)) if (letter === 'c') controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' });
    expect(load).toHaveBeenCalledTimes(1);
  });
});
