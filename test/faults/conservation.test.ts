import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_SETTINGS, type Answer, type TestClient } from '../support/app.js';
import { Cleanups } from '../support/cleanups.js';
import { expectConserved, expectPlannedOnce, expectTold } from '../support/conservation.js';
import { Fickle } from '../support/fickle.js';
import { Alone, Cluster, type Fleet } from '../support/fleet.js';
import { Hurry } from '../support/hurry.js';
import { inParallel } from '../support/in-parallel.js';
import { Orders, type Order } from '../support/orders.js';
import { TestDatabase } from '../support/postgres.js';
import { TestRedis } from '../support/redis.js';
import { TestProcess } from '../support/test-process.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const FULL = process.env.TEST_FULL !== undefined;
const ORDERS = Number(process.env.TEST_ORDERS ?? (FULL ? 20_000 : 180));
/** Through each of them goes everything that can happen. */
const ROUNDS = Math.max(1, Math.floor(ORDERS / 2_500));
/** Longer than any attempt takes: in the full size some wait until their time is over. */
const LONGEST_S = FULL ? 70 : 4;
const WORKERS = FULL ? 3 : 2;
/** Of every other ten, one request. */
const BATCH = 10;

/** Against hangs only. */
const HANGS_MS = FULL ? 1_800_000 : 180_000;
/** What is left then never ends: it was lost. */
const ENDS_MS = FULL ? 1_200_000 : 100_000;
/** Between two looks at all rows, which take their time where there are many. */
const LOOK_MS = FULL ? 1_000 : 100;
jest.setTimeout(HANGS_MS);

const ENDS = ['notification.completed', 'notification.failed'];

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

/** A client with two mail servers, an endpoint, and everybody whom it tells something. */
async function setUp(start: (database: TestDatabase) => Promise<Fleet>) {
  const database = await TestDatabase.create();
  cleanups.add(() => database.drop());
  const fickle = await Fickle.start();
  cleanups.add(() => fickle.stop());
  const fleet = await start(database);
  cleanups.add(() => fleet.stop());
  const client = await fleet.door.client();
  for (const [at, { port }] of fickle.mail.entries()) {
    await made(client, '/clients/me/email-providers?verify=false', {
      name: `mail ${at}`,
      provider_type: 'smtp',
      is_primary: at === 0,
      from_email: 'shop@example.com',
      config: { host: '127.0.0.1', port, secure: false },
    });
  }
  await made(client, '/webhooks/endpoints', { url: `${fickle.hooks.url}/good`, event_types: ENDS });
  const hurry = new Hurry(database, LONGEST_S);
  cleanups.add(() => hurry.stop());
  return {
    database,
    fickle,
    fleet,
    client,
    hurry,
    truth: new Truth(database),
    told: new Map<string, Order>(),
    kills: 0,
  };
}

type Scene = Awaited<ReturnType<typeof setUp>>;

async function made(client: TestClient, path: string, body: object): Promise<void> {
  expect((await client.request('POST', path, { body })).status).toBe(201);
}

/** Asks again with the same key until it is told, as every client is asked to do. */
async function askUntilTold({ fleet, client }: Scene, path: string, key: string, body: object): Promise<any> {
  for (;;) {
    const asked = fleet.door.request('POST', path, { key: client.key, body, headers: { 'idempotency-key': key } });
    const answer: Answer | null = await asked.catch(() => null);
    if (answer?.status === 202) return answer.body;
    if (answer && answer.status < 500 && answer.status !== 409) throw new Error(JSON.stringify(answer.body));
    await sleep(50);
  }
}

/** All are accepted when it ends. */
async function send(scene: Scene, orders: Order[]): Promise<void> {
  const { told } = scene;
  const tens = Array.from({ length: Math.ceil(orders.length / BATCH) }, (_, at) =>
    orders.slice(at * BATCH, (at + 1) * BATCH),
  );
  await inParallel(tens.entries(), async ([at, ten]) => {
    if (at % 2 === 0) {
      for (const order of ten) {
        const { id } = await askUntilTold(scene, '/notifications', `order ${order.n}`, order.body);
        told.set(id, order);
      }
      return;
    }
    const body = { notifications: ten.map((order) => order.body) };
    const { results } = await askUntilTold(scene, '/notifications/batch', `batch from ${ten[0]!.n}`, body);
    for (const { index, status, notification } of results) {
      expect(status).toBe(202);
      told.set(notification.id, ten[index]!);
    }
  });
}

/** Waits until some of what is sent from now on has arrived. */
async function untilSomeArrive({ fickle }: Scene, count: number): Promise<void> {
  const before = fickle.kept;
  await until('some to arrive', () => fickle.kept - before > count, { timeout: HANGS_MS });
}

async function untilAny({ truth, client }: Scene, status: 'held' | 'retrying'): Promise<void> {
  const look = async () =>
    (
      await truth.query('select 1 from open_deliveries where client_id = $1 and status = $2 limit 1', [
        client.id,
        status,
      ])
    ).length > 0;
  await until(`some to be ${status}`, look, { timeout: HANGS_MS, every: 100 });
}

/** With some in its hands. */
async function killOne(scene: Scene): Promise<void> {
  const { fleet, fickle, hurry } = scene;
  await fickle.hold(8);
  const killed = fleet.killOne();
  scene.kills++;
  await hurry.somebodyWasKilled();
  await killed;
  fickle.release();
}

/** In the middle of it a process is killed. */
async function whileKilled(scene: Scene, orders: Order[]): Promise<void> {
  const killed = untilSomeArrive(scene, orders.length / 4).then(() => killOne(scene));
  await Promise.all([send(scene, orders), killed]);
}

/** Both mail servers are away, until nobody asks them any more and mail is held. */
async function whileMailIsAway(scene: Scene, orders: Order[]): Promise<void> {
  const { fickle, hurry } = scene;
  hurry.hurries = 'retries';
  await Promise.all(fickle.mail.map((server) => server.die()));
  const held = untilAny(scene, 'held');
  await Promise.all([send(scene, orders), held]);
  await Promise.all(fickle.mail.map((server) => server.revive()));
  hurry.hurries = 'everything';
}

/** A process is killed, and then one mail server and all receivers of webhooks are away for a while. */
async function whileMuchIsAway(scene: Scene, orders: Order[]): Promise<void> {
  const { fickle, hurry } = scene;
  const most = Math.ceil((orders.length * 2) / 3);
  await whileKilled(scene, orders.slice(0, most));
  hurry.hurries = 'nothing';
  await Promise.all([fickle.hooks.die(), fickle.mail[0].die()]);
  const turnedAway = untilAny(scene, 'retrying');
  await Promise.all([send(scene, orders.slice(most)), turnedAway]);
  await Promise.all([fickle.hooks.revive(), fickle.mail[0].revive()]);
  hurry.hurries = 'everything';
}

const PARTS = [whileKilled, whileMailIsAway, whileMuchIsAway];

const isOver = async ({ truth, client }: Scene): Promise<boolean> => {
  const [left] = await truth.query<{ n: number }>(
    `select (select count(*) from open_deliveries where client_id = $1)
          + (select count(*) from notification_chains where client_id = $1)
          + (select count(*) from events e where e.client_id = $1 and e.type = any ($2::text[]) and not exists (
               select 1 from endpoint_messages m where m.client_id = $1 and m.event_id = e.id)) as n`,
    [client.id, ENDS],
  );
  return left!.n === 0;
};

async function checkLedger(database: TestDatabase): Promise<void> {
  const check = new TestProcess({ ...TEST_SETTINGS, DATABASE_URL: database.url }, ['ledger:check'], 'cli.js');
  expect({ code: await check.ended, output: check.output }).toEqual({
    code: 0,
    output: expect.stringContaining('The ledger balances'),
  });
}

async function expectNothingLost(scene: Scene): Promise<void> {
  const { fickle, fleet, client, truth, told, database } = scene;
  const began = performance.now();
  const orders = new Orders(fickle.hooks.url, FULL);
  const parts = ROUNDS * PARTS.length;
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((part * ORDERS) / parts);
    const count = Math.floor(((part + 1) * ORDERS) / parts) - from;
    await PARTS[part % PARTS.length]!(
      scene,
      Array.from({ length: count }, (_, at) => orders.make(from + at)),
    );
  }
  expect(told.size).toBe(ORDERS);
  const acceptedS = Math.round((performance.now() - began) / 1_000);
  fickle.release(true);
  await until('everything to be over', () => isOver(scene), { timeout: ENDS_MS, every: LOOK_MS });
  const seconds = Math.round((performance.now() - began) / 1_000);

  const balance = await expectConserved(truth, client, told, fickle);
  await expectPlannedOnce(truth, client, ENDS);
  await expectTold(truth, client, fleet.door);
  await truth.expectBalancedLedger(client.id);
  await checkLedger(database);
  // What was meant to happen did, or this proves nothing.
  expect(balance.unknown.worker_lost).toBeGreaterThan(0);
  expect(balance.twice).toBeGreaterThan(0);
  const { kills } = scene;
  if (FULL)
    process.stdout.write(`${ORDERS} notifications: ${JSON.stringify({ acceptedS, seconds, kills, ...balance })}\n`);
}

describe('over failing, slow, lying and dying receivers, while processes are killed, nothing is lost or sent twice unrecorded', () => {
  it('queued in PostgreSQL, by one process', async () => {
    await expectNothingLost(await setUp((database) => Alone.start(database)));
  });

  it('queued in Redis, by many', async () => {
    const redis = await TestRedis.start();
    cleanups.add(() => redis.stop());
    await expectNothingLost(await setUp((database) => Cluster.start(database, redis, WORKERS)));
  });
});
