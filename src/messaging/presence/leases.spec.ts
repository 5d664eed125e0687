import type { UserPk } from '../../platform/common/ids.js';
import { Leases } from './leases.js';

const ALICE = 'alice' as UserPk;

describe('leases', () => {
  let now: number;
  let told: string[];
  let leases: Leases;
  beforeEach(() => {
    now = 1_000;
    told = [];
    const listener = {
      came: (_: string, user: string) => told.push(`${user} came`),
      went: (_: string, user: string, seenAt: number) => told.push(`${user} went, seen at ${seenAt}`),
    };
    leases = new Leases(100, listener, () => now);
  });

  const lookAt = (time: number): string[] => {
    now = time;
    leases.look();
    return told;
  };

  it('hold a user as long as one connection is there, and for the grace period', () => {
    leases.connect('c', ALICE);
    leases.connect('c', ALICE);
    leases.disconnect(ALICE);
    expect(lookAt(10_000)).toEqual(['alice came']);
    leases.disconnect(ALICE);
    expect(lookAt(10_099)).toEqual(['alice came']);
    expect(lookAt(10_100)).toEqual(['alice came', 'alice went, seen at 10000']);
    expect(leases.holds(ALICE)).toBe(false);
  });

  it('tell nobody of a return within the grace period', () => {
    leases.connect('c', ALICE);
    leases.disconnect(ALICE);
    lookAt(1_050);
    leases.connect('c', ALICE);
    expect(lookAt(5_000)).toEqual(['alice came']);
  });

  it('are held by heartbeats and requests for their time, and the grace period', () => {
    leases.heartbeat('c', ALICE, 500);
    leases.active('c', ALICE, 50);
    expect(lookAt(1_599)).toEqual(['alice came']);
    expect(lookAt(1_600)).toEqual(['alice came', 'alice went, seen at 1000']);
    leases.active('c', ALICE, 50);
    expect(lookAt(1_749)).toHaveLength(3);
    expect(lookAt(1_750)).toHaveLength(4);
  });

  it('are not held by requests beyond the last connection, but by heartbeats', () => {
    leases.connect('c', ALICE);
    leases.active('c', ALICE, 5_000);
    leases.disconnect(ALICE);
    expect(lookAt(1_100)).toEqual(['alice came', 'alice went, seen at 1000']);
    leases.connect('c', ALICE);
    leases.heartbeat('c', ALICE, 5_000);
    leases.disconnect(ALICE);
    expect(lookAt(6_199)).toHaveLength(3);
    expect(lookAt(6_200)).toHaveLength(4);
  });

  it('know when everybody was there last', () => {
    leases.connect('c', ALICE);
    leases.active('c', 'bob' as UserPk, 50);
    now = 1_020;
    expect([...leases.all()].map(({ user_pk, seenAt }) => [user_pk, seenAt])).toEqual([
      ['alice', 1_020],
      ['bob', 1_000],
    ]);
  });

  it('end once', () => {
    leases.disconnect(ALICE);
    leases.connect('c', ALICE);
    leases.disconnect(ALICE);
    leases.disconnect(ALICE);
    lookAt(2_000);
    expect(lookAt(3_000)).toEqual(['alice came', 'alice went, seen at 1000']);
  });
});
