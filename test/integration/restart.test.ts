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
