import { Problem } from '../../platform/common/problem.js';
import { compile } from './filter.js';
import { Params } from './params.js';
import { fingerprintOf, ordersOf, placeOf } from './sort.js';
import { encodeCursor } from '../../platform/common/pagination.js';

const read = (filter: unknown, ofUser = true) => {
  const params = new Params();
  params.add('client', 'uuid');
  return { ...compile(filter as Record<string, unknown>, params, ofUser), values: params.values.slice(1) };
};
const faultOf = (work: () => unknown): { field: string; message: string } => {
  try {
    work();
  } catch (error) {
    return (error as Problem).options.errors![0]!;
  }
  throw new Error('It was accepted.');
};

describe('a filter', () => {
  it('never puts a value or a key into the statement', () => {
    const evil = `x'; drop table rooms; --`;
    const { sql, values } = read({
      name: { $prefix: evil },
      [`metadata.${evil}`]: evil,
      $or: [{ slug: evil }, { member: { $in: [evil] } }, { [`metadata.${evil}`]: { $in: [evil, 1] } }],
    });
    expect(sql).not.toContain('drop');
    expect(JSON.stringify(values).match(/drop/g)).toHaveLength(7);
  });

  it('joins what it says by and, the lists by their own word', () => {
    const { sql } = read({
      room_type: 'group',
      $or: [{ status: 'active' }, { $and: [{ hidden: true }, { pinned: false }] }],
    });
    expect(sql.replaceAll(/\(([^()]*)\)/g, '$1')).toMatch(
      /^\(r.room_type = \$2::text and \(.*r.status = \$3::text.* or .*me.hidden = \$4::boolean.* and .* = \$5::boolean.*\)\)$/,
    );
    expect(read({}).sql).toBe('true');
  });

  it.each([
    [{ nme: 1 }, 'filter.nme', 'room_type, status'],
    [{ constructor: 1 }, 'filter.constructor', 'metadata.<key>'],
    [{ 'metadata.': 1 }, 'filter.metadata.', 'not a field'],
    [{ status: { $gt: 'active' } }, 'filter.status.$gt', '$eq, $ne, $in'],
    [{ status: 'open' }, 'filter.status', 'active, inactive, archived, deleted'],
    [{ status: {} }, 'filter.status', '$eq'],
    [{ unread: '3' }, 'filter.unread', 'whole numbers'],
    [{ unread: { $where: 1 } }, 'filter.unread.$where', '$gte'],
    [{ created_at: { $gt: 'yesterday' } }, 'filter.created_at.$gt', 'RFC 3339'],
    [{ id: 'x' }, 'filter.id', 'UUID'],
    [{ name: null }, 'filter.name', 'text'],
    [{ name: { $exists: 1 } }, 'filter.name.$exists', 'true or false'],
    [{ name: { $prefix: 1 } }, 'filter.name.$prefix', 'text'],
    [{ member: { $in: [] } }, 'filter.member.$in', '1 to 100'],
    [{ member: { $in: ['a', 1] } }, 'filter.member.$in', 'user ids'],
    [{ 'metadata.a': { b: 1 } }, 'filter.metadata.a.b', 'not possible'],
    [{ 'metadata.a': [1] }, 'filter.metadata.a', 'numbers'],
    [{ $or: [] }, 'filter.$or', '1 to 100'],
    [{ $or: { a: 1 } }, 'filter.$or', 'list'],
    [{ $and: [1] }, 'filter.$and[0]', 'object'],
    [{ $not: [{}] }, 'filter.$not', 'not a field'],
    [
      { $and: [{ $and: [{ $and: [{ $and: [{ $and: [{}] }] }] }] }] },
      'filter.$and[0].$and[0].$and[0].$and[0].$and[0]',
      'levels',
    ],
  ])('is refused by name: %j', (filter, field, allowed) => {
    const fault = faultOf(() => read(filter));
    expect(fault.field).toBe(field);
    expect(fault.message).toContain(allowed);
  });

  it('is refused when it says too much', () => {
    const filter = { $or: Array.from({ length: 51 }, () => ({ name: 'x' })) };
    expect(faultOf(() => read(filter))).toEqual({ field: 'filter', message: 'must have at most 50 conditions' });
  });

  it('asks for a user where it is about one, and knows what an index finds', () => {
    expect(faultOf(() => read({ $or: [{ muted: true }] }, false)).message).toContain('X-User-Id');
    expect(read({ name: 'x', $or: [{ slug: 'a' }] }, false).selective).toBeNull();
    expect(read({ name: 'x', slug: 'a' }, false).selective).toBe('r.slug = $3::text');
    expect(read({ id: { $ne: '00000000-0000-0000-0000-000000000000' } }, false).selective).toBeNull();
    expect(read({ member: 'ann' }, false).selective).toContain('from room_members');
  });
});

describe('an order', () => {
  it('is refused by name where there is none', () => {
    expect(faultOf(() => ordersOf([{ age: 'asc' }], true))).toMatchObject({ field: 'sort[0].age' });
    expect(faultOf(() => ordersOf([{ name: 'up' }], true))).toMatchObject({ field: 'sort[0].name' });
    expect(faultOf(() => ordersOf([{}], true))).toMatchObject({ field: 'sort[0]' });
    expect(faultOf(() => ordersOf([{ name: 'asc', unread: 'asc' }], true))).toMatchObject({ field: 'sort[0]' });
    for (const sort of [[{ name: 'asc' }], [{ created_at: 'asc' }, { last_active_day: 'asc' }], [{ unread: 'asc' }]])
      expect(faultOf(() => ordersOf(sort, false)).message).toContain('created_at, last_active_day');
  });

  it('takes no cursor of another query, or that no list returned', () => {
    const orders = ordersOf([{ created_at: 'desc' }], true);
    const mark = fingerprintOf('a');
    const id = '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f';
    expect(placeOf(encodeCursor('n', [mark, 5, id]), mark, orders)).toEqual({ direction: 'next', key: [5, id] });
    const byName = ordersOf([{ name: 'asc' }], true);
    for (const [key, of] of [
      [[fingerprintOf('b'), 5, id], orders],
      [[mark, '5', id], orders],
      [[mark, 1.5, id], orders],
      [[mark, 2 ** 53, id], orders],
      [[mark, 5, 'x'], orders],
      [[mark, 5], orders],
      [[mark, 5, id], byName],
      [[mark, 'a\u0000', id], byName],
    ] as const)
      expect(() => placeOf(encodeCursor('n', [...key]), mark, of)).toThrow('cursor');
    const days = ordersOf([{ last_active_day: 'desc' }], false);
    expect(() => placeOf(encodeCursor('n', [mark, 2 ** 40, id]), mark, days)).toThrow('cursor');
  });
});
