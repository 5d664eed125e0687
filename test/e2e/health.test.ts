import { Database } from '../../src/platform/database/database.js';
import { HealthService } from '../../src/edge/operations/health.service.js';
import { startApp, type TestApp } from '../support/app.js';
import { TestDatabase } from '../support/postgres.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const REPORTS = ['//health', '//health/ready', '/utils/health-check'];

describe('health', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let toDatabase: Proxy;
  let toRedis: Proxy;
  let app: TestApp;

  beforeAll(async () => {
    [database, redis] = await Promise.all([TestDatabase.create(), TestRedis.start()]);
    toDatabase = await Proxy.start(database.url);
    toRedis = await Proxy.start(redis.url);
    app = await startApp({
      database,
      env: { DATABASE_URL: toDatabase.through(database.url), REDIS_URL: toRedis.through(redis.url) },
    });
  });

  afterAll(async () => {
    toDatabase.mend();
    toRedis.mend();
    await app.stop();
    await Promise.all([toDatabase.stop(), toRedis.stop(), redis.stop()]);
    await database.drop();
  });

  const statusOf = async (path: string) => (await app.request('GET', path)).status;
  const becomes = (state: string) =>
    until(`health ${state}`, async () => (await app.request('GET', '//health')).body.status === state);

  it.each(REPORTS)('%s is 200 while everything answers, and names the parts', async (path) => {
    const { status, body } = await app.request('GET', path);
    expect(status).toBe(200);
    expect(body).toEqual({
      status: 'ok',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      checks: { database: 'up', schema: 'up', queue: 'up', redis: 'up' },
    });
  });

  it('is 200 degraded while Redis is away, and recovers', async () => {
    toRedis.cut();
    await becomes('degraded');
    for (const path of REPORTS) expect(await statusOf(path)).toBe(200);
    const { checks } = (await app.request('GET', '//health')).body;
    expect(checks).toMatchObject({ database: 'up', redis: 'down' });
    toRedis.mend();
    await becomes('ok');
  });

  it('is 503 while the database is away, alive all the same, and recovers', async () => {
    expect(await statusOf('//health/db')).toBe(200);
    toDatabase.cut();
    await becomes('unavailable');
    for (const path of [...REPORTS, '//health/db']) expect(await statusOf(path)).toBe(503);
    expect(await statusOf('//health/live')).toBe(200);
    toDatabase.mend();
    await becomes('ok');
    expect(await statusOf('//health/db')).toBe(200);
  });

  it('asks the parts once for many who ask at the same time', async () => {
    const health = app.get(HealthService);
    const look = jest.spyOn(health as never, 'look');
    await Promise.all(Array.from({ length: 50 }, () => app.request('GET', '//health')));
    expect(look.mock.calls.length).toBeLessThanOrEqual(2);
    look.mockRestore();
  });
});

describe('readiness', () => {
  it('is 503 while the schema is behind', async () => {
    const app = await startApp();
    try {
      // Not asked yet: a schema that was found current is not asked for again.
      const taken = await app.nest.get(Database).query('delete from migrations returning name');
      expect(taken.length).toBeGreaterThan(0);
      const { status, body } = await app.request('GET', '//health/ready');
      expect(status).toBe(503);
      expect(body).toMatchObject({ status: 'unavailable', checks: { database: 'up', schema: 'down' } });
    } finally {
      await app.stop();
    }
  });

  it('is 503 draining as soon as a stop has begun', async () => {
    const app = await startApp();
    try {
      expect((await app.request('GET', '//health/ready')).status).toBe(200);
      app.get(HealthService).onModuleDestroy();
      const { status, body } = await app.request('GET', '//health/ready');
      expect(status).toBe(503);
      expect(body.status).toBe('draining');
    } finally {
      await app.stop();
    }
  });
});
