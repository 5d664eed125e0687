import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, type Answer, type Api, type TestClient } from '../support/app.js';
import { Cleanups } from '../support/cleanups.js';
import { Cluster } from '../support/fleet.js';
import { inParallel } from '../support/in-parallel.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const FULL = process.env.TEST_FULL !== undefined;
const REDIS_AWAY_S = FULL ? 60 : 3;
const POSTGRES_STANDS_S = FULL ? 20 : 3;

/** Against hangs only. */
const HANGS_MS = 240_000;
jest.setTimeout(HANGS_MS);

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

async function setUpCluster() {
  const redis = await TestRedis.start();
  cleanups.add(() => redis.stop());
  const database = await TestDatabase.create();
  cleanups.add(() => database.drop());
  const receiver = await Receiver.start();
  cleanups.add(() => receiver.stop());
  const cluster = await Cluster.start(database, redis, 2);
  cleanups.add(() => cluster.stop());
  const client = await cluster.door.client();
  return { redis, receiver, cluster, client, truth: new Truth(database) };
}

/** Sends until it is told to stop, and asks again with the same key what was not answered. */
class Stream {
  readonly accepted = new Set<string>();
  longestMs = 0;
  private goesOn = true;
  private readonly done: Promise<unknown>;

  constructor(
    private readonly door: Api,
    private readonly client: TestClient,
    private readonly url: string,
    width = 4,
  ) {
    this.done = inParallel(this.numbers(), (n) => this.send(n), width);
  }

  async end(): Promise<void> {
    this.goesOn = false;
    await this.done;
  }

  private *numbers(): Generator<number> {
    for (let n = 0; this.goesOn; n++) yield n;
  }

  private async send(n: number): Promise<void> {
    const body = { channels: { webhook: { url: this.url, payload: { n } } } };
    const options = { key: this.client.key, body, headers: { 'idempotency-key': `n${n}` } };
    for (;;) {
      const asked = performance.now();
      const answer: Answer | null = await this.door.request('POST', '/notifications', options).catch(() => null);
      this.longestMs = Math.max(this.longestMs, performance.now() - asked);
      if (answer?.status === 202) {
        this.accepted.add(answer.body.id);
        await sleep(20);
        return;
      }
      if (answer && answer.status !== 503 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
      await sleep(100);
    }
  }
}

async function expectEachOnce(stream: Stream, receiver: Receiver, client: TestClient, truth: Truth): Promise<void> {
  await until('all to be delivered', async () => (await truth.states(client.id)).delivered === stream.accepted.size, {
    timeout: 90_000,
    every: 200,
  });
  expect(await truth.states(client.id)).toEqual({ delivered: stream.accepted.size });
  expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id'])).size).toBe(stream.accepted.size);
  expect(receiver.requests).toHaveLength(stream.accepted.size);
  await truth.expectBalancedLedger(client.id);
}

describe('Redis away for a while, in the middle of deliveries', () => {
  it('holds up nothing: what is accepted meanwhile is delivered meanwhile, each once', async () => {
    const { redis, receiver, cluster, client, truth } = await setUpCluster();
    const stream = new Stream(cluster.door, client, `${receiver.url}/hook`);
    await receiver.waitFor(50);
    await redis.stop();
    cleanups.add(async () => redis.isRunning || redis.restart());
    const before = receiver.requests.length;
    await sleep(REDIS_AWAY_S * 1_000);
    expect(receiver.requests.length).toBeGreaterThan(before + 5 * REDIS_AWAY_S);
    await redis.restart();
    const after = receiver.requests.length;
    await receiver.waitFor(after + 50);
    await stream.end();
    await expectEachOnce(stream, receiver, client, truth);
    if (FULL) process.stdout.write(`${stream.accepted.size} notifications, longest answer ${stream.longestMs} ms\n`);
  });
});

/** Waits for real leases, so it is there in the full size only: aged ones are in test/integration/deliveries.test.ts. */
const describeInFull = FULL ? describe : () => undefined;

describeInFull('a worker that stands still for longer than its leases of 90 seconds, and goes on', () => {
  it('loses nothing, sends nothing more often than is recorded as unknown, and records nothing over who took over', async () => {
    const { receiver, cluster, client, truth } = await setUpCluster();
    const stream = new Stream(cluster.door, client, `${receiver.url}/hook`, 8);
    await receiver.waitFor(50);
    // Nothing is answered while it stops, so that it has some in hand; what is answered then waits for it in its sockets.
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    receiver.respond(() => answered.then(() => ({ status: 200 })));
    await receiver.waitFor(receiver.requests.length + 40);
    const [worker] = cluster.workers;
    worker!.pause();
    cleanups.add(() => worker!.resume());
    const [{ at }] = (await truth.query('select clock_timestamp() as at')) as [{ at: Date }];
    answer();
    const stuck = async (): Promise<string[]> => {
      const rows = await truth.query<{ id: string }>(
        `select id from open_deliveries where client_id = $1 and status = 'sending'
            and lease_until <= $2::timestamptz + interval '90 s' and attempt_count = 1`,
        [client.id, at],
      );
      return rows.map(({ id }) => id);
    };
    let held = await stuck();
    await until(
      'the other one to have ended what it had in hand',
      async () => {
        const before = held;
        held = await stuck();
        return held.length > 0 && held.length === before.length;
      },
      { every: 1_000 },
    );
    await until('others to take it over', async () => (await stuck()).length === 0, { timeout: 180_000, every: 200 });
    worker!.resume();
    await receiver.waitFor(receiver.requests.length + 50);
    await stream.end();
    await until(
      'all to be delivered',
      async () =>
        (await truth.states(client.id)).delivered === stream.accepted.size || (await truth.bringRetriesForward()),
      { timeout: 90_000, every: 200 },
    );
    expect(await truth.states(client.id)).toEqual({ delivered: stream.accepted.size });
    await truth.expectBalancedLedger(client.id);

    const arrived = new Map<string, number>();
    for (const { headers } of receiver.requests) {
      const id = String(headers['webhook-id']);
      arrived.set(id, (arrived.get(id) ?? 0) + 1);
    }
    expect(arrived.size).toBe(stream.accepted.size);
    const attempts = await truth.query<{ id: string; sent: number; lost: number }>(
      `select delivery_id as id, count(*) filter (where status = 'sent')::int as sent,
              count(*) filter (where status = 'unknown' and error_code = 'worker_lost')::int as lost
         from attempts where client_id = $1 group by delivery_id`,
      [client.id],
    );
    const lost = new Map(attempts.map((one) => [one.id, one.lost]));
    expect(held.map((id) => lost.get(id))).toEqual(held.map(() => 1));
    expect(attempts.filter(({ sent }) => sent !== 1)).toEqual([]);
    expect(attempts.filter(({ id }) => arrived.get(id)! > 1 + lost.get(id)!)).toEqual([]);
    // It goes on with the others.
    expect((await worker!.request('GET', '//health/live')).status).toBe(200);
    const twice = [...arrived.values()].filter((n) => n > 1).length;
    process.stdout.write(`${stream.accepted.size} notifications, ${held.length} in hand, ${twice} twice\n`);
  }, 480_000);
});

describe('PostgreSQL that stands still for a while, its connections open', () => {
  it('loses nothing, and sends nothing twice', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'chatapi-faults-'));
    chmodSync(dataDir, 0o755);
    cleanups.add(() => rmSync(dataDir, { recursive: true, force: true }));
    const app = await startApp({ dataDir });
    cleanups.add(() => app.stop());
    const receiver = await Receiver.start();
    cleanups.add(() => receiver.stop());
    const client = await app.client();
    const stream = new Stream(app, client, `${receiver.url}/hook`);
    await receiver.waitFor(50);

    const postmaster = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    const children = () => readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
    process.kill(postmaster, 'SIGSTOP');
    const stopped = children().map(Number);
    for (const pid of stopped) process.kill(pid, 'SIGSTOP');
    try {
      await sleep(POSTGRES_STANDS_S * 1_000);
    } finally {
      for (const pid of [...stopped, postmaster]) process.kill(pid, 'SIGCONT');
    }
    const after = receiver.requests.length;
    await receiver.waitFor(after + 50);
    await stream.end();
    await expectEachOnce(stream, receiver, client, new Truth(app.database));
    if (FULL) process.stdout.write(`${stream.accepted.size} notifications, longest answer ${stream.longestMs} ms\n`);
    await app.stop();
  });
});
