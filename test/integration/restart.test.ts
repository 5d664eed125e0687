import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

/** What a process that was killed leaves behind: a delivery that it had claimed, under a lease that holds for long. */
async function leftBehind(database: TestDatabase, url: string): Promise<string> {
  const app = await NestApp.start({ database });
  const client = await app.client();
  holdHands(app);
  const { body } = await client.request('POST', '/notifications', {
    body: { channels: { webhook: { url, payload: {} } } },
  });
  await app.stop();
  await database.query(
    `update open_deliveries set status = 'sending', awake = false, attempt_count = 1,
            lease_until = clock_timestamp() + interval '1 hour' where source_id = $1`,
    [body.id],
  );
  return body.id as string;
}

describe('a claim of a process that is gone', () => {
  let database: TestDatabase;
  let receiver: Receiver;
  beforeAll(async () => {
    [database, receiver] = await Promise.all([TestDatabase.create(), Receiver.start()]);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await receiver.stop();
    await database.drop();
  });

  const attempts = (id: string) =>
    database.query<{ status: string; error_code: string | null }>(
      `select a.status, a.error_code from attempts a join deliveries d on d.id = a.delivery_id where d.source_id = $1 order by number`,
      [id],
    );

  it('is over when the only process starts again', async () => {
    const id = await leftBehind(database, receiver.url);
    const app = await NestApp.start({ database });
    await until('it to be delivered', async () => (await attempts(id)).length === 2);
    expect(await attempts(id)).toEqual([
      { status: 'unknown', error_code: 'worker_lost' },
      { status: 'sent', error_code: null },
    ]);
    await app.stop();
  });

  it('is over, for scheduled messages and Idempotency-Keys, when the only process starts again', async () => {
    const before = await NestApp.start({ database });
    const client = await before.client();
    const room = (await client.request('POST', '/rooms', { body: { room_type: 'group', members: ['ann'] } })).body;
    const scheduled = await client.request('POST', `/rooms/${room.id}/scheduled-messages`, {
      body: { content: 'later', send_at: new Date(Date.now() + 3_600_000).toISOString() },
    });
    const keyed = { headers: { 'Idempotency-Key': 'k' }, body: { room_type: 'group' } };
    expect((await client.request('POST', '/rooms', keyed)).status).toBe(201);
    await before.stop();
    await database.query(
      `update scheduled_messages set status = 'sending', attempt = 1, send_at = clock_timestamp(),
              next_attempt_at = clock_timestamp() + interval '55 seconds' where id = $1`,
      [scheduled.body.id],
    );
    await database.query(
      `update idempotency_keys set completed_at = null, status = null, body = null, lease_until = clock_timestamp() + interval '55 seconds'
        where client_id = $1`,
      [client.id],
    );
    const app = await NestApp.start({ database });
    const ask = (method: string, path: string, rest = {}) => app.request(method, path, { key: client.key, ...rest });
    const state = async () => (await ask('GET', `/scheduled-messages/${scheduled.body.id}`)).body.status;
    await until('it to be sent', async () => (await state()) === 'sent');
    expect((await ask('POST', '/rooms', keyed)).status).toBe(201);
    await app.stop();
  });

  it('holds where others may be at work', async () => {
    const id = await leftBehind(database, receiver.url);
    const redis = await TestRedis.start();
    const app = await NestApp.start({ database, env: { REDIS_URL: redis.url } });
    const [row] = await database.query<{ left: number }>(
      `select extract(epoch from lease_until - clock_timestamp())::int as left from open_deliveries where source_id = $1`,
      [id],
    );
    expect(row!.left).toBeGreaterThan(1_000);
    await app.stop();
    await redis.stop();
  });
});
