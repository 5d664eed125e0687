import { LaneGate } from './lane-gate.js';

describe('LaneGate', () => {
  it('lets in as many as there is room for', async () => {
    const gate = new LaneGate(10, 10);
    expect(await gate.enter('a', 8)).toBe(8);
    expect(await gate.enter('a', 8)).toBe(2);
    expect(await gate.enter('b', 8)).toBe(8);
  });

  it('turns away who finds no room for a while', async () => {
    const gate = new LaneGate(1, 10);
    await gate.enter('a', 1);
    expect(await gate.enter('a', 1)).toBe(0);
  });

  it('lets in who waits as soon as there is room, in order', async () => {
    const gate = new LaneGate(10, 10_000);
    await gate.enter('a', 10);
    const waiting = [gate.enter('a', 8), gate.enter('a', 8)];
    gate.leave('a', 10);
    expect(await Promise.all(waiting)).toEqual([8, 2]);
  });
});
