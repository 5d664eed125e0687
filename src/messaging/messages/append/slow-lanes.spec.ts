import { Problem } from '../../../platform/common/problem.js';
import type { NewMessage, SendVerdict } from './new-message.js';
import { SlowLanes } from './slow-lanes.js';

const message = (room_id: string, n = 0, client_id = 'c'): NewMessage =>
  ({ client_id, room_id, id: `${room_id}${n}` }) as NewMessage;

/** Lanes whose batches end when they are told to. */
function lanes(options: Partial<ConstructorParameters<typeof SlowLanes>[0]> = {}) {
  const running: { ids: string[]; end: (error?: Error) => void }[] = [];
  const slow = new SlowLanes({
    concurrency: 2,
    maxBatch: 2,
    maxWaiting: 10,
    concurrencyPerTenant: 2,
    maxWaitingPerTenant: 10,
    ...options,
    run: (messages) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) =>
          error
            ? reject(error)
            : resolve(messages.map(({ id }) => ({ verdict: 'sent', id }) as unknown as SendVerdict));
        running.push({ ids: messages.map(({ id }) => id), end });
      }),
  });
  return { slow, running };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('slow lanes', () => {
  it('writes a room’s messages in order, a batch at a time, and closes the lane after', async () => {
    const { slow, running } = lanes();
    const answers = [1, 2, 3].map((n) => slow.add(message('a', n)));
    await turn();
    expect(running.map(({ ids }) => ids)).toEqual([['a1', 'a2']]);
    expect(slow.has(message('a'))).toBe(true);
    running[0]!.end();
    await turn();
    expect(running[1]!.ids).toEqual(['a3']);
    running[1]!.end();
    expect(await Promise.all(answers)).toMatchObject([{ id: 'a1' }, { id: 'a2' }, { id: 'a3' }]);
    await turn();
    expect(slow.has(message('a'))).toBe(false);
  });

  it('runs so many rooms at once', async () => {
    const { slow, running } = lanes();
    for (const room of ['a', 'b', 'c']) void slow.add(message(room));
    await turn();
    expect(running.flatMap(({ ids }) => ids)).toEqual(['a0', 'b0']);
    running[0]!.end();
    await turn();
    expect(running.flatMap(({ ids }) => ids)).toEqual(['a0', 'b0', 'c0']);
  });

  it('answers with the reason when a transaction fails, and goes on', async () => {
    const { slow, running } = lanes();
    const failed = slow.add(message('a'));
    await turn();
    const next = slow.add(message('a', 1));
    running[0]!.end(new Problem('overloaded', 'locked'));
    expect(await failed).toMatchObject({ code: 'overloaded' });
    await turn();
    running[1]!.end();
    expect(await next).toMatchObject({ id: 'a1' });
  });

  it('leaves turns to other tenants, whose rooms are locked for as long as it takes', async () => {
    const { slow, running } = lanes({ concurrency: 3 });
    for (const room of ['a', 'b', 'c', 'd']) void slow.add(message(room));
    await turn();
    void slow.add(message('x', 0, 'other'));
    void slow.add(message('y', 0, 'other'));
    await turn();
    expect(running.flatMap(({ ids }) => ids)).toEqual(['a0', 'b0', 'x0']);
    // The other has had its turn, and so has the first one: a lane each in turn from here.
    running[0]!.end();
    await turn();
    running[1]!.end();
    await turn();
    expect(running.flatMap(({ ids }) => ids)).toEqual(['a0', 'b0', 'x0', 'c0', 'y0']);
  });

  it('gives a room that does not run dry one turn among those of its tenant', async () => {
    const { slow, running } = lanes({ concurrency: 1 });
    for (let n = 0; n < 4; n++) void slow.add(message('a', n));
    void slow.add(message('b'));
    for (let n = 0; n < 3; n++) {
      await turn();
      running[n]!.end();
    }
    expect(running.map(({ ids }) => ids)).toEqual([['a0', 'a1'], ['b0'], ['a2', 'a3']]);
  });

  it('refuses more than may wait, for one tenant and for all', async () => {
    const one = lanes({ maxWaitingPerTenant: 2 }).slow;
    void one.add(message('a'));
    void one.add(message('b'));
    expect(await one.add(message('c'))).toMatchObject({ code: 'overloaded' });
    expect(one.has(message('c'))).toBe(false);
    expect(await Promise.race([one.add(message('c', 0, 'other')), turn()])).toBeUndefined();
    const all = lanes({ maxWaiting: 1 }).slow;
    void all.add(message('a'));
    expect(await all.add(message('b', 0, 'other'))).toMatchObject({ code: 'overloaded' });
  });
});
