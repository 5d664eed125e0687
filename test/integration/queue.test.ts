import { loadConfig } from '../../src/platform/config/config.js';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { QueueService } from '../../src/platform/queue/queue.service.js';
import { TestDatabase } from '../support/postgres.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

const SECRETS = { ADMIN_API_KEY: 'a'.repeat(32), ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}` };

let database: TestDatabase;
let redis: TestRedis;
beforeAll(async () => {
  [database, redis] = await Promise.all([TestDatabase.create(), TestRedis.start()]);
});
afterAll(async () => {
  await redis.stop();
  await database.drop();
});

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
});

describe.each(['postgres', 'redis'])('the queue on %s', (backend) => {
  async function open(role: 'all' | 'api' = 'all'): Promise<QueueService> {
    const env = { DATABASE_URL: database.url, ...SECRETS };
    const config = loadConfig({ ...env, REDIS_URL: redis.url, CHATAPI_ROLE: role });
    const connections = new RedisConnections(backend === 'redis' ? config : { redisUrl: undefined });
    const queue = new QueueService(config, connections);
    await queue.onModuleInit();
    opened.push(async () => {
      await queue.beforeApplicationShutdown();
      await queue.onApplicationShutdown();
      await connections.close();
    });
    expect(queue.backendName).toBe(backend);
    return queue;
  }
  let named = 0;
  const newName = () => `test-${backend}-${named++}`;

  it('runs every job that was added in bulk', async () => {
    const [queue, name, seen] = [await open(), newName(), new Set<number>()];
    queue.process<{ n: number }>(name, { concurrency: 10 }, async ({ n }) => void seen.add(n));
    await queue.addBulk(
      name,
      Array.from({ length: 300 }, (_, n) => ({ data: { n } })),
    );
    await until('all jobs', () => seen.size === 300);
    await until('nothing to be left', async () => Object.values(await queue.counts(name)).every((n) => n === 0));
    expect(seen.size).toBe(300);
  });

  it('adds a job whose id waits already only once, and again once it has run', async () => {
    const [queue, name, seen] = [await open(), newName(), [] as string[]];
    const add = (by: string) => queue.addBulk(name, [{ id: 'same-id', data: { by } }]);
    await add('first');
    await add('second');
    expect((await queue.counts(name)).waiting).toBe(1);
    queue.process<{ by: string }>(name, { concurrency: 1 }, async ({ by }) => void seen.push(by));
    await until('the job', () => seen.length === 1);
    await until('nothing to be left', async () => Object.values(await queue.counts(name)).every((n) => n === 0));
    await add('third');
    await until('the job again', () => seen.length === 2);
    expect(seen).toEqual(['first', 'third']);
  });

  it('keeps a delayed job until its time', async () => {
    const [queue, name] = [await open(), newName()];
    let ranAt = 0;
    queue.process(name, { concurrency: 1 }, async () => void (ranAt = performance.now()));
    const addedAt = performance.now();
    await queue.addBulk(name, [{ data: {}, delayMs: 400 }]);
    await until('the job', () => ranAt > 0);
    expect(ranAt - addedAt).toBeGreaterThanOrEqual(390);
  });

  it('goes on after a job that fails, whatever it throws', async () => {
    const [queue, name, seen] = [await open(), newName(), [] as number[]];
    queue.process<{ n: number }>(name, { concurrency: 1 }, async ({ n }) => {
      if (n === 0) throw new Error('bad \u0000 \ud800 text');
      seen.push(n);
    });
    await queue.addBulk(name, [{ data: { n: 0 } }, { data: { n: 1 } }]);
    await until('the job behind it', () => seen.length === 1);
    expect(seen).toEqual([1]);
  });

  it('finishes the jobs in hand before it closes', async () => {
    const [queue, name] = [await open(), newName()];
    let release = () => {};
    let [began, ended] = [false, false];
    queue.process(name, { concurrency: 1 }, async () => {
      began = true;
      await new Promise<void>((resolve) => (release = resolve));
      ended = true;
    });
    await queue.addBulk(name, [{ data: {} }]);
    await until('the job to begin', () => began);
    const closed = queue.beforeApplicationShutdown();
    release();
    await closed;
    expect(ended).toBe(true);
  });

  it('runs periodic work, in one of several processes at a time', async () => {
    const queues = [await open(), await open()];
    const name = newName();
    let [ran, running, overlapped] = [0, 0, false];
    for (const queue of queues) {
      queue.every(name, 200, async () => {
        overlapped ||= ++running > 1;
        ran++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
      });
    }
    await until('several runs', () => ran >= 3);
    expect(overlapped).toBe(false);
  });

  it('runs nothing in a process that serves only requests', async () => {
    const [api, name, seen] = [await open('api'), newName(), [] as object[]];
    api.process(name, { concurrency: 1 }, async (data) => void seen.push(data));
    await api.addBulk(name, [{ data: {} }]);
    const worker = await open();
    worker.process(name, { concurrency: 1 }, async () => void seen.push({ by: 'worker' }));
    await until('the job', () => seen.length > 0);
    expect(seen).toEqual([{ by: 'worker' }]);
  });
});

describe('the queue while Redis is away', () => {
  it('fails instead of waiting for it', async () => {
    const own = await TestRedis.start();
    const config = loadConfig({ DATABASE_URL: database.url, ...SECRETS, REDIS_URL: own.url });
    const connections = new RedisConnections(config);
    const queue = new QueueService(config, connections);
    await queue.addBulk('away', [{ data: {} }]).catch(() => undefined);
    await until('the queue to be ready', () =>
      queue.addBulk('away', [{ data: {} }]).then(
        () => true,
        () => false,
      ),
    );
    await own.stop();
    // Nobody starts that Redis again: to wait for it would never end.
    await expect(queue.addBulk('away', [{ data: {} }])).rejects.toThrow();
    await queue.onApplicationShutdown();
    await connections.close();
  });
});
