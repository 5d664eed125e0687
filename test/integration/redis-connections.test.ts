import { logger } from '../../src/platform/common/logger.js';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

it('is optional', async () => {
  const none = new RedisConnections({ redisUrl: undefined });
  expect(none.configured).toBe(false);
  expect(await none.isHealthy()).toBeUndefined();
  expect(() => none.commands).toThrow('REDIS_URL is not set');
});

describe('with a Redis', () => {
  let redis: TestRedis;
  let proxy: Proxy;
  let connections: RedisConnections;
  beforeAll(async () => {
    redis = await TestRedis.start();
    proxy = await Proxy.start(redis.url);
    connections = new RedisConnections({ redisUrl: proxy.through(redis.url) });
  });
  afterAll(async () => {
    await connections.close();
    await proxy.stop();
    await redis.stop();
  });

  it('fails at once while Redis is away, harms nothing, and works again afterwards', async () => {
    await until('the first connection', () => connections.isHealthy());
    await connections.commands.set('key', 'value');

    proxy.cut();
    await until('the loss to be noticed', async () => !(await connections.isHealthy()));
    const refused = connections.commands.get('key').catch(() => 'refused');
    const waits = new Promise((resolve) => setImmediate(resolve, 'waits'));
    expect(await Promise.race([refused, waits])).toBe('refused');

    proxy.mend();
    await until('the connection to be back', () => connections.isHealthy());
    expect(await connections.commands.get('key')).toBe('value');
  });

  // Of a server that others use, too, that is not to be tried.
  const alone = process.env.TEST_REDIS_SERVER ? it : it.skip;
  alone('is of no use while Redis takes nothing that is written, which is said once', async () => {
    await until('the connection', () => connections.isHealthy());
    const warn = jest.spyOn(logger, 'warn').mockImplementation(() => undefined);
    try {
      await connections.commands.config('SET', 'maxmemory', '1');
      expect([await connections.isHealthy(), await connections.isHealthy()]).toEqual([false, false]);
      const reason = expect.stringMatching(/^OOM/);
      expect(warn.mock.calls).toEqual([[{ reason }, 'Redis does not take what is written.']]);
    } finally {
      await connections.commands.config('SET', 'maxmemory', '0');
      warn.mockRestore();
    }
    expect(await connections.isHealthy()).toBe(true);
  });
});
