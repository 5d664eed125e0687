import { setImmediate as turn } from 'node:timers/promises';
import { Lanes } from './lanes.js';

describe('lanes', () => {
  let begun: string[];
  let ends: Map<string, () => void>;
  const lanesOf = (atOnce: number, mostWaiting?: number) =>
    new Lanes<string>(
      ([lane]) => lane!,
      (item) => {
        begun.push(item);
        return new Promise((resolve) => ends.set(item, resolve));
      },
      atOnce,
      mostWaiting,
    );
  const end = async (item: string): Promise<void> => {
    ends.get(item)!();
    await turn();
  };

  beforeEach(() => {
    begun = [];
    ends = new Map();
  });

  it('do several things at once, those of a lane one after the other', async () => {
    const lanes = lanesOf(2);
    for (const item of ['a1', 'a2', 'b1', 'c1', 'a3']) await lanes.add(item);
    expect(begun).toEqual(['a1', 'b1']);
    let idle = false;
    const done = lanes.idle().then(() => (idle = true));
    await end('b1');
    await end('c1');
    // What is slow holds up its own lane alone.
    expect(begun).toEqual(['a1', 'b1', 'c1']);
    for (const item of ['a1', 'a2']) await end(item);
    expect([begun.slice(3), idle]).toEqual([['a2', 'a3'], false]);
    await end('a3');
    await done;
  });

  it('let who adds wait while too much waits', async () => {
    const lanes = lanesOf(1, 2);
    await lanes.add('a1');
    await lanes.add('a2');
    let taken = false;
    const adding = lanes.add('b1').then(() => (taken = true));
    await turn();
    expect(taken).toBe(false);
    await end('a1');
    await adding;
  });
});
