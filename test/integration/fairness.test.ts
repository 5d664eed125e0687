import { DispatcherRepository } from '../../src/engine/deliveries/dispatch/dispatcher.repository.js';
import { Dispatcher } from '../../src/engine/deliveries/dispatch/dispatcher.js';
import { Workers } from '../../src/engine/deliveries/dispatch/workers.js';
import type { TestClient } from '../support/app.js';
import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { holdSlowOnes, type SlowReceivers } from '../support/slow-receivers.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

/** More than a process ever sends at once. */
const MANY = 1_500;

// Nothing here is answered before the test lets go of it, so whatever is delivered meanwhile did not wait for it.
describe.each(['postgres', 'redis'])('deliveries of some, while others hang; queue on %s', (backend) => {
  let app: NestApp;
  let redis: TestRedis | null;
  let hog: TestClient;
  let other: TestClient;
  let receiver: Receiver;
  let truth: Truth;
  let slow: SlowReceivers;

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
    [hog, other, receiver] = await Promise.all([app.client(), app.client(), Receiver.start()]);
    slow = holdSlowOnes();
  });
  afterEach(async () => {
    // Also those of a test that failed: the application does not stop while they are in hand.
    slow.release();
    try {
      await done(hog);
      await done(other);
    } finally {
      jest.restoreAllMocks();
      await receiver.stop();
    }
  });

  const open = async ({ id }: TestClient) => {
    const { delivered: _, failed: __, ...states } = await truth.states(id);
    return states;
  };
  const done = (client: TestClient) =>
    until('all to have ended', async () => Object.keys(await open(client)).length === 0, { timeout: 120_000 });
  const notify = async (client: TestClient, url: string, more: object = {}): Promise<string> => {
    const body = { channels: { webhook: { url, payload: {} } }, ...more };
    const answer = await client.request('POST', '/notifications', { body });
    expect(answer.status).toBe(202);
    return answer.body.id;
  };
  const notifyAll = async (client: TestClient, urls: string[], more: object = {}): Promise<void> => {
    for (let at = 0; at < urls.length; at += 50)
      await Promise.all(urls.slice(at, at + 50).map((url) => notify(client, url, more)));
  };
  const rowOf = async (id: string) =>
    (await truth.query<any>('select * from deliveries where source_id = $1', [id]))[0];
  const delivered = (id: string) => until('the delivery', async () => (await rowOf(id)).status === 'delivered');
  const times = (n: number, url: (n: number) => string): string[] => Array.from({ length: n }, (_, i) => url(i));

  it('pass any number of hosts of one client', async () => {
    await notifyAll(
      hog,
      times(MANY, (n) => `http://${n}.slow.example/`),
    );
    await delivered(await notify(other, `${receiver.url}/hook`));
    const { sending = 0, pending = 0, ...rest } = await truth.states(hog.id);
    expect(rest).toEqual({});
    expect(sending).toBeGreaterThan(0);
    expect(pending).toBeGreaterThan(0);
  });

  it('pass a host of their own client, whose backlog goes on when it is there again', async () => {
    await notifyAll(
      hog,
      times(600, (n) => `http://a.slow.example/?${n}`),
    );
    await delivered(await notify(hog, `${receiver.url}/hook`));
    const { sending = 0, pending = 0, ...rest } = await truth.states(hog.id);
    expect(rest).toEqual({ delivered: 1 });
    expect(sending).toBeGreaterThan(0);
    expect(pending).toBeGreaterThan(0);
    slow.release();
    await done(hog);
    expect(await truth.states(hog.id)).toEqual({ delivered: 601 });
  });

  it('pass a path that hangs at the very host that they go to, also one of their own client', async () => {
    let letGo = () => {};
    const answered = new Promise<void>((resolve) => (letGo = resolve));
    receiver.respond(async ({ path }) => {
      if (path === '/hangs') await answered;
      return { status: 200 };
    });
    await notifyAll(
      hog,
      times(300, () => `${receiver.url}/hangs`),
    );
    await delivered(await notify(other, `${receiver.url}/hook`));
    await delivered(await notify(hog, `${receiver.url}/hook`));
    const attempts = await truth.query('select * from attempts where client_id = $1', [hog.id]);
    expect(attempts).toHaveLength(1);
    letGo();
  });

  it('pass retries of any number of lanes, which cost nothing until they are due', async () => {
    const template = await notify(hog, `${receiver.url}/hook`);
    await delivered(template);
    const sleeping = (n: number) =>
      truth.query(
        `insert into open_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, status, awake, reason,
                                      attempt_count, max_attempts, next_attempt_at, updated_at)
         select client_id, gen_random_uuid(), created_at, source_kind, source_id, channel, 'webhook:' || n, 0, 'retrying', false,
                'timeout', 0, 8, clock_timestamp() + interval '10 hours', updated_at
           from deliveries, generate_series(1, $2) n where source_id = $1`,
        [template, n],
      );
    await sleeping(100_000);
    const seen = jest.spyOn(app.get(DispatcherRepository), 'due');
    await delivered(await notify(other, `${receiver.url}/hook`));
    const looks = await Promise.all(seen.mock.results.map(({ value }) => value as Promise<unknown[]>));
    expect(looks.flat().length).toBeLessThan(100);
    // One that comes due wakes up.
    await truth.query(
      `update open_deliveries set next_attempt_at = clock_timestamp() where id =
         (select id from open_deliveries where client_id = $1 limit 1)`,
      [hog.id],
    );
    await until('a sleeper to be tried', async () => ((await truth.states(hog.id)).delivered ?? 0) === 2);
    await truth.query('delete from open_deliveries where client_id = $1', [hog.id]);
  });

  it('of any number of lanes are begun look by look, without a pause between two', async () => {
    const letGo = holdHands(app);
    // No look before all are there: what one finds while hands are held goes to the queue, and needs no other.
    let look = (): void => undefined;
    const accepted = new Promise<void>((resolve) => (look = resolve));
    const steps: string[] = [];
    const repository = app.get(DispatcherRepository);
    const due = repository.due.bind(repository);
    jest.spyOn(repository, 'due').mockImplementation(async (...bounds) => {
      await accepted;
      const rows = await due(...bounds);
      steps.push(rows.length > 0 ? 'found' : 'nothing');
      return rows;
    });
    const dispatcher = app.get(Dispatcher) as unknown as { untilWoken: (ms: number) => Promise<void> };
    const untilWoken = dispatcher.untilWoken.bind(dispatcher);
    jest.spyOn(dispatcher, 'untilWoken').mockImplementation((ms) => {
      steps.push('pause');
      return untilWoken(ms);
    });
    await notifyAll(
      hog,
      times(200, (n) => `${receiver.url}/${n}`),
    );
    letGo();
    look();
    await done(hog);
    const found = steps.slice(steps.indexOf('found'), steps.lastIndexOf('found') + 1);
    expect(found.length).toBeGreaterThan(200 / 64);
    // A pause or two where the walk begins anew, instead of one for every 32 lanes.
    expect(found.filter((step) => step === 'pause').length).toBeLessThan(200 / 64);
  });

  it('go first where they are more urgent, also before what waits already', async () => {
    await notifyAll(
      hog,
      times(400, (n) => `http://a.slow.example/?${n}`),
      { priority: 'low' },
    );
    const before = slow.held.length;
    await notify(hog, 'http://b.slow.example/urgent', { priority: 'urgent' });
    await until('the urgent one to be begun', async () => slow.paths.includes('/urgent'));
    await notify(hog, 'http://a.slow.example/', { priority: 'urgent', metadata: { same: 'lane' } });
    const [urgent] = await truth.query<any>(
      `select * from open_deliveries where client_id = $1 and priority = 0 and status <> 'sending'`,
      [hog.id],
    );
    expect(urgent).toMatchObject({ status: 'pending' });
    // Behind what was handed on before it came, which is a job or two; before all the rest.
    const waiting = 400 - before;
    let passed = 0;
    while ((await rowOf(urgent.source_id)).status === 'pending') {
      const begun = slow.paths.length;
      slow.held.shift()!();
      passed++;
      await until('the next to be begun', async () => slow.paths.length > begun);
    }
    expect(passed).toBeLessThan(waiting / 3);
  });

  describe('that were just accepted', () => {
    it('are begun at once, by whoever accepted them', async () => {
      const take = jest.spyOn(app.get(Workers), 'take');
      const run = jest.spyOn(app.get(Workers), 'run');
      const id = await notify(other, 'http://a.slow.example/');
      expect(await rowOf(id)).toMatchObject({ status: 'sending', attempt_count: 1 });
      await until('it to be sent', async () => slow.held.length === 1);
      expect(take.mock.calls.flatMap(([due]) => due)).toEqual([]);
      expect(run).not.toHaveBeenCalled();
    });

    it('pass nothing that is due before them in their lane, and what is due later', async () => {
      const letGo = holdHands(app);
      const older = await notify(other, 'http://a.slow.example/');
      letGo();
      const letGoOfDue = holdDue(app);
      const younger = await notify(other, 'http://a.slow.example/');
      expect(await rowOf(older)).toMatchObject({ status: 'pending' });
      expect(await rowOf(younger)).toMatchObject({ status: 'pending' });
      expect(await rowOf(await notify(other, 'http://b.slow.example/'))).toMatchObject({ status: 'sending' });
      expect(await rowOf(await notify(other, 'http://a.slow.example/', { priority: 'high' }))).toMatchObject({
        status: 'sending',
      });
      await truth.query(
        `update open_deliveries set next_attempt_at = clock_timestamp() + interval '20 seconds' where status = 'pending'`,
      );
      expect(await rowOf(await notify(other, 'http://a.slow.example/'))).toMatchObject({ status: 'sending' });
      await truth.query(`update open_deliveries set next_attempt_at = clock_timestamp() where status = 'pending'`);
      letGoOfDue();
    });

    it('hold nothing when they could not be written', async () => {
      const reserve = jest.spyOn(app.get(Workers), 'reserve');
      const written = await other.request('POST', '/notifications', {
        body: { channels: { webhook: { url: 'http://a.slow.example/', payload: {} } }, sender: 'x'.repeat(10) },
      });
      expect(written.status).toBeGreaterThanOrEqual(400);
      await truth.query('alter table open_deliveries add constraint never check (false) not valid');
      try {
        const refused = await other.request('POST', '/notifications', {
          body: { channels: { webhook: { url: 'http://a.slow.example/', payload: {} } } },
        });
        expect(refused.status).toBe(500);
      } finally {
        await truth.query('alter table open_deliveries drop constraint never');
      }
      expect(reserve).toHaveBeenCalledTimes(1);
      const { slots } = app.get(Workers) as unknown as { slots: { taken: number } };
      expect(slots.taken).toBe(0);
    });
  });
});

/** Only what is due is left alone; what is accepted is begun. */
const holdDue = (app: NestApp): (() => void) => {
  const take = jest.spyOn(app.get(Workers), 'take').mockImplementation(async (due) => due);
  const run = jest.spyOn(app.get(Workers), 'run').mockResolvedValue(undefined);
  return () => {
    take.mockRestore();
    run.mockRestore();
  };
};
