import { deactivationOf, graceEndOf, nextStep, policyOf, type RoomActivity, type OwnPolicy } from './policy.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOW = new Date('2026-03-01T00:00:00Z');
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);
const own: OwnPolicy = { inactive_after_days: null, warn_before_hours: null };
const policy = { inactive_after_days: 30, warn_before_hours: 24 };
const after = (activeMs: number, announcedMs: number | null = null): RoomActivity => ({
  active_at: ago(activeMs),
  deactivating_at: announcedMs === null ? null : ago(announcedMs),
  now: NOW,
});

describe('what a room keeps to', () => {
  it('is its own word, else what its client says of its type, else the defaults', () => {
    const days = (settings: object, type: 'group' | 'support' | 'direct' | 'channel', of = own) =>
      policyOf(settings as never, type, of).inactive_after_days;
    expect((['group', 'support', 'direct', 'channel'] as const).map((type) => days({}, type))).toEqual([
      30, 7, 90, 180,
    ]);
    const lifecycle = {
      group: 5,
      support: null,
      direct: { inactive_after_days: null },
      channel: { warn_before_hours: 2 },
    };
    expect((['group', 'support', 'direct', 'channel'] as const).map((type) => days({ lifecycle }, type))).toEqual([
      5,
      null,
      null,
      180,
    ]);
    expect(days({ lifecycle }, 'support', { ...own, inactive_after_days: 3 })).toBe(3);
    expect(days({ lifecycle }, 'group', { ...own, inactive_after_days: 0 })).toBeNull();
  });

  it('has its warning from the room, the type, the client, or the default', () => {
    const hours = (settings: object, of = own) => policyOf(settings as never, 'group', of).warn_before_hours;
    expect(hours({})).toBe(24);
    expect(hours({ lifecycle: { group: 5 } })).toBe(24);
    expect(hours({ lifecycle: { warn_before_hours: 48 } })).toBe(48);
    expect(hours({ lifecycle: { warn_before_hours: 48, group: { warn_before_hours: 1 } } })).toBe(1);
    expect(hours({ lifecycle: { warn_before_hours: 48 } }, { ...own, warn_before_hours: 0 })).toBe(0);
  });
});

describe('the next step', () => {
  it('waits until the warning is due', () => {
    expect(nextStep(policy, after(10 * DAY))).toEqual({
      do: 'wait',
      check_at: new Date(NOW.getTime() + 19 * DAY),
      deactivating_at: null,
    });
  });

  it('announces, then deactivates when the time is over', () => {
    expect(nextStep(policy, after(29 * DAY + HOUR))).toEqual({
      do: 'announce',
      check_at: new Date(NOW.getTime() + DAY),
      deactivating_at: NOW,
    });
    expect(nextStep(policy, after(30 * DAY - HOUR, DAY - HOUR))).toMatchObject({ do: 'wait' });
    expect(nextStep(policy, after(30 * DAY, DAY))).toEqual({ do: 'deactivate' });
  });

  it('gives the whole warning to a room that is found too late', () => {
    expect(nextStep(policy, after(300 * DAY))).toMatchObject({
      do: 'announce',
      check_at: new Date(NOW.getTime() + DAY),
    });
    expect(nextStep(policy, after(300 * DAY, DAY - HOUR))).toMatchObject({ do: 'wait' });
    expect(nextStep(policy, after(300 * DAY, DAY))).toEqual({ do: 'deactivate' });
  });

  it('forgets an announcement that a message came after', () => {
    expect(nextStep(policy, after(HOUR, DAY))).toMatchObject({ do: 'wait', deactivating_at: null });
    expect(nextStep(policy, after(300 * DAY, 301 * DAY))).toMatchObject({ do: 'announce' });
  });

  it('announces nothing where no warning is asked for', () => {
    const silent = { ...policy, warn_before_hours: 0 };
    expect(nextStep(silent, after(30 * DAY - HOUR))).toMatchObject({
      do: 'wait',
      check_at: new Date(NOW.getTime() + HOUR),
    });
    expect(nextStep(silent, after(30 * DAY))).toEqual({ do: 'deactivate' });
  });

  it('never takes more than half of the time for the warning, and never acts where it is off', () => {
    expect(nextStep({ inactive_after_days: 1, warn_before_hours: 240 }, after(HOUR))).toMatchObject({
      do: 'wait',
      check_at: new Date(NOW.getTime() + 11 * HOUR),
    });
    const never = { ...policy, inactive_after_days: null };
    expect(nextStep(never, after(3000 * DAY, DAY))).toEqual({ do: 'wait', check_at: null, deactivating_at: null });
    expect(deactivationOf(never, after(DAY))).toBeNull();
  });

  it('says when that will be', () => {
    expect(deactivationOf(policy, after(10 * DAY))).toEqual({
      at: new Date(NOW.getTime() + 20 * DAY),
      announced: false,
    });
    expect(deactivationOf(policy, after(300 * DAY))?.at).toEqual(new Date(NOW.getTime() + DAY));
    expect(deactivationOf(policy, after(300 * DAY, HOUR))).toEqual({
      at: new Date(NOW.getTime() + 23 * HOUR),
      announced: true,
    });
  });
});

it('a deleted room can be restored for the days that its client set', () => {
  expect(graceEndOf({}, NOW)).toEqual(new Date(NOW.getTime() + 30 * DAY));
  expect(graceEndOf({ delete_grace_days: 0 }, NOW)).toEqual(NOW);
});
