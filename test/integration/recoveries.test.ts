import { RecoveriesRepository } from '../../src/delivery/recoveries/recoveries.repository.js';
import { DeliverySearch } from '../../src/delivery/recoveries/delivery-search.js';
import { TestDatabase } from '../support/postgres.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { rowsRead, watchStatements } from '../support/statements.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let app: NestApp;
let receiver: Receiver;

beforeAll(async () => {
  [database, receiver] = await Promise.all([TestDatabase.create(), Receiver.start()]);
  app = await NestApp.start({ database });
});
beforeEach(() => receiver.respond(() => ({ status: 500 })));
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await app.stop();
  await Promise.all([database.drop(), receiver.stop()]);
});

/** Webhooks that fail once and for all. @returns the deliveries' ids */
const failed = async (client: Awaited<ReturnType<NestApp['client']>>, count: number): Promise<string[]> => {
  const notifications = Array.from({ length: count }, (_, n) => ({
    channels: { webhook: { url: `${receiver.url}/${client.id}/${n}`, payload: {} } },
    max_retry_attempts: 0,
  }));
  await client.request('POST', '/notifications/batch', { body: { notifications } });
  return until('them to fail', async () => {
    const { data } = (await client.request('GET', '/deliveries?status=failed')).body;
    return data.length === count && data.map(({ id }: any) => id);
  });
};

it('sends a delivery again once, however many ask for it at the same time', async () => {
  const client = await app.client();
  const [id] = await failed(client, 1);
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  receiver.respond(async () => {
    await held;
    return { status: 200 };
  });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => client.request('POST', `/deliveries/${id}/resend`, { body: {} })),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  release();
  await until(
    'it to be sent',
    async () => (await client.request('GET', '/deliveries?status=delivered')).body.data.length === 1,
  );
  expect(receiver.requests.filter(({ path }) => path.startsWith(`/${client.id}/`))).toHaveLength(2);
});

it('looks at the last thirty days unless it is told otherwise, and no further back than anything is kept', async () => {
  const { id } = await app.client();
  const daysOf = async (times: { from?: string; to?: string }) => {
    const { from, to } = (await app.get(DeliverySearch).filterOf(id, times, undefined))!;
    return Math.round((to.getTime() - from.getTime()) / 86_400_000);
  };
  const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
  expect(await Promise.all([{}, { to: ago(50) }, { from: ago(50) }, { from: ago(5_000) }].map(daysOf))).toEqual([
    30, 30, 50, 400,
  ]);
});

it('finds few among many failures by what is in an index: their error, and that nothing was done about them', async () => {
  const client = await app.client();
  // Of yesterday, of which there are partitions.
  await app.sql(
    `insert into ended_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, status, reason,
                                   error_code, max_attempts, resent_at, updated_at)
     select $1, uuidv7(at - clock_timestamp()), at, 'notification', gen_random_uuid(), 'webhook', 'webhook', 2, 'failed',
            'attempts_exhausted', case when n % 5000 = 0 then 'rare' else 'http_503' end, 8,
            case when n % 4000 <> 0 then clock_timestamp() end, at
       from (select n, clock_timestamp() - interval '1 day' + n * interval '1 millisecond' as at
               from generate_series(1, 20000) n) t`,
    [client.id],
  );
  await app.sql('analyze ended_deliveries');
  const found: object = {};
  for (const query of ['error_code=rare', 'error_code=rare&status=failed', 'unresolved=true']) {
    const asked = watchStatements();
    const { data } = (await client.request('GET', `/deliveries?${query}`)).body;
    const statements = asked(/from deliveries d left join/);
    jest.restoreAllMocks();
    let read = 0;
    for (const { text, values } of statements) {
      const [{ 'QUERY PLAN': plan }] = await app.sql(`explain (analyze, format json) ${text}`, values);
      read += rowsRead(plan[0].Plan);
    }
    Object.assign(found, { [query]: [data.length, statements.length > 0, read < 200] });
  }
  expect(found).toEqual({
    'error_code=rare': [4, true, true],
    'error_code=rare&status=failed': [4, true, true],
    'unresolved=true': [5, true, true],
  });
  const dry = (await client.request('POST', '/recoveries', { body: { dry_run: true } })).body;
  expect(dry).toMatchObject({ matched: 20_000, skipped: 19_995 });
});

it('is over for all that was sent for one delivery when it is sent another time', async () => {
  const client = await app.client();
  const [first] = await failed(client, 1);
  const statesOf = async (query: string) =>
    (await client.request('GET', `/deliveries?${query}`)).body.data.map(({ id, status }: any) => [id, status]);
  const resend = async (status: string) => {
    const { id } = (await client.request('POST', `/deliveries/${first}/resend`)).body;
    await until('it to end', async () =>
      (await statesOf('limit=10')).some(([one, state]: string[]) => one === id && state === status),
    );
    return id;
  };
  const second = await resend('failed');
  expect(await statesOf('unresolved=true')).toEqual([[second, 'failed']]);
  receiver.respond(() => ({ status: 200 }));
  const third = await resend('delivered');
  expect(await statesOf('unresolved=true')).toEqual([]);
  expect((await client.request('GET', `/deliveries/${second}`)).body).toMatchObject({ resent_by: third });
  const dry = (await client.request('POST', '/recoveries', { body: { dry_run: true } })).body;
  expect(dry).toMatchObject({ matched: 2, skipped: 2 });
});

it('does not mean what fails after it began', async () => {
  const client = await app.client();
  await failed(client, 3);
  const { body } = await client.request('POST', '/recoveries', { body: { rate_per_second: 1 } });
  const channels = { webhook: { url: `${receiver.url}/late`, payload: {} } };
  const late = (await client.request('POST', '/notifications', { body: { channels, max_retry_attempts: 0 } })).body.id;
  const failures = async () =>
    (await client.request('GET', `/deliveries?status=failed&notification_id=${late}`)).body.data.length;
  await until('the late one to fail', async () => (await failures()) === 1);
  const done = await until('it to end', async () => {
    const seen = (await client.request('GET', `/recoveries/${body.id}`)).body;
    return seen.status === 'completed' && seen;
  });
  expect(done).toMatchObject({ matched: 3, resent: 3, skipped: 0 });
});

it('goes on with a recovery whose process was killed in the middle, and sends nothing twice', async () => {
  const client = await app.client();
  await failed(client, 12);
  receiver.respond(() => ({ status: 200 }));
  const repository = app.get(RecoveriesRepository);
  const progress = repository.progress.bind(repository);
  let batches = 0;
  // The second batch is written, but for how far it has come, when its connection is lost; then the process goes away.
  jest.spyOn(repository, 'progress').mockImplementation(async (...args) => {
    if (++batches > 1) throw new Error('killed');
    await progress(...args);
  });
  const { body } = await client.request('POST', '/recoveries', { body: { rate_per_second: 4 } });
  expect(body.matched).toBe(12);
  await until('the second batch', () => batches > 1);
  await app.stop();
  jest.restoreAllMocks();
  app = await NestApp.start({ database });
  const again = app.requester(client.key);
  const done = await until('it to end', async () => {
    const seen = (await again('GET', `/recoveries/${body.id}`)).body;
    return seen.status === 'completed' && seen;
  });
  expect(done).toMatchObject({ matched: 12, resent: 12, skipped: 0 });
  await until(
    'all to be delivered',
    async () => (await again('GET', '/deliveries?status=delivered')).body.data.length === 12,
  );
  const sent = receiver.requests.filter(({ path }) => path.startsWith(`/${client.id}/`)).map(({ path }) => path);
  expect(sent.toSorted()).toEqual(
    Array.from({ length: 12 }, (_, n) => [`/${client.id}/${n}`, `/${client.id}/${n}`])
      .flat()
      .toSorted(),
  );
});
