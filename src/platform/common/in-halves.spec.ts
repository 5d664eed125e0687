import { inHalves } from './in-halves.js';

describe('inHalves', () => {
  const ofNobody = () => false;
  /** Fails as a whole when it holds a bad one. */
  const strict = () =>
    jest.fn(async (batch: string[]) => {
      if (batch.some((item) => item.startsWith('bad'))) throw new Error(batch.join());
      return batch.map((item) => item.toUpperCase());
    });

  it('lets bad items fail alone, and keeps the order', async () => {
    const run = strict();
    const results = await inHalves(['a', 'bad 1', 'b', 'c', 'bad 2', 'd', 'e'], run, ofNobody);
    expect(results.map((result) => (result instanceof Error ? result.message : result))).toEqual([
      'A',
      'bad 1',
      'B',
      'C',
      'bad 2',
      'D',
      'E',
    ]);
    const succeeded = run.mock.calls
      .map(([batch]) => batch)
      .filter((batch) => !batch.some((item) => item.startsWith('bad')));
    expect(succeeded.flat()).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('runs a good batch once, and an empty one not at all', async () => {
    const run = strict();
    expect(await inHalves(['a', 'b'], run, ofNobody)).toEqual(['A', 'B']);
    expect(await inHalves([], run, ofNobody)).toEqual([]);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('does not try the parts of what fails for all of them, and keeps what succeeded before', async () => {
    const run = strict();
    expect(await inHalves(['a', 'bad', 'b'], run, () => true)).toEqual(
      Array.from({ length: 3 }, () => new Error('a,bad,b')),
    );
    expect(run).toHaveBeenCalledTimes(1);
    const results = await inHalves(['a', 'b', 'bad 1', 'bad 2'], run, ({ message }) => message.startsWith('bad'));
    expect(results).toEqual(['A', 'B', new Error('bad 1,bad 2'), new Error('bad 1,bad 2')]);
  });
});
