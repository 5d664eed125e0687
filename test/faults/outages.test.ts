import type { TestClient } from '../support/app.js';
import { Cleanups } from '../support/cleanups.js';
import { Cluster } from '../support/fleet.js';
import { TestDatabase } from '../support/postgres.js';
import { TestRedis } from '../support/redis.js';
import { SmtpSink } from '../support/smtp.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const HELD = 20;
const IS_OUT = 'A provider is out';

const cleanups = new Cleanups();
afterEach(() => cleanups.run());

async function startCluster() {
  const redis = await TestRedis.start();
  cleanups.add(() => redis.stop());
  const database = await TestDatabase.create();
  cleanups.add(() => database.drop());
  const server = await SmtpSink.start();
  cleanups.add(() => server.stop());
  const cluster = await Cluster.start(database, redis, 2);
  cleanups.add(() => cluster.stop());
  const client = await cluster.door.client();
  const body = {
    name: 'mail',
    provider_type: 'smtp',
    from_email: 'shop@example.com',
    config: { host: '127.0.0.1', port: server.port, secure: false },
  };
  expect((await client.request('POST', '/clients/me/email-providers?verify=false', { body })).status).toBe(201);
  return { cluster, server, client, truth: new Truth(database) };
}

async function mail(client: TestClient, names: string[]): Promise<void> {
  const body = {
    recipients: names.map((name) => ({ email: `${name}@example.com` })),
    channels: { email: { subject: 's', text: 't' } },
  };
  expect((await client.request('POST', '/notifications', { body })).status).toBe(202);
}

const namesOf = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

it('what one worker finds out of a provider all know: that it is out, and, by one delivery, that it is back; what was held goes once', async () => {
  const { cluster, server, client, truth } = await startCluster();
  const states = () => truth.states(client.id);

  await server.die();
  // One after the other, so that one worker alone comes to so many faults in a row.
  const finder = await until('a worker to find that it is out', async () => {
    const tried = (await states()).retrying ?? 0;
    await mail(client, [`early${tried}`]);
    await until('it to be tried', async () => (await states()).held ?? ((await states()).retrying ?? 0) > tried);
    for (const worker of cluster.workers) if ((await worker.log()).join().includes(IS_OUT)) return worker;
    return null;
  });
  await until('nothing to be in hand', async () => !((await states()).sending ?? (await states()).pending));
  await cluster.kill(finder);
  const [other] = cluster.workers;
  await server.revive();

  const before = await truth.query<{ n: number }>('select count(*) as n from attempts where client_id = $1', [
    client.id,
  ]);
  await mail(client, namesOf('late', HELD));
  await until('them to be held', async () => ((await states()).held ?? 0) >= HELD);
  expect((await other!.log()).join()).not.toContain(IS_OUT);
  // It was told, and asked nothing.
  expect(await truth.query('select count(*) as n from attempts where client_id = $1', [client.id])).toEqual(before);
  expect(server.messages).toEqual([]);

  await cluster.startWorker();
  server.hold(1);
  await truth.query(`update provider_breakers set open_until = clock_timestamp()`);
  const [{ n: all } = { n: 0 }] = await truth.query<{ n: number }>(
    'select count(*) as n from open_deliveries where client_id = $1',
    [client.id],
  );
  const looked = until(
    'the others to be looked at again',
    async () => {
      await truth.query(
        `update open_deliveries set next_attempt_at = clock_timestamp() where status in ('held', 'retrying')`,
      );
      const [row] = await truth.query<{ n: number }>(
        `select count(*) as n from open_deliveries where client_id = $1 and holds >= 3`,
        [client.id],
      );
      return row!.n >= all - 1;
    },
    { every: 200 },
  );
  await server.waitFor(1);
  await looked;
  expect(server.messages).toHaveLength(1);

  server.release();
  await until('all to be sent', async () => (await states()).sent === all);
  expect(server.messages.flatMap(({ to }) => to).toSorted()).toEqual(
    [...new Set(server.messages.flatMap(({ to }) => to))].toSorted(),
  );
  expect(server.messages).toHaveLength(all);
  await truth.expectBalancedLedger(client.id);
});
