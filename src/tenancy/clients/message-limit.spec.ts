import { RedisConnections } from '../../platform/database/redis.js';
import type { Caller } from '../access/caller.js';
import { Request } from '../access/request.js';
import { MessageLimit } from './message-limit.js';
import { MinuteCounts, RateCounter } from '../access/rate-counter.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

const withoutRedis = { configured: false } as RedisConnections;

const request = (id: string, quota: number, kind: Caller['kind'] = 'scoped'): Request =>
  new Request(
    {
      kind,
      clientId: 'c',
      keyId: 'k',
      permissions: null,
      user: { user_pk: id as UserPk, user_id: id as UserId, display_name: null },
      limits: { messages_per_user_per_minute: quota },
      settings: {},
      settingsRev: 1,
    },
    'r',
  );

describe('the limit of messages', () => {
  const limit = new MessageLimit(new RateCounter(withoutRedis));
  const consume = (by: Request): Request['headers'] => {
    expect(limit.consume(by)).toBeUndefined();
    return by.headers;
  };

  it('says how much is left as the draft writes it, on the answer', () => {
    expect(consume(request('alice', 3))).toEqual({
      'ratelimit-policy': '"messages";q=3;w=60',
      ratelimit: '"messages";r=2;t=60',
    });
    expect(consume(request('alice', 3))!.ratelimit).toBe('"messages";r=1;t=60');
  });

  it('refuses what is beyond it, each user alone', () => {
    consume(request('bob', 2));
    consume(request('bob', 2));
    expect(() => consume(request('bob', 2))).toThrow(
      expect.objectContaining({
        code: 'rate_limited',
        options: { retryAfterS: 60, headers: expect.objectContaining({ ratelimit: '"messages";r=0;t=60' }) },
      }),
    );
    expect(() => consume(request('carol', 2))).not.toThrow();
  });

  it('does not count what a master key does', () => {
    for (let i = 0; i < 5; i++) expect(consume(request('dora', 1, 'master'))).toBeNull();
    expect(() => consume(request('dora', 1))).not.toThrow();
  });
});

it('is counted by each node alone while Redis is away', async () => {
  // Nobody listens there.
  const redis = new RedisConnections({ redisUrl: 'redis://127.0.0.1:1' });
  try {
    const limit = new MessageLimit(new RateCounter(redis));
    const first = request('erin', 1);
    await limit.consume(first);
    expect(first.headers).toMatchObject({ ratelimit: expect.stringContaining('r=0') });
    // Known by now, so that nothing is waited for.
    expect(() => limit.consume(request('erin', 1))).toThrow(expect.objectContaining({ code: 'rate_limited' }));
  } finally {
    await redis.close();
  }
});

describe('counts by the minute', () => {
  afterEach(() => jest.useRealTimers());

  it('start anew when the minute is over, and forget who is gone', () => {
    jest.useFakeTimers();
    const counts = new MinuteCounts();
    for (let i = 0; i < 50_000; i++) counts.add(`user-${i}`);
    expect(counts.add('user-1')).toEqual({ count: 2, resetsInMs: 60_000 });
    jest.advanceTimersByTime(59_999);
    expect(counts.add('user-1')).toEqual({ count: 3, resetsInMs: 1 });
    jest.advanceTimersByTime(1);
    expect(counts.add('user-1').count).toBe(1);
    expect(counts.size).toBeLessThan(10);
  });

  it('never have more than a minute left', () => {
    // Of a sum of this and a minute, a hair more than the minute is left when this is taken off again.
    const now = jest.spyOn(performance, 'now').mockReturnValue(5540.353936417445);
    expect(new MinuteCounts().add('user').resetsInMs).toBe(60_000);
    now.mockRestore();
  });
});
