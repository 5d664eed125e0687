import { LaneGate } from './lane-gate.js';

describe('LaneGate', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('lets in as many as there is room for', async () => {
    const gate = new LaneGate(() => 10, 1_000);
    expect(await gate.enter('a', 8)).toBe(8);
    expect(await gate.enter('a', 8)).toBe(2);
    expect(await gate.enter('b', 8)).toBe(8);
  });

  it('lets in who waits as soon as there is room, in order, nobody overtaking', async () => {
    const gate = new LaneGate(() => 10, 1_000);
    await gate.enter('a', 10);
    const waiting = [gate.enter('a', 8), gate.enter('a', 8)];
    gate.leave('a', 1);
    expect(await waiting[0]).toBe(1);
    const late = gate.enter('a', 1);
    gate.leave('a', 9);
    expect(await Promise.all([waiting[1], late])).toEqual([8, 1]);
  });

  it('gives each lane its own room', async () => {
    const gate = new LaneGate((lane) => (lane === 'narrow' ? 1 : 5), 1_000);
    expect(await gate.enter('narrow', 8)).toBe(1);
    expect(await gate.enter('wide', 8)).toBe(5);
  });

  it('turns away who waits in a lane where nothing is done for a while', async () => {
    const gate = new LaneGate(() => 1, 1_000);
    await gate.enter('a', 1);
    const waiting = [gate.enter('a', 1), gate.enter('a', 1)];
    jest.advanceTimersByTime(1_000);
    expect(await Promise.all(waiting)).toEqual([0, 0]);
  });

  it('keeps who waits as long as the lane moves', async () => {
    const gate = new LaneGate(() => 1, 1_000);
    await gate.enter('a', 1);
    const waiting = [gate.enter('a', 1), gate.enter('a', 1)];
    jest.advanceTimersByTime(900);
    gate.leave('a', 1);
    expect(await waiting[0]).toBe(1);
    jest.advanceTimersByTime(900);
    gate.leave('a', 1);
    expect(await waiting[1]).toBe(1);
  });
});
