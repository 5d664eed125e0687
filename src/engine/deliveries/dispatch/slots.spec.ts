import { Slots } from './slots.js';

const slotsOf = (options: { total?: number; ofLane?: (lane: string) => number } = {}) =>
  new Slots({ total: 1_000, ofLane: () => 10, patienceMs: 1_000, ...options });
/** Those who wait are let in in the next turn of the event loop. */
const nextTurn = () => jest.advanceTimersByTime(0);

describe('Slots', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('gives as many of a lane as there is room for', async () => {
    const slots = slotsOf({ ofLane: (lane) => (lane === 'c narrow' ? 1 : 10) });
    expect(slots.take('c a', 8, 2)).toBe(8);
    expect(slots.take('c a', 8, 2)).toBe(2);
    expect(slots.take('c b', 8, 2)).toBe(8);
    expect(await slots.enter('c narrow', 2, 8)).toBe(1);
  });

  it('gives a tenant as much as is left for others', () => {
    const slots = slotsOf({ total: 100, ofLane: () => 1_000 });
    expect(slots.take('greedy a', 1_000, 2)).toBe(50);
    expect(slots.take('greedy b', 1_000, 2)).toBe(0);
    expect(slots.take('second a', 1_000, 2)).toBe(25);
    expect(slots.take('third a', 1, 2)).toBe(1);
    slots.leave('second a', 25, 2);
    expect(slots.take('greedy b', 1_000, 2)).toBe(0);
    slots.leave('greedy a', 20, 2);
    expect(slots.take('greedy b', 1_000, 2)).toBeGreaterThan(0);
  });

  it('gives what is urgent a share of its own, and takes it back there', () => {
    const slots = slotsOf({ total: 100, ofLane: () => 1_000 });
    expect(slots.take('c a', 1_000, 3)).toBe(50);
    expect(slots.take('c b', 1, 1)).toBe(0);
    expect(slots.take('c b', 1_000, 0)).toBe(25);
    slots.leave('c b', 25, 0);
    slots.leave('c a', 50, 3);
    expect(slots.take('c a', 1_000, 2)).toBe(50);
    expect(slots.taken).toBe(50);
  });

  it('leaves a few for each tenant, however many take all they get', () => {
    const slots = slotsOf({ total: 1_024, ofLane: () => 1_000 });
    const got = Array.from({ length: 500 }, (_, n) => slots.take(`t${n} a`, 1_000, 2));
    expect(Math.min(...got)).toBe(4);
    expect(slots.take('t499 a', 1, 2)).toBe(0);
    slots.leave('t499 a', 1, 2);
    expect(slots.take('t499 a', 5, 2)).toBe(1);
  });

  it('holds no more than four times what it should, whoever comes', () => {
    const slots = slotsOf({ total: 100, ofLane: () => 1_000 });
    for (let n = 0; n < 200; n++) slots.take(`t${n} a`, 1_000, 2);
    expect(slots.taken).toBe(400);
    expect(slots.take('another a', 1, 2)).toBe(0);
  });

  it('lets in who waits as soon as there is room, in order, nobody overtaking', async () => {
    const slots = slotsOf();
    slots.take('c a', 10, 2);
    const waiting = [slots.enter('c a', 2, 8), slots.enter('c a', 2, 8)];
    slots.leave('c a', 1, 2);
    expect(slots.take('c a', 1, 2)).toBe(0);
    nextTurn();
    expect(await waiting[0]).toBe(1);
    const late = slots.enter('c a', 2, 1);
    slots.leave('c a', 9, 2);
    nextTurn();
    expect(await Promise.all([waiting[1], late])).toEqual([8, 1]);
  });

  it('lets in what is more urgent first', async () => {
    const slots = slotsOf({ ofLane: () => 1 });
    slots.take('c a', 1, 2);
    const order: string[] = [];
    const enter = (name: string, priority: number) =>
      slots.enter('c a', priority, 1).then((granted) => {
        if (granted > 0) order.push(name);
        slots.leave('c a', granted, priority);
        nextTurn();
      });
    const all = [enter('low', 3), enter('normal', 2), enter('urgent', 0), enter('normal too', 2)];
    slots.leave('c a', 1, 2);
    nextTurn();
    await Promise.all(all);
    expect(order).toEqual(['urgent', 'normal', 'normal too', 'low']);
  });

  it('turns away who waits in a lane where nothing is done for a while', async () => {
    const slots = slotsOf({ ofLane: () => 1 });
    slots.take('c a', 1, 2);
    const waiting = [slots.enter('c a', 2, 1), slots.enter('c a', 2, 1)];
    jest.advanceTimersByTime(1_000);
    expect(await Promise.all(waiting)).toEqual([0, 0]);
  });

  it('keeps who waits as long as the lane moves', async () => {
    const slots = slotsOf({ ofLane: () => 1 });
    slots.take('c a', 1, 2);
    const waiting = [slots.enter('c a', 2, 1), slots.enter('c a', 2, 1)];
    jest.advanceTimersByTime(900);
    slots.leave('c a', 1, 2);
    nextTurn();
    expect(await waiting[0]).toBe(1);
    jest.advanceTimersByTime(900);
    slots.leave('c a', 1, 2);
    nextTurn();
    expect(await waiting[1]).toBe(1);
  });

  it('says when there is room again, once for many', () => {
    const slots = slotsOf();
    const heard = jest.fn();
    slots.onFree(heard);
    slots.take('c a', 10, 2);
    for (let n = 0; n < 10; n++) slots.leave('c a', 1, 2);
    nextTurn();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(slots.taken).toBe(0);
  });
});
