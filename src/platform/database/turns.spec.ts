import { Turns, type TurnsOptions } from './turns.js';

const options: TurnsOptions = {
  atOnce: 3,
  atOncePerKey: 2,
  maxWaiting: 10,
  maxWaitingPerKey: 5,
  patienceMs: 60_000,
};

describe('Turns', () => {
  /** Works that say when they begin and end when told to. */
  const works = (turns: Turns) => {
    const begun: string[] = [];
    const ends = new Map<string, () => void>();
    const add = (key: string, name: string): Promise<string> =>
      turns.run(key, () => {
        begun.push(name);
        return new Promise((resolve) => ends.set(name, () => resolve(name)));
      });
    const end = async (name: string) => {
      ends.get(name)!();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { add, begun, end };
  };
  const code = (promise: Promise<unknown>) => promise.catch((error: { code: string }) => error.code);

  it('let in as many as there is room for, of each key and in all, the keys in turn', async () => {
    const { add, begun, end } = works(new Turns(options));
    const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => add(name[0]!, name));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(['a1', 'a2', 'b1']);
    await end('b1');
    // a has its two already.
    expect(begun.slice(3)).toEqual(['b2']);
    await end('a1');
    expect(begun.slice(4)).toEqual(['a3']);
    await end('a2');
    expect(begun.slice(5)).toEqual(['c1']);
    for (const name of ['b2', 'a3', 'a4', 'c1']) await end(name);
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']);
  });

  it('are free again after what failed', async () => {
    const turns = new Turns({ ...options, atOnce: 1 });
    const failed = turns.run('a', () => Promise.reject(new Error('x')));
    const next = turns.run('a', async () => 'next');
    await expect(failed).rejects.toThrow('x');
    expect(await next).toBe('next');
  });

  it('refuse beyond what may wait, of one key and in all', async () => {
    const turns = new Turns({ ...options, atOnce: 1, maxWaiting: 3, maxWaitingPerKey: 2 });
    const { add, end } = works(turns);
    const all = ['a1', 'a2', 'a3'].map((name) => add('a', name));
    expect(await code(add('a', 'too many of a'))).toBe('overloaded');
    all.push(add('b', 'b1'));
    expect(await code(add('c', 'too many in all'))).toBe('overloaded');
    for (const name of ['a1', 'a2', 'b1', 'a3']) await end(name);
    await Promise.all(all);
  });

  it('refuse what waited too long, and forget it', async () => {
    const { add, begun, end } = works(new Turns({ ...options, atOnce: 1, patienceMs: 1 }));
    const first = add('a', 'runs');
    expect(await code(add('a', 'waits'))).toBe('overloaded');
    await end('runs');
    await first;
    expect(begun).toEqual(['runs']);
    const next = add('b', 'is next');
    expect(begun).toEqual(['runs', 'is next']);
    await end('is next');
    await next;
  });
});
