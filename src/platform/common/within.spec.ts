import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { within } from './within.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));

it('aborts when the time is over, whatever is collected meanwhile', async () => {
  const stopping = new AbortController();
  const reasons = Array.from({ length: 50 }, () => within(50, untilAborted, stopping.signal));
  collect();
  await new Promise((resolve) => setTimeout(resolve, 10));
  collect();
  const all = (await Promise.all(reasons)) as Error[];
  expect(all.map(({ name }) => name)).toEqual(Array(50).fill('TimeoutError'));
});

it('aborts when the other signal does, also when it has already', async () => {
  const stopping = new AbortController();
  const work = within(60_000, untilAborted, stopping.signal);
  stopping.abort('stop');
  expect(await work).toBe('stop');
  expect(await within(60_000, async (signal) => signal.aborted, stopping.signal)).toBe(true);
});

it('leaves nothing behind, and gives what the work gave or threw', async () => {
  const stopping = new AbortController();
  let seen: AbortSignal | undefined;
  const work = async (signal: AbortSignal) => {
    seen = signal;
    return 7;
  };
  expect(await within(1, work, stopping.signal)).toBe(7);
  stopping.abort();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(seen!.aborted).toBe(false);
  await expect(within(60_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
