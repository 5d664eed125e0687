import { RedisConnections } from '../../platform/database/redis.js';
import type { Caller, ClientLimits } from '../access/caller.js';
import { Request } from '../access/request.js';
import { clientLimits } from './client-limits.js';
import { Quotas } from './quotas.js';
import { RateLimits } from './rate-limits.js';
import { RateCounter, WindowCounts } from '../access/rate-counter.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

const withoutRedis = { configured: false } as RedisConnections;

const limitsOver = (counter: RateCounter): RateLimits => new RateLimits(counter, new Quotas(counter));

const request = (
  id: string,
  quota: number,
  kind: Caller['kind'] = 'scoped',
  own: Partial<ClientLimits> = {},
): Request =>
  new Request(
    {
      kind,
      clientId: 'c',
      keyId: 'k',
      permissions: null,
      user: { user_pk: id as UserPk, user_id: id as UserId, display_name: null },
      limits: { ...clientLimits({}), messages_per_user_per_minute: quota, ...own },
      settings: {},
      settingsRev: 1,
    },
    'r',
  );

describe('the limit of messages', () => {
  const limit = limitsOver(new RateCounter(withoutRedis));
  const consume = (by: Request): Request['headers'] => {
    expect(limit.consume(by, 'messages')).toBeUndefined();
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
        options: {
          retryAfterS: 60,
          policies: ['messages'],
          headers: expect.objectContaining({ ratelimit: '"messages";r=0;t=60' }),
        },
      }),
    );
    expect(() => consume(request('carol', 2))).not.toThrow();
  });

  it('does not count what a master key does', () => {
    for (let i = 0; i < 5; i++) expect(consume(request('dora', 1, 'master'))).toBeNull();
    expect(() => consume(request('dora', 1))).not.toThrow();
  });
});

describe('a burst', () => {
  afterEach(() => jest.useRealTimers());

  const own = { burst_per_user_per_second: 2, cooldown_s: 5 };

  it('is refused for the cooldown, which begins once, and each kind has its own', () => {
    jest.useFakeTimers();
    const limit = limitsOver(new RateCounter(withoutRedis));
    const send = (): void => void limit.consume(request('frank', 100, 'scoped', own), 'messages');
    send();
    send();
    expect(send).toThrow(
      expect.objectContaining({ code: 'rate_limited', options: expect.objectContaining({ retryAfterS: 5 }) }),
    );
    jest.advanceTimersByTime(4_000);
    // Trying does not make it longer.
    expect(send).toThrow(expect.objectContaining({ options: expect.objectContaining({ retryAfterS: 1 }) }));
    expect(() => limit.consume(request('frank', 100, 'scoped', own), 'pings')).not.toThrow();
    jest.advanceTimersByTime(1_000);
    expect(send).not.toThrow();
  });
});

it('a burst and the minute stand in the headers together, and the one that is used up is named', () => {
  const limit = limitsOver(new RateCounter(withoutRedis));
  const send = (name: string, quota: number): Request => {
    const asked = request(name, quota, 'scoped', { burst_per_user_per_second: 2 });
    void limit.consume(asked, 'messages');
    return asked;
  };
  expect(send('gil', 100).headers).toEqual({
    'ratelimit-policy': '"messages";q=100;w=60, "messages_burst";q=2;w=1',
    ratelimit: '"messages";r=99;t=60, "messages_burst";r=1;t=1',
  });
  send('gil', 100);
  const refusal = (policy: string) =>
    expect.objectContaining({ options: expect.objectContaining({ policies: [policy] }) });
  expect(() => send('gil', 100)).toThrow(refusal('messages_burst'));
  send('hal', 1);
  expect(() => send('hal', 1)).toThrow(refusal('messages'));
});

it('tells what is left, and counts nothing by it', async () => {
  const limit = limitsOver(new RateCounter(withoutRedis));
  const alice = request('alice', 3, 'scoped', { burst_per_user_per_second: 2 });
  void limit.consume(alice, 'messages');
  for (let i = 0; i < 3; i++) {
    expect(await limit.list(alice.caller)).toEqual([
      expect.objectContaining({ name: 'messages', scope: 'user', limit: 3, remaining: 2, windowS: 60 }),
      expect.objectContaining({ name: 'messages_burst', limit: 2, remaining: 1, windowS: 1 }),
      expect.objectContaining({ name: 'reactions', remaining: 600 }),
      expect.objectContaining({ name: 'reactions_burst', remaining: 2 }),
      expect.objectContaining({ name: 'typing', remaining: 300 }),
      expect.objectContaining({ name: 'typing_burst', remaining: 2 }),
      expect.objectContaining({ name: 'pings', remaining: 600 }),
      expect.objectContaining({ name: 'pings_burst', remaining: 2 }),
    ]);
  }
});

it('is counted by each node alone while Redis is away', async () => {
  // Nobody listens there.
  const redis = new RedisConnections({ redisUrl: 'redis://127.0.0.1:1' });
  try {
    const limit = limitsOver(new RateCounter(redis));
    const first = request('erin', 1);
    await limit.consume(first, 'messages');
    expect(first.headers).toMatchObject({ ratelimit: expect.stringContaining('r=0') });
    // Known by now, so that nothing is waited for.
    expect(() => limit.consume(request('erin', 1), 'messages')).toThrow(
      expect.objectContaining({ code: 'rate_limited' }),
    );
  } finally {
    await redis.close();
  }
});

describe('counts by the minute', () => {
  afterEach(() => jest.useRealTimers());

  it('start anew when the minute is over, and forget who is gone', () => {
    jest.useFakeTimers();
    const counts = new WindowCounts();
    for (let i = 0; i < 50_000; i++) counts.add(`user-${i}`, 60_000);
    expect(counts.add('user-1', 60_000)).toEqual({ count: 2, resetsInMs: 60_000 });
    jest.advanceTimersByTime(59_999);
    expect(counts.add('user-1', 60_000)).toEqual({ count: 3, resetsInMs: 1 });
    jest.advanceTimersByTime(1);
    expect(counts.add('user-1', 60_000).count).toBe(1);
    expect(counts.size).toBeLessThan(10);
  });

  it('never have more than a minute left', () => {
    // Of a sum of this and a minute, a hair more than the minute is left when this is taken off again.
    const now = jest.spyOn(performance, 'now').mockReturnValue(5540.353936417445);
    expect(new WindowCounts().add('user', 60_000).resetsInMs).toBe(60_000);
    now.mockRestore();
  });
});
