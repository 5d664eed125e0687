import { RedisConnections } from '../../src/platform/database/redis.js';
import { RateCounter } from '../../src/tenancy/access/rate-counter.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

describe('processes that count together', () => {
  let redis: TestRedis;
  let connections: RedisConnections[];
  beforeAll(async () => {
    redis = await TestRedis.start();
    connections = [1, 2].map(() => new RedisConnections({ redisUrl: redis.url }));
    for (const one of connections) await until('Redis', () => one.isHealthy());
  });
  afterAll(async () => {
    for (const one of connections) await one.close();
    await redis.stop();
  });

  it('grant all of it or nothing, and what they refuse takes nothing from others', async () => {
    const counters = connections.map((one) => new RateCounter(one));
    const wishOf = (n: number) =>
      ['hour', 'day'].map((key) => ({ key, windowMs: 600_000, n, limit: key === 'hour' ? 10 : 15 }));
    const wanted = Array.from({ length: 40 }, (_, at) => (at % 4 < 2 ? 1 : 11));
    const all = await Promise.all(wanted.map((n, at) => counters[at % 2]!.addAll(wishOf(n))));
    expect(all.filter(({ granted }) => granted).map(({ counts }) => counts[0])).toHaveLength(10);
    expect(wanted.filter((n, at) => n > 1 && all[at]!.granted)).toEqual([]);
    expect(all.every(({ counts }) => counts.every((count) => count <= 10))).toBe(true);
    expect(counters.map(({ isShared }) => isShared)).toEqual([true, true]);
    for (const counter of counters) expect(await counter.peek('day')).toMatchObject({ count: 10 });

    counters[0]!.giveBack('hour', 3);
    await until('what was given back', async () => (await counters[1]!.peek('hour'))!.count === 7);
    expect(await counters[1]!.addAll(wishOf(3))).toEqual({ granted: true, counts: [10, 13] });
    expect(await counters[1]!.addAll(wishOf(1))).toEqual({ granted: false, counts: [10, 13] });
    const { resetsInMs } = (await counters[0]!.peek('hour'))!;
    expect(resetsInMs).toBeGreaterThan(0);
    expect(resetsInMs).toBeLessThanOrEqual(600_000);
  });
});
