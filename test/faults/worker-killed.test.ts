import { startApp, type TestApp } from '../support/app.js';
import { Cleanups } from '../support/cleanups.js';
import { basic, queuesOf } from '../support/queue-board.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const DELIVERIES = process.env.TEST_FULL ? 2000 : 300;

/** What all workers are of. Each test has its own client, receiver and workers. */
let redis: TestRedis;
let api: TestApp;

beforeAll(async () => {
  redis = await TestRedis.start();
  api = await startApp({ env: { REDIS_URL: redis.url, CHATAPI_ROLE: 'api' } });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

const cleanups = new Cleanups();

afterEach(() => cleanups.run());

/** A cluster of one API and one worker, and a receiver. */
async function startCluster() {
  const { database } = api;
  const receiver = await Receiver.start();
  cleanups.add(() => receiver.stop());
  const startWorker = async () => {
    const worker = await startApp({ database, env: { REDIS_URL: redis.url, CHATAPI_ROLE: 'worker' } });
    cleanups.add(() => worker.stop());
    return worker;
  };
  return { client: await api.client(), receiver, truth: new Truth(database), startWorker };
}

type Cluster = Awaited<ReturnType<typeof startCluster>>;

/** Notifications of one webhook each; the ids that were acknowledged. */
async function acceptMany({ client, receiver }: Cluster, count: number): Promise<string[]> {
  const ids: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      while (next < count) {
        const n = next++;
        const { status, body } = await client.request('POST', '/notifications', {
          body: { recipients: [], channels: { webhook: { url: `${receiver.url}/hook`, payload: { n } } } },
        });
        expect(status).toBe(202);
        ids.push(body.id);
      }
    }),
  );
  return ids;
}

/** Every acknowledged notification has arrived at least once and is on record as delivered. */
async function expectAllDelivered({ client, truth, receiver }: Cluster, accepted: string[]): Promise<void> {
  await until(
    'every delivery to settle',
    async () => (await truth.states(client.id)).delivered === accepted.length || (await truth.bringRetriesForward()),
    { timeout: 90_000, every: 200 },
  );
  expect(await truth.states(client.id)).toEqual({ delivered: accepted.length });
  const arrived = new Set(receiver.requests.map(({ body }) => (JSON.parse(body.toString()) as { n: number }).n));
  expect(arrived.size).toBe(accepted.length);
  const webhookIds = new Set(receiver.requests.map(({ headers }) => headers['webhook-id']));
  expect(webhookIds.size).toBe(accepted.length);
  await truth.expectBalancedLedger(client.id);
}

describe('a worker killed by SIGKILL in the middle of its deliveries', () => {
  it('loses nothing: another one takes over what it held, under the same webhook-id', async () => {
    const cluster = await startCluster();
    const { client, receiver, truth, startWorker } = cluster;
    const accepted = await acceptMany(cluster, DELIVERIES);

    // Beyond some of them none is answered before the kill, so that there are some in hand then.
    const some = DELIVERIES / 5;
    let go = () => {};
    const killed = new Promise<void>((resolve) => (go = resolve));
    receiver.respond((_, index) => (index < some ? { status: 200 } : killed.then(() => ({ status: 200 }))));
    const first = await startWorker();
    await receiver.waitFor(some + 1);
    await first.kill();
    go();
    const held = (await truth.states(client.id)).sending ?? 0;
    expect(held).toBeGreaterThan(0);
    expect(receiver.requests.length).toBeLessThan(DELIVERIES);

    await truth.expireLeases();
    await startWorker();
    await expectAllDelivered(cluster, accepted);
    const lost = await truth.query(
      `select 1 from attempts where client_id = $1 and status = 'unknown' and error_code = 'worker_lost'`,
      [client.id],
    );
    expect(lost).toHaveLength(held);
  });
});

describe('Redis flushed with jobs waiting', () => {
  it('loses nothing: the jobs are made again from the rows', async () => {
    const cluster = await startCluster();
    const { receiver, startWorker } = cluster;
    const accepted = await acceptMany(cluster, DELIVERIES);
    let answer = () => {};
    const flushed = new Promise<void>((resolve) => (answer = resolve));
    // What the worker begins by itself stays in its hands until then, and all else waits.
    receiver.respond(() => flushed.then(() => ({ status: 200 })));

    // Paused, as a worker takes all of them into its hands at once, where a flush loses none. It ends the pause too.
    const pause = '//admin/queues/api/queues/deliveries/pause';
    expect((await api.request('PUT', pause, { headers: basic(api.admin().key) })).status).toBe(200);
    await startWorker();
    await until('jobs to wait', async () => {
      const { counts } = (await queuesOf(api)).find(({ name }) => name === 'deliveries')!;
      return (counts.paused ?? 0) + (counts.waiting ?? 0) > 0;
    });
    expect(receiver.requests.length).toBeLessThan(DELIVERIES);
    await redis.flush();
    answer();

    await expectAllDelivered(cluster, accepted);
    // No attempt was lost, so nothing was sent twice either.
    expect(receiver.requests).toHaveLength(DELIVERIES);
  });
});

describe('a worker told to stop while Redis is away', () => {
  it('finishes and records what it has in hand, and ends in order', async () => {
    const cluster = await startCluster();
    const { receiver, startWorker } = cluster;
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    receiver.respond(() => answered.then(() => ({ status: 200 })));
    const worker = await startWorker();
    const accepted = await acceptMany(cluster, 1);
    await receiver.waitFor(1);

    await redis.stop();
    cleanups.add(async () => redis.isRunning || redis.restart());
    const stopped = worker.stop();
    answer();
    // Fails when it does not end by itself, as where it waits for that Redis.
    await stopped;
    await expectAllDelivered(cluster, accepted);
  });
});

describe('a worker that stands still, with deliveries in hand', () => {
  it('is relieved by another one, and settles nothing that it lost when it goes on', async () => {
    const cluster = await startCluster();
    const { client, receiver, truth, startWorker } = cluster;
    let answer = () => {};
    const stands = new Promise<void>((resolve) => (answer = resolve));
    receiver.respond((_, index) => (index === 0 ? stands.then(() => ({ status: 500 })) : { status: 200 }));
    const paused = await startWorker();
    const accepted = await acceptMany(cluster, 1);
    await receiver.waitFor(1);
    paused.pause();
    answer();
    try {
      await truth.expireLeases();
      await startWorker();
      await expectAllDelivered(cluster, accepted);
    } finally {
      paused.resume();
    }
    accepted.push(...(await acceptMany(cluster, 1)));
    await paused.stop();
    await until('the second one', async () => (await truth.states(client.id)).delivered === 2, { timeout: 30_000 });
    const attempts = await truth.query<{ status: string; error_code: string | null }>(
      'select status, error_code from attempts where client_id = $1 order by attempted_at, number',
      [client.id],
    );
    expect(attempts).toEqual([
      { status: 'unknown', error_code: 'worker_lost' },
      { status: 'sent', error_code: null },
      { status: 'sent', error_code: null },
    ]);
  });
});
