import { TracerProvider } from '@opentelemetry/sdk-trace';
import { OtelTracer } from '../tracing/otel.js';
import { inSpan, traceFields, traceparentNow, useTracer } from '../tracing/tracer.js';
import { Coalescer } from './coalescer.js';

const later = () => new Promise((resolve) => setImmediate(resolve));

/** Records batches; each waits until the test lets it go. */
function gatedRunner() {
  const batches: number[][] = [];
  const gates: (() => void)[] = [];
  const run = async (items: number[]) => {
    batches.push(items);
    await new Promise<void>((resolve) => gates.push(resolve));
    return items.map((item) => (item < 0 ? new Error(`bad ${item}`) : item * 2));
  };
  return { batches, run, release: () => gates.shift()!() };
}

describe('Coalescer', () => {
  const limits = { maxBatch: 3, maxWaiting: 8, maxWaitingPerTenant: 4 };

  it('gathers what arrives together, in order, one batch in flight', async () => {
    const { batches, run, release } = gatedRunner();
    const coalescer = new Coalescer<number, number>({ ...limits, run });
    const results = [1, 2, 3, 4].map((n) => coalescer.add('a', n));
    await later();
    await later();
    expect(batches).toEqual([[1, 2, 3]]);
    release();
    expect(await Promise.all(results.slice(0, 3))).toEqual([2, 4, 6]);
    await later();
    expect(batches).toEqual([[1, 2, 3], [4]]);
    release();
    expect(await results[3]).toBe(8);
    await coalescer.idle();
    expect(coalescer.size).toBe(0);
  });

  it('lets items wait for company that may, until one comes that may not', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { batches, run, release } = gatedRunner();
      const coalescer = new Coalescer<number, number>({ ...limits, run, lingerMs: (n) => (n > 10 ? 0 : 50) });
      const results = [coalescer.add('a', 1)];
      jest.advanceTimersByTime(40);
      results.push(coalescer.add('a', 2));
      await later();
      expect(batches).toEqual([]);
      jest.advanceTimersByTime(10);
      expect(batches).toEqual([[1, 2]]);
      // While it is in flight, and after it.
      results.push(coalescer.add('a', 3));
      release();
      await results[0];
      await later();
      expect(batches).toHaveLength(1);
      results.push(coalescer.add('a', 11));
      await later();
      expect(batches).toEqual([
        [1, 2],
        [3, 11],
      ]);
      release();
      expect(await Promise.all(results)).toEqual([2, 4, 6, 22]);
      await coalescer.idle();
    } finally {
      jest.useRealTimers();
    }
  });

  it('rejects one item alone, and all of a batch that fails whole', async () => {
    const one = new Coalescer<number, number>({
      ...limits,
      run: (items) => Promise.resolve(items.map((n) => (n < 0 ? new Error('bad') : n))),
    });
    const [good, bad] = await Promise.allSettled([one.add('a', 1), one.add('a', -1)]);
    expect(good).toMatchObject({ status: 'fulfilled', value: 1 });
    expect(bad).toMatchObject({ status: 'rejected' });

    const whole = new Coalescer<number, number>({ ...limits, run: () => Promise.reject(new Error('down')) });
    const failed = await Promise.allSettled([whole.add('a', 1), whole.add('a', 2)]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('goes on after a failed batch', async () => {
    let calls = 0;
    const coalescer = new Coalescer<number, number>({
      ...limits,
      run: (items) => (++calls === 1 ? Promise.reject(new Error('once')) : Promise.resolve(items)),
    });
    await expect(coalescer.add('a', 1)).rejects.toThrow('once');
    await expect(coalescer.add('a', 2)).resolves.toBe(2);
  });

  it('refuses beyond what may wait, per tenant and altogether, and has room again afterwards', async () => {
    const { run, release } = gatedRunner();
    const coalescer = new Coalescer<number, number>({ ...limits, run });
    const waiting = [1, 2, 3, 4].map((n) => coalescer.add('a', n));
    await expect(coalescer.add('a', 5)).rejects.toMatchObject({ code: 'overloaded', status: 503 });
    waiting.push(...[5, 6, 7, 8].map((n) => coalescer.add('b', n)));
    await expect(coalescer.add('c', 9)).rejects.toMatchObject({ options: { retryAfterS: 1 } });

    for (let batch = 0; batch < 3; batch++) {
      while (coalescer.size > 8 - 3 * (batch + 1) && coalescer.size > 0) await later();
      await later();
      release();
      await later();
    }
    expect(await Promise.all(waiting)).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    const again = coalescer.add('a', 1);
    await later();
    await later();
    release();
    expect(await again).toBe(2);
  });

  it('starts the next batch while the answers of a large one go out, in order', async () => {
    const answered: number[] = [];
    const answeredAtStart: number[] = [];
    const coalescer = new Coalescer<number, number>({
      maxBatch: 100,
      maxWaiting: 1000,
      maxWaitingPerTenant: 1000,
      run: async (items) => {
        answeredAtStart.push(answered.length);
        return items;
      },
    });
    const all = Array.from({ length: 200 }, (_, n) => coalescer.add('a', n).then((out) => answered.push(out)));
    await Promise.all(all);
    expect(answered).toEqual(Array.from({ length: 200 }, (_, n) => n));
    expect(answeredAtStart).toHaveLength(2);
    expect(answeredAtStart[1]).toBeLessThan(100);
  });

  describe('with two batches in flight', () => {
    const keyed = (run: (items: number[]) => Promise<(number | Error)[]>) =>
      new Coalescer<number, number>({
        maxBatch: 3,
        maxWaiting: 99,
        maxWaitingPerTenant: 99,
        keyOf: (n) => `${n % 10}`,
        run,
      });
    const turns = async () => {
      for (let n = 0; n < 5; n++) await later();
    };

    it('starts the second when as many wait as the first one holds, and no third', async () => {
      const { batches, run, release } = gatedRunner();
      const coalescer = keyed(run);
      const results = [1, 2].map((n) => coalescer.add('a', n));
      await turns();
      results.push(coalescer.add('a', 3));
      await turns();
      expect(batches).toEqual([[1, 2]]);
      results.push(coalescer.add('a', 4));
      await turns();
      expect(batches).toEqual([
        [1, 2],
        [3, 4],
      ]);
      results.push(...[5, 6, 7].map((n) => coalescer.add('a', n)));
      await turns();
      expect(batches).toHaveLength(2);
      release();
      await turns();
      expect(batches[2]).toEqual([5, 6, 7]);
      release();
      release();
      expect(await Promise.all(results)).toEqual([2, 4, 6, 8, 10, 12, 14]);
    });

    it('keeps what is equal in its key out of the second, and in order', async () => {
      const { batches, run, release } = gatedRunner();
      const coalescer = keyed(run);
      const answered: number[] = [];
      const add = (n: number) => coalescer.add('a', n).then(() => answered.push(n));
      const results = [add(1)];
      await turns();
      results.push(...[11, 2, 21, 3].map(add));
      await turns();
      expect(batches).toEqual([[1], [2, 3]]);
      release();
      await turns();
      expect(batches[2]).toEqual([11, 21]);
      release();
      release();
      await Promise.all(results);
      expect(answered.filter((n) => n % 10 === 1)).toEqual([1, 11, 21]);
      await coalescer.idle();
    });

    it('waits for a key that is in flight without going round in circles', async () => {
      const { batches, run, release } = gatedRunner();
      const coalescer = keyed(run);
      const results = [coalescer.add('a', 1)];
      await turns();
      results.push(coalescer.add('a', 11), coalescer.add('a', 21));
      await turns();
      expect(batches).toEqual([[1]]);
      release();
      await turns();
      release();
      expect(await Promise.all(results)).toEqual([2, 22, 42]);
    });
  });
});

it('is of no request where a batch does the work of several', async () => {
  useTracer(new OtelTracer(new TracerProvider().getTracer('test')));
  const seen: object[] = [];
  const run = async (items: number[]) => {
    await later();
    seen.push(traceFields());
    return items;
  };
  const gather = new Coalescer<number, number>({ maxBatch: 2, maxWaiting: 9, maxWaitingPerTenant: 9, run });
  await inSpan('request', { kind: 'server' }, async (span) => {
    expect(await Promise.all([1, 2, 3].map((item) => gather.add('a', item)))).toEqual([1, 2, 3]);
    expect(traceparentNow()).toBe(span!.traceparent);
  });
  useTracer(null);
  expect(seen).toEqual([{}, {}]);
});
