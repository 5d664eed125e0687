import { unnest } from './unnest.js';

interface Item {
  id: string;
  count: number;
  owner: { id: string } | null;
  data: object | null;
}

describe('unnest', () => {
  const items: Item[] = [
    { id: 'a', count: 1, owner: { id: 'o' }, data: { x: [1] } },
    { id: 'b', count: 2, owner: null, data: null },
  ];

  it('names one array for each column, and writes them in the same order', () => {
    const rows = unnest<Item>()('i', {
      id: 'uuid',
      count: 'int',
      owner_id: ['uuid', ({ owner }) => owner?.id ?? null],
      data: 'jsonb',
    });
    expect(rows.sql).toBe('unnest($1::uuid[], $2::int[], $3::uuid[], $4::jsonb[]) as i (id, count, owner_id, data)');
    expect(rows.values(items)).toEqual(['{"a","b"}', '{1,2}', '{"o",NULL}', String.raw`{"{\"x\":[1]}",NULL}`]);
    expect(rows.values([])).toEqual(['{}', '{}', '{}', '{}']);
  });

  it('leaves out what is null in all rows, but for the first column, which says how many there are', () => {
    const rows = unnest<{ id: string | null; at: Date | null }>()('i', { id: 'uuid', at: 'timestamptz' });
    const at = new Date(0);
    expect(rows.values([{ id: null, at }])).toEqual(['{NULL}', '{1970-01-01T00:00:00.000Z}']);
    expect(
      rows.values([
        { id: null, at: null },
        { id: null, at: null },
      ]),
    ).toEqual(['{NULL,NULL}', '{}']);
  });

  it('begins with any parameter, and numbers the rows', () => {
    const rows = unnest<Item>()('i', { id: 'uuid', count: 'int' }, { first: 3, ordinality: 'position' });
    expect(rows.sql).toBe('unnest($3::uuid[], $4::int[]) with ordinality as i (id, count, position)');
  });

  it("takes what fits: the type check refuses columns that the rows don't have, or of another type", () => {
    const of = unnest<Item>();
    // @ts-expect-error -- no such property
    of('i', { name: 'text' });
    // @ts-expect-error -- a number is no text
    of('i', { count: 'text' });
    // @ts-expect-error -- what is computed must fit, too
    of('i', { twice: ['text', ({ count }) => count * 2] });
    expect(of('i', { twice: ['int', ({ count }) => count * 2] }).values(items)).toEqual(['{2,4}']);
  });
});
