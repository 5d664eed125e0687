import { SharedTurns, type SharedTurnsOptions } from './shared-turns.js';

type Item = { name: string; needs: string[] };

const limits = {
  atOnce: 2,
  atOncePerKey: 1,
  maxWaiting: 10,
  maxWaitingPerKey: 6,
  patienceMs: 60_000,
  maxTogether: 3,
};

describe('SharedTurns', () => {
  /** Runs that say what went together, and end when told to. */
  const runs = (options: Partial<SharedTurnsOptions<Item, string>> = {}) => {
    const begun: string[] = [];
    const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const turns = new SharedTurns<Item, string>({
      ...limits,
      needs: ({ needs }) => needs,
      run: async (key, items) => {
        begun.push(`${key}: ${items.map(({ name }) => name).join(' ')}`);
        await new Promise<void>((resolve, reject) => ends.push({ resolve, reject }));
        return items.map(({ name }) => name.toUpperCase());
      },
      ...options,
    });
    const add = (key: string, name: string, ...needs: string[]) => turns.add(key, { name, needs });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    const end = async () => {
      ends.shift()!.resolve();
      await settle();
    };
    const fail = async (error: Error) => {
      ends.shift()!.reject(error);
      await settle();
    };
    return { add, begun, end, fail };
  };
  afterEach(() => jest.useRealTimers());

  const code = (promise: Promise<unknown>) => promise.catch((error: { code: string }) => error.code);

  it('run at once and alone what has its turn free', async () => {
    const { add, begun, end } = runs();
    const [a, b] = [add('x', 'a', '1'), add('y', 'b', '1')];
    expect(begun).toEqual(['x: a', 'y: b']);
    await end();
    await end();
    expect(await Promise.all([a, b])).toEqual(['A', 'B']);
  });

  it('bring those together who wait for the same, whatever came between, and answer each by its own', async () => {
    const { add, begun, end } = runs();
    const all = [add('x', 'first')];
    for (const [name, ...needs] of [
      ['a', '1'],
      ['b', '2'],
      ['c', '3', '1'],
      ['d', '2'],
      ['e', '3'],
    ] as const) {
      all.push(add('x', name, ...needs));
    }
    await end();
    await end();
    await end();
    expect(begun).toEqual(['x: first', 'x: a c e', 'x: b d']);
    expect(await Promise.all(all)).toEqual(['FIRST', 'A', 'B', 'C', 'D', 'E']);
  });

  it('take strangers along while there is room, in the order in which they came, and never too many', async () => {
    const { add, begun, end } = runs();
    const all = [add('x', 'first'), add('x', 'a', '1'), add('x', 'b', '2'), add('x', 'c', '1'), add('x', 'd', '3')];
    all.push(add('x', 'e', '1'), add('x', 'f', '1'));
    for (let runsLeft = 3; runsLeft > 0; runsLeft--) await end();
    expect(begun).toEqual(['x: first', 'x: a c e', 'x: b d f']);
    await Promise.all(all);
  });

  it('keep tenants apart, and give each its turn', async () => {
    const { add, begun, end } = runs({ atOnce: 1 });
    const all = [add('x', 'first'), add('x', 'a', '1'), add('y', 'b', '1'), add('x', 'c', '1')];
    for (let runsLeft = 3; runsLeft > 0; runsLeft--) await end();
    expect(begun).toEqual(['x: first', 'x: a c', 'y: b']);
    await Promise.all(all);
  });

  it('fail those who went together, and go on with the next', async () => {
    const { add, begun, end, fail } = runs();
    const first = add('x', 'first');
    const together = [add('x', 'a', '1'), add('x', 'b', '1')];
    await end();
    const later = add('x', 'c', '1');
    const failed = Promise.allSettled(together);
    await fail(new Error('down'));
    expect((await failed).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await end();
    expect(begun).toEqual(['x: first', 'x: a b', 'x: c']);
    expect(await Promise.all([first, later])).toEqual(['FIRST', 'C']);
  });

  it('refuse beyond what may wait, of one key and in all, and let in again afterwards', async () => {
    const { add, end } = runs({ maxWaiting: 3, maxWaitingPerKey: 2, atOnce: 1 });
    const all = [add('x', 'first'), add('x', 'a', '1'), add('x', 'b', '1')];
    expect(await code(add('x', 'too many of x', '1'))).toBe('overloaded');
    all.push(add('y', 'c'));
    expect(await code(add('z', 'too many in all'))).toBe('overloaded');
    for (let runsLeft = 3; runsLeft > 0; runsLeft--) await end();
    await Promise.all(all);
    const again = add('x', 'again');
    await end();
    expect(await again).toBe('AGAIN');
  });

  it('answer who was taken along, however long it takes beyond the patience', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const { add, begun, end } = runs();
    const first = add('x', 'first');
    const together = [add('x', 'a', '1'), add('x', 'b', '2')];
    await end();
    expect(begun).toEqual(['x: first', 'x: a b']);
    jest.advanceTimersByTime(limits.patienceMs + 1);
    await end();
    expect(await Promise.all([first, ...together])).toEqual(['FIRST', 'A', 'B']);
  });

  it('refuse who waited too long, and forget them', async () => {
    const { add, begun, end } = runs({ patienceMs: 1 });
    const first = add('x', 'first');
    const late = [code(add('x', 'a', '1')), code(add('x', 'b', '1'))];
    expect(await Promise.all(late)).toEqual(['overloaded', 'overloaded']);
    await end();
    await first;
    const next = add('x', 'next', '1');
    expect(begun).toEqual(['x: first', 'x: next']);
    await end();
    await next;
  });
});
