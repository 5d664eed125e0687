import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { holdSlowOnes } from '../support/slow-receivers.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

const BACKLOG = 10_000;

// Nothing is measured by a clock: what counts is how many of the others went before.
describe.each(['postgres', 'redis'])('what is urgent; queue on %s', (backend) => {
  let app: NestApp;
  let redis: TestRedis | null;
  let client: TestClient;
  let receiver: Receiver;
  let truth: Truth;

  beforeAll(async () => {
    redis = backend === 'redis' ? await TestRedis.start() : null;
    app = await NestApp.start(redis ? { env: { REDIS_URL: redis.url } } : {});
    truth = new Truth(app.database);
  });
  afterAll(async () => {
    await app.stop();
    await redis?.stop();
  });
  beforeEach(async () => {
    [client, receiver] = await Promise.all([app.client(), Receiver.start()]);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await truth.query(`delete from open_deliveries where client_id = $1 and status <> 'sending'`, [client.id]);
    await until('nothing to be in hand', async () => ((await truth.states(client.id)).sending ?? 0) === 0);
    await receiver.stop();
  });

  const notify = async (path: string, priority: string): Promise<string> => {
    const url = path.startsWith('http') ? path : receiver.url + path;
    const body = { channels: { webhook: { url, payload: {} } }, priority };
    const answer = await client.request('POST', '/notifications', { body });
    expect(answer.status).toBe(202);
    return answer.body.id;
  };
  const arrived = (path: string) => receiver.requests.filter((request) => request.path === path).length;
  /** So many more low ones of this notification, over so many lanes. */
  const multiply = (id: string, n: number, lanes: number) =>
    truth.query(
      `insert into open_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, status, awake,
                                    attempt_count, max_attempts, next_attempt_at, updated_at)
       select client_id, gen_random_uuid(), created_at, source_kind, source_id, channel,
              lane || case when $3 = 1 then '' else '/' || n % $3 end, 3, 'pending', true, 0, 8, clock_timestamp(), updated_at
         from deliveries, generate_series(1, $2::int) n where source_id = $1`,
      [id, n, lanes],
    );
  const backlog = async (lanes: number): Promise<void> => {
    const template = await notify('/low', 'low');
    await until('the first', async () => (await truth.states(client.id)).delivered === 1);
    await multiply(template, BACKLOG, lanes);
    await until('the backlog to be on its way', () => arrived('/low') >= 200);
  };

  it.each([
    ['the lane of the others', 1, '/low?urgent'],
    ['a lane of its own', 1, '/urgent'],
    ['one of many lanes', 500, '/urgent'],
  ])('overtakes 10,000 low ones, also those that are queued: in %s', async (_where, lanes, path) => {
    await backlog(lanes);
    const before = arrived('/low');
    await notify(path, 'urgent');
    await until('the urgent one', () => arrived(path) === 1);
    const passed = arrived('/low') - before;
    expect(passed).toBeLessThan(BACKLOG / 10);
    expect((await truth.states(client.id)).pending ?? 0).toBeGreaterThan(BACKLOG / 2);
  });

  it('has room where receivers of the same client hang, however many', async () => {
    const slow = holdSlowOnes();
    try {
      await multiply(await notify('http://a.slow.example/', 'low'), 1_000, 1_000);
      // Half of all that a process sends at once.
      await until('all there is room for', () => slow.held.length >= 512, { timeout: 90_000 });
      await notify('/urgent', 'urgent');
      await until('the urgent one', () => arrived('/urgent') === 1);
      // Of the others, none has ended.
      expect((await truth.states(client.id)).delivered ?? 0).toBeLessThanOrEqual(1);
    } finally {
      slow.release();
    }
  });
});
