import { InjectQueue, Processor, WorkerHost } from '@nestjs/bullmq';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Job } from 'bullmq';
import { Redis } from 'ioredis';
import { ConfigModule } from '../../src/platform/config/config.module.js';
import { loadConfig } from '../../src/platform/config/config.js';
import { Database } from '../../src/platform/database/database.js';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { FormerQueuesProcessor } from '../../src/platform/queue/former-queues.processor.js';
import { JobQueue, queueOptions } from '../../src/platform/queue/job-queue.js';
import { QueueBackend } from '../../src/platform/queue/queue.backend.js';
import { QueueModule } from '../../src/platform/queue/queue.module.js';
import { Queues } from '../../src/platform/queue/queues.js';
import { Periodic, type PeriodicWork } from '../../src/platform/queue/periodic.js';
import { registerQueue } from '../../src/platform/queue/register-queue.js';
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

type Handler<Data> = (data: Data) => Promise<void>;

/** A processor as a feature has one. @param drainDelay after how many seconds it looks for jobs that it did not hear of */
function processorOf<Data>(
  name: string,
  handler: Handler<Data>,
  concurrency = 1,
  drainDelay = 5,
): new () => WorkerHost {
  @Processor(name, { concurrency, drainDelay })
  class TestProcessor extends WorkerHost {
    process({ data }: Job<Data>): Promise<void> {
      return handler(data);
    }
  }
  return TestProcessor;
}

/** A feature with a queue and what works on it. */
function feature<Data>(name: string, handler: Handler<Data>, concurrency = 1, drainDelay = 5): DynamicModule {
  @Module({})
  class Feature {}
  const providers = [processorOf(name, handler, concurrency, drainDelay)];
  return { module: Feature, imports: [registerQueue(name)], providers };
}

/** A feature with work that comes round again and again. */
function periodic(name: string, turn: () => Promise<void>, everyMs: number): DynamicModule {
  @Periodic({ name, everyMs })
  class TestPeriodic implements PeriodicWork {
    process = turn;
  }
  @Module({})
  class Feature {}
  return { module: Feature, providers: [TestPeriodic] };
}

interface HouseOptions {
  redisUrl: string | undefined;
  role?: 'all' | 'api';
}

/** The queues of an application with these features, and nothing else of it. */
async function openHouse({ redisUrl, role = 'all' }: HouseOptions, features: DynamicModule[]): Promise<House> {
  // The configuration wants a Redis for the roles; the queue looks at the connections.
  const config = loadConfig({ DATABASE_URL: database.url, ...SECRETS, REDIS_URL: redis.url, CHATAPI_ROLE: role });
  const connections = new RedisConnections({ redisUrl });
  @Module({})
  class GroundFloor {}
  const ground: DynamicModule = {
    module: GroundFloor,
    global: true,
    providers: [
      { provide: RedisConnections, useValue: connections },
      { provide: Database, useValue: { query: () => Promise.resolve([]) } },
    ],
    exports: [RedisConnections, Database],
  };
  @Module({ imports: [ConfigModule.forRoot(config), ground, QueueModule, ...features] })
  class HouseModule {}
  opened.push(() => connections.close());
  const app = await NestFactory.createApplicationContext(HouseModule, { logger: false, abortOnError: false });
  return new House(app);
}

class House {
  private closed: Promise<void> | undefined;

  constructor(readonly app: INestApplicationContext) {
    opened.unshift(() => this.close());
  }

  queue(name: string): JobQueue {
    return this.app.get(Queues).all.find((queue) => queue.name === name)!;
  }

  async add(name: string, jobs: { id?: string; data: object; delay?: number }[]): Promise<void> {
    await this.queue(name).addBulk(
      jobs.map(({ id, data, delay }) => ({
        name,
        data,
        opts: { ...(id === undefined ? {} : { jobId: id }), ...(delay === undefined ? {} : { delay }) },
      })),
    );
  }

  counts(name: string): Promise<Record<string, number>> {
    return this.app.get(Queues).counts(this.queue(name));
  }

  untilEmpty(name: string): Promise<boolean> {
    return until('nothing to be left', async () => Object.values(await this.counts(name)).every((n) => n === 0));
  }

  close(): Promise<void> {
    this.closed ??= this.app.close();
    return this.closed;
  }
}

const nothing = () => Promise.resolve();

describe.each(['postgres', 'redis'])('the queue on %s', (backend) => {
  const on = (role: 'all' | 'api' = 'all'): HouseOptions => ({
    redisUrl: backend === 'redis' ? redis.url : undefined,
    role,
  });
  let named = 0;
  const newName = () => `test-${backend}-${named++}`;

  it('runs every job that was added in bulk, by the queue that was injected', async () => {
    const [name, seen] = [newName(), new Set<number>()];
    class Adder {
      constructor(@InjectQueue(name) readonly queue: JobQueue) {}
    }
    const jobs = feature<{ n: number }>(name, async ({ n }) => void seen.add(n), 10);
    const house = await openHouse(on(), [{ ...jobs, providers: [...jobs.providers!, Adder] }]);
    expect(house.app.get(QueueBackend).name).toBe(backend);
    const { queue } = house.app.get(Adder, { strict: false });
    expect(house.app.get(Queues).all).toContain(queue);
    await queue.addBulk(Array.from({ length: 300 }, (_, n) => ({ name, data: { n } })));
    await until('all jobs', () => seen.size === 300);
    await house.untilEmpty(name);
    expect(seen.size).toBe(300);
  });

  it('adds a job whose id waits already only once, and again once it has run', async () => {
    const [name, seen] = [newName(), [] as string[]];
    const jobs = feature<{ by: string }>(name, async ({ by }) => void seen.push(by));
    const api = await openHouse(on('api'), [jobs]);
    const add = (by: string) => api.add(name, [{ id: 'same-id', data: { by } }]);
    await add('first');
    await add('second');
    expect((await api.counts(name)).waiting).toBe(1);
    await openHouse(on(), [jobs]);
    await until('the job', () => seen.length === 1);
    await api.untilEmpty(name);
    await add('third');
    await until('the job again', () => seen.length === 2);
    expect(seen).toEqual(['first', 'third']);
  });

  it('keeps a delayed job until its time', async () => {
    const name = newName();
    let ranAt = 0;
    const house = await openHouse(on(), [feature(name, async () => void (ranAt = performance.now()))]);
    const addedAt = performance.now();
    await house.add(name, [{ data: {}, delay: 400 }]);
    await until('the job', () => ranAt > 0);
    expect(ranAt - addedAt).toBeGreaterThanOrEqual(390);
  });

  it('goes on after a job that fails, whatever it throws, and keeps nothing of it', async () => {
    const [name, seen] = [newName(), [] as number[]];
    const jobs = feature<{ n: number }>(name, async ({ n }) => {
      if (n === 0) throw new Error('bad \u0000 \ud800 text');
      seen.push(n);
    });
    const house = await openHouse(on(), [jobs]);
    await house.add(name, [{ data: { n: 0 } }, { data: { n: 1 } }]);
    await until('the job behind it', () => seen.length === 1);
    expect(seen).toEqual([1]);
    await house.untilEmpty(name);
    expect(await house.queue(name).getJobCounts('failed', 'completed')).toEqual({ failed: 0, completed: 0 });
  });

  it('finishes the jobs in hand before it closes', async () => {
    const name = newName();
    let release = () => {};
    let [began, ended] = [false, false];
    const jobs = feature(name, async () => {
      began = true;
      await new Promise<void>((resolve) => (release = resolve));
      ended = true;
    });
    const house = await openHouse(on(), [jobs]);
    await house.add(name, [{ data: {} }]);
    await until('the job to begin', () => began);
    const closed = house.close();
    const waits = new Promise((resolve) => setTimeout(resolve, 100, 'waits'));
    expect(await Promise.race([closed, waits])).toBe('waits');
    release();
    await closed;
    expect(ended).toBe(true);
  });

  it('runs periodic work, in one of several processes at a time', async () => {
    const name = newName();
    let [ran, running, overlapped] = [0, 0, false];
    const tick = async () => {
      overlapped ||= ++running > 1;
      ran++;
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
    };
    const houses = await Promise.all([1, 2].map(() => openHouse(on(), [periodic(name, tick, 200)])));
    await until('several turns', () => ran >= 3);
    expect(overlapped).toBe(false);
    expect(houses[0]!.app.get(Queues).all.map((queue) => queue.name)).toEqual(['housekeeping']);
  });

  it('leaves out the turns of what still runs, in any process, and holds up nothing else for it', async () => {
    const [slow, quick] = [newName(), newName()];
    const waiting: (() => void)[] = [];
    let [began, running, most, ran, over] = [0, 0, 0, 0, false];
    const long = async () => {
      began++;
      most = Math.max(most, ++running);
      if (!over) await new Promise<void>((resolve) => waiting.push(resolve));
      running--;
    };
    const features = () => [periodic(slow, long, 100), periodic(quick, async () => void ran++, 100)];
    const [house] = await Promise.all([1, 2].map(() => openHouse(on(), features())));
    await until('the slow one to begin', () => began > 0);
    const before = ran;
    await until('the other one to go on', () => ran >= before + 5);
    over = true;
    const beganMeanwhile = began;
    const kinds = await house!.app.get(Queues).countsByJob(house!.queue('housekeeping'));
    for (const release of waiting) release();
    expect(kinds.get(slow)!.active).toBeGreaterThanOrEqual(1);
    expect([...kinds.keys()].toSorted()).toEqual(['former-queues', 'partitions', slow, quick].toSorted());
    await until('it to begin again', () => began > beganMeanwhile);
    expect({ beganMeanwhile, most }).toEqual({ beganMeanwhile: 1, most: 1 });
  });

  it('goes on with what runs into a fault, at its next turn', async () => {
    const name = newName();
    let ran = 0;
    await openHouse(on(), [periodic(name, () => (ran++ === 0 ? Promise.reject(new Error('fault')) : nothing()), 50)]);
    expect(await until('the turn behind it', () => ran >= 2)).toBe(true);
  });

  it('clears away the queues that periodic work had in earlier versions', async () => {
    const house = await openHouse(on('api'), []);
    const former = new JobQueue('keys-pruning', queueOptions(house.app.get(QueueBackend)));
    await former.setGlobalConcurrency(1);
    await former.upsertJobScheduler('keys-pruning', { every: 60_000 }, { name: 'keys-pruning' });
    expect(await former.getJobSchedulersCount()).toBe(1);
    for (let time = 0; time < 2; time++) await house.app.get(FormerQueuesProcessor, { strict: false }).process();
    expect(await former.getJobSchedulersCount()).toBe(0);
    expect(await former.getJobCountByTypes('waiting', 'delayed')).toBe(0);
    expect(await former.getGlobalConcurrency()).toBe(null);
    await former.close();
  });

  it('says which job waits and for how long: periodic work beyond its time only', async () => {
    const name = newName();
    const api = await openHouse(on('api'), [feature(name, nothing), periodic(`${name}-turns`, nothing, 1_000)]);
    const oldest = (queue: string) => api.app.get(Queues).oldest(api.queue(queue));
    expect(await oldest(name)).toEqual({ job: '', seconds: 0 });
    await api.add(name, [{ data: {} }]);
    await until('a second', async () => (await oldest(name)).seconds > 0);
    expect((await oldest(name)).job).toBe(name);
  });

  it('says it of a job whose time has come, too, where nobody runs any', async () => {
    const name = newName();
    const api = await openHouse(on('api'), [feature(name, nothing)]);
    const oldest = () => api.app.get(Queues).oldest(api.queue(name));
    await api.queue(name).add(name, {}, { delay: 60_000, jobId: 'later' });
    await api.queue(name).add(name, {}, { delay: 10, jobId: 'sooner' });
    const { seconds } = await until('its time', async () => ((await oldest()).seconds > 0 ? oldest() : undefined));
    expect(seconds).toBeLessThan(30);
  });

  it('runs nothing in a process that serves only requests', async () => {
    const [name, seen] = [newName(), [] as string[]];
    const api = await openHouse(on('api'), [feature(name, async () => void seen.push('api'))]);
    await api.add(name, [{ data: {} }]);
    await openHouse(on(), [feature(name, async () => void seen.push('worker'))]);
    await until('the job', () => seen.length > 0);
    expect(seen).toEqual(['worker']);
  });

  it('works with more queues than connections that they share', async () => {
    const names = Array.from({ length: 15 }, newName);
    const seen = new Set<string>();
    const features = names.map((name) => feature(name, async () => void seen.add(name)));
    const house = await openHouse(on(), features);
    await Promise.all(names.map((name) => house.add(name, [{ data: {} }])));
    await until('a job of each', () => seen.size === names.length);
    expect(seen.size).toBe(names.length);
  });

  it('does not start with a processor of a queue that nobody registered', async () => {
    const name = newName();
    @Module({ providers: [processorOf(name, nothing)] })
    class Feature {}
    const start = openHouse(on(), [{ module: Feature }]);
    await expect(start).rejects.toThrow(`TestProcessor works on the queue "${name}", which nobody registered.`);
  });

  it.each(['all', 'api'] as const)('does not start with a queue without a processor (role %s)', async (role) => {
    const name = newName();
    @Module({ imports: [registerQueue(name)] })
    class Feature {}
    const start = openHouse(on(role), [{ module: Feature }]);
    await expect(start).rejects.toThrow(`The queue "${name}" has no @Processor.`);
  });

  it('does not start with two processors of a queue', async () => {
    const name = newName();
    const { providers = [], ...one } = feature(name, nothing);
    const start = openHouse(on(), [{ ...one, providers: [...providers, processorOf(name, nothing)] }]);
    await expect(start).rejects.toThrow(`The queue "${name}" has several processors: TestProcessor, TestProcessor.`);
  });

  it('does not start with two kinds of periodic work of one name', async () => {
    const name = newName();
    const start = openHouse(on(), [periodic(name, nothing, 1_000), periodic(name, nothing, 2_000)]);
    await expect(start).rejects.toThrow(`Two kinds of periodic work are named "${name}".`);
  });

  it('does not start with a queue that is registered twice', async () => {
    const name = newName();
    @Module({ imports: [registerQueue(name)] })
    class Feature {}
    const start = openHouse(on(), [feature(name, nothing), { module: Feature }]);
    await expect(start).rejects.toThrow(`The queue "${name}" is registered twice.`);
  });
});

describe('the queues of two applications in one process', () => {
  it('use the backend of their own', async () => {
    const seen: string[] = [];
    const house = (redisUrl: string | undefined, by: string) =>
      openHouse({ redisUrl }, [feature('both', async () => void seen.push(by))]);
    const [onPostgres, onRedis] = [await house(undefined, 'postgres'), await house(redis.url, 'redis')];
    await onRedis.add('both', [{ data: {} }]);
    await until('the job on Redis', () => seen.length === 1);
    await onPostgres.add('both', [{ data: {} }]);
    await until('the job on PostgreSQL', () => seen.length === 2);
    expect(seen).toEqual(['redis', 'postgres']);
  });
});

describe('the queues on PostgreSQL', () => {
  it('hear of jobs on one connection, and again when it was cut', async () => {
    const names = Array.from({ length: 15 }, (_, n) => `heard-${n}`);
    const seen = new Set<string>();
    const house = await openHouse(
      { redisUrl: undefined },
      // What they do not hear of they would find in an hour.
      names.map((name) => feature(name, async () => void seen.add(name), 1, 3_600)),
    );
    const LISTENING = `from pg_stat_activity
      where datname = current_database() and application_name = 'chatapi queue' and query like '%LISTEN bullmq_jobs%'`;
    const listening = async () => (await database.query(`select pid ${LISTENING}`)).length;
    await until('them to listen', async () => (await listening()) > 0);
    const addAll = async (round: string) => {
      seen.clear();
      await Promise.all(names.map((name) => house.add(name, [{ data: {} }])));
      await until(`a job of each, ${round}`, () => seen.size === names.length);
      // A job that comes while they look is found without a word.
      for (const name of names) await house.untilEmpty(name);
      await until('them to wait again', async () => (await listening()) === 1);
    };
    for (const round of ['first', 'while they wait', 'again']) await addAll(round);
    expect(await house.queue(names[14]!).getWorkersCount()).toBe(1);

    for (const round of ['first', 'again']) {
      await database.query(`select pg_terminate_backend(pid) ${LISTENING}`);
      await addAll(`${round} after the cut`);
      await addAll(`while they wait, ${round} after the cut`);
    }
  });
});

describe('the queue on a Redis', () => {
  let own: TestRedis;
  beforeEach(async () => {
    own = await TestRedis.start();
  });
  afterEach(() => own.stop());

  it('fails instead of waiting while it is away', async () => {
    const house = await openHouse({ redisUrl: own.url, role: 'api' }, [feature('away', nothing)]);
    await until('the queue to be ready', () =>
      house.add('away', [{ data: {} }]).then(
        () => true,
        () => false,
      ),
    );
    await own.stop();
    // Nobody starts that Redis again: to wait for it would never end.
    await expect(house.add('away', [{ data: {} }])).rejects.toThrow();
  });

  it('gives each worker connections of its own', async () => {
    await openHouse({ redisUrl: own.url }, [feature('one', nothing), feature('two', nothing)]);
    const client = new Redis(own.url);
    opened.push(() => Promise.resolve(client.disconnect()));
    const names = async () =>
      [...((await client.client('LIST')) as string).matchAll(/ name=(chatapi:\S+)/g)].map(([, name]) => name);
    const expected = ['queue', 'worker:one', 'worker:two', 'worker:housekeeping'].map((name) => `chatapi:${name}`);
    const ours = async () => (await names()).filter((name) => expected.includes(name!));
    await until('all of them', async () => new Set(await ours()).size === expected.length);
    expect((await ours()).toSorted()).toEqual(expected.toSorted());
  });

  it('makes its schedulers again after it was flushed', async () => {
    let ran = 0;
    const house = await openHouse({ redisUrl: own.url }, [periodic('ticks', async () => void ran++, 100)]);
    await until('a tick', () => ran > 0);
    await own.flush();
    // schedules.spec.ts says how soon.
    await until('the scheduler', async () => Boolean(await house.queue('housekeeping').getJobScheduler('ticks')));
    ran = 0;
    expect(await until('more ticks', () => ran > 1)).toBe(true);
  });

  it('closes although it went away for good', async () => {
    let began = 0;
    let release = () => {};
    const jobs = feature('gone', async () => {
      began++;
      await new Promise<void>((resolve) => (release = resolve));
    });
    const house = await openHouse({ redisUrl: own.url }, [jobs]);
    await house.add('gone', [{ data: {} }]);
    await until('the job to begin', () => began > 0);
    await own.stop();
    let closed = false;
    void house.close().then(() => (closed = true));
    release();
    // Nobody starts that Redis again: to wait for it would never end.
    expect(await until('the end', () => closed)).toBe(true);
  });
});
