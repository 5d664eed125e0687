import { FairQueue } from './fair-queue.js';

const queue = () => new FairQueue<string>({ longest: 6, longestLine: 4 });
const always = () => true;

it('takes from tenants in turn, of each what goes together', () => {
  const fair = queue();
  fair.add('a', ['a1', 'a2', 'a3']);
  fair.add('b', ['b1']);
  expect(fair.take(2, always)).toEqual({ tenant: 'a', items: ['a1', 'a2'] });
  expect(fair.take(2, always)).toEqual({ tenant: 'b', items: ['b1'] });
  fair.putBack('a', ['a2']);
  expect(fair.take(2, (first, next) => first === next)).toEqual({ tenant: 'a', items: ['a2'] });
  expect(fair.take(2, always)).toEqual({ tenant: 'a', items: ['a3'] });
  expect(fair.take(2, always)).toBeUndefined();
  expect(fair.size).toBe(0);
});

it('has room for so many, of one tenant for fewer', () => {
  const fair = queue();
  fair.add('a', ['a1', 'a2', 'a3']);
  expect(fair.hasRoom('a', 1)).toBe(true);
  expect(fair.hasRoom('a', 2)).toBe(false);
  expect(fair.hasRoom('b', 3)).toBe(true);
  expect(fair.hasRoom('b', 4)).toBe(false);
  expect(fair.remove((item) => item !== 'a2')).toEqual(['a1', 'a3']);
  expect(fair.size).toBe(1);
  expect(fair.take(5, always)).toEqual({ tenant: 'a', items: ['a2'] });
});
