import type {
  MembershipChange,
  MembershipChangesRepository,
  MembershipLook,
} from '../../messaging/sync/membership-changes.repository.js';
import type { UserPk } from '../../platform/common/ids.js';
import { DatabaseClock } from './database-clock.js';
import { MembershipWatch } from './membership-watch.js';
import type { Session, Sessions } from './session.js';

const lost: MembershipChange = { room_id: 'r', user_pk: 'u' as UserPk, active: false };

describe('the watch over memberships', () => {
  let connected: Session[];
  let history: number;
  let answer: () => Partial<MembershipLook>;
  let asked: (string | null)[];
  let followed: MembershipChange[];
  let reconcile: jest.Mock;
  let watch: MembershipWatch;

  beforeEach(() => {
    jest.useFakeTimers();
    connected = [{} as Session];
    history = 1;
    asked = [];
    followed = [];
    answer = () => ({});
    reconcile = jest.fn(async () => {});
    const repository = {
      get history() {
        return history;
      },
      read: async (since: string | null) => {
        asked.push(since);
        return { next: `s${asked.length}`, time: new Date(), changes: [], ...answer() };
      },
    };
    watch = new MembershipWatch(
      repository as unknown as MembershipChangesRepository,
      { all: () => connected } as unknown as Sessions,
      new DatabaseClock(),
    );
    watch.register({ follow: (changes) => followed.push(...changes), reconcile });
  });
  afterEach(async () => {
    await watch.onModuleDestroy();
    jest.useRealTimers();
  });

  it('looks each half second while somebody is connected, and not else', async () => {
    connected = [];
    watch.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toEqual([]);
    connected = [{} as Session];
    await watch.begin();
    await watch.begin();
    answer = () => ({ changes: [lost] });
    await jest.advanceTimersByTimeAsync(1_000);
    expect(asked).toEqual([null, 's1', 's2']);
    expect(followed).toEqual([lost, lost]);
    connected = [];
    await jest.advanceTimersByTimeAsync(5_000);
    expect(asked).toHaveLength(3);
    connected = [{} as Session];
    await watch.begin();
    // What happened while nobody was there concerned nobody.
    expect(asked.at(-1)).toBeNull();
  });

  it('goes on from its last look after the database was away, and admits nobody before it could look', async () => {
    answer = () => {
      throw new Error('away');
    };
    await expect(watch.begin()).rejects.toMatchObject({ code: 'unavailable' });
    answer = () => ({});
    await watch.begin();
    answer = () => {
      throw new Error('away');
    };
    await watch.look();
    answer = () => ({ changes: [lost] });
    await watch.look();
    expect(asked).toEqual([null, null, 's2', 's2']);
    expect([followed, reconcile.mock.calls]).toEqual([[lost], []]);
  });

  it.each([
    ['another history of the database', () => void history++, []],
    ['half an hour without a look', () => void jest.advanceTimersByTime(30 * 60_000), []],
    ['more changes than are told one by one', () => {}, Array.from({ length: 10_000 }, () => lost)],
  ])('has all memberships read after %s', async (_, happens, changes) => {
    await watch.begin();
    happens();
    answer = () => ({ changes });
    reconcile.mockRejectedValueOnce(new Error('away'));
    await watch.look();
    await watch.look();
    answer = () => ({});
    await watch.look();
    expect([followed, reconcile.mock.calls.length, asked]).toEqual([[], 2, [null, 's1', 's1', 's3']]);
  });
});
