import type { Outcome } from '../../providers/provider.js';
import { Breaker, isOut, openMs, type BreakerState } from './breaker.js';

const fault = (kind: 'permanent' | 'retryable' | 'unknown', whose: 'recipient' | 'provider', code = 'c'): Outcome => ({
  kind,
  fault: whose,
  code,
  message: 'm',
});
const accepted: Outcome = { kind: 'accepted' };
const away = fault('retryable', 'provider', 'connection_failed');

let now = 1_000_000;
beforeEach(() => jest.spyOn(Date, 'now').mockImplementation(() => now));
afterEach(() => jest.restoreAllMocks());

const made = () => {
  const changes: [BreakerState, Outcome[]][] = [];
  const breaker = new Breaker((...change) => changes.push(change));
  const run = (outcome: Outcome, counts = true) =>
    breaker.run(
      async () => [outcome],
      () => counts,
    );
  const fail = async (times: number) => {
    for (let n = 0; n < times; n++) await run(away);
  };
  return { breaker, changes, run, fail };
};

describe('the breaker of a provider', () => {
  it.each([
    ['an acceptance', [accepted], false],
    ['one acceptance among faults', [away, accepted], false],
    ['a refused recipient', [fault('permanent', 'recipient')], false],
    ['a recipient who is away', [fault('retryable', 'recipient')], false],
    ['a refused sender', [fault('permanent', 'provider')], false],
    ['a sender who is to come later', [fault('retryable', 'provider', 'sender_refused')], false],
    ['silence', [fault('unknown', 'provider')], true],
    ['a fault of the provider', [away, away], true],
    ['nothing', [], false],
  ])('%s', (_, outcomes, out) => expect(isOut(outcomes)).toBe(out));

  it('opens at the fifth fault in a row, and says by which', async () => {
    const { breaker, changes, run, fail } = made();
    await fail(4);
    await run(accepted);
    await fail(4);
    expect(breaker.outUntil(now)).toBeNull();
    await fail(1);
    expect(breaker.outUntil(now)).toBe(now + 30_000);
    expect(changes).toEqual([[{ open: true, times: 1, openUntil: now + 30_000 }, [away]]]);
  });

  it('does not count what its own process broke off', async () => {
    const { breaker, run } = made();
    for (let n = 0; n < 9; n++) await run(away, false);
    expect(breaker.outUntil(now)).toBeNull();
  });

  it('is tried by one when its time has come; a fault opens it for longer, a success closes it', async () => {
    const { breaker, changes, fail, run } = made();
    await fail(5);
    now += 30_000;
    expect([breaker.outUntil(now), breaker.isHalfOpen]).toEqual([null, true]);
    breaker.takeProbe();
    expect(breaker.outUntil(now)).toBeGreaterThan(now);
    await run(away);
    expect(breaker.outUntil(now)).toBe(now + 60_000);
    now += 60_000;
    breaker.takeProbe();
    await run(accepted);
    expect([breaker.outUntil(now), breaker.isHalfOpen]).toEqual([null, false]);
    expect(changes.map(([{ open, times }]) => [open, times])).toEqual([
      [true, 1],
      [true, 2],
      [false, 0],
    ]);
    expect([1, 2, 3, 4, 5, 9].map(openMs)).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
  });

  it('takes over what another process found out, and finds out by itself from there', async () => {
    const { breaker, changes, run } = made();
    breaker.adopt({ open: true, times: 3, openUntil: now + 5_000 });
    expect(breaker.outUntil(now)).toBe(now + 5_000);
    now += 5_000;
    breaker.leaveProbe(now + 2_000);
    expect(breaker.outUntil(now)).toBeGreaterThan(now);
    now += 2_000;
    breaker.takeProbe();
    await run(away);
    expect(changes.map(([state]) => state)).toMatchObject([{ open: true, times: 4 }]);
    breaker.adopt({ open: false, times: 0, openUntil: 0 });
    expect([breaker.outUntil(now), changes.length]).toEqual([null, 1]);
  });

  it('is neither closed nor opened by a trial that our own stop broke off', async () => {
    const { breaker, changes, fail, run } = made();
    await fail(5);
    now += 30_000;
    breaker.takeProbe();
    await run(away, false);
    expect([breaker.isHalfOpen, breaker.outUntil(now), changes.length]).toEqual([true, null, 1]);
    breaker.takeProbe();
    await run(accepted);
    expect([breaker.isHalfOpen, changes.length]).toEqual([false, 2]);
  });

  it('sends what was let in before it opened, and asks nothing of it', async () => {
    const { breaker, changes, fail, run } = made();
    await fail(5);
    expect(await run(accepted)).toEqual([accepted]);
    expect([breaker.isHalfOpen, changes.length]).toEqual([true, 1]);
  });
});
