import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EndpointMessagesRepository } from '../../src/delivery/webhooks/endpoint-messages.repository.js';
import { FallbackChains } from '../../src/delivery/notifications/fallback/fallback-chains.repository.js';
import { NotificationDedup } from '../../src/delivery/notifications/notification-dedup.js';
import { RecoveriesRepository } from '../../src/delivery/recoveries/recoveries.repository.js';
import { ProviderEvents } from '../../src/engine/deliveries/told/provider-events.js';
import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import { Resends } from '../../src/engine/deliveries/changes/resends.js';
import { CountsCheckRepository } from '../../src/engine/deliveries/upkeep/counts-check.repository.js';
import { EventsService } from '../../src/engine/events/events.service.js';
import { LogReadersRepository } from '../../src/engine/events/log-readers.repository.js';
import { DispatcherRepository } from '../../src/engine/deliveries/dispatch/dispatcher.repository.js';
import { SweeperRepository } from '../../src/engine/deliveries/upkeep/sweeper.repository.js';
import { newId } from '../../src/platform/common/ids.js';
import { Database } from '../../src/platform/database/database.js';
import { IdempotencyRepository } from '../../src/tenancy/idempotency/idempotency.repository.js';
import { AuthChangesRepository } from '../../src/tenancy/keys/auth-changes.repository.js';
import { KeysRepository } from '../../src/tenancy/keys/keys.repository.js';
import { MembersRepository } from '../../src/messaging/rooms/membership/members.repository.js';
import { RoomStatesRepository } from '../../src/messaging/rooms/room-states.repository.js';
import { ScheduledRepository } from '../../src/messaging/scheduled/scheduled.repository.js';
import type { TestClient } from '../support/app.js';
import { TestDatabase } from '../support/postgres.js';
import { NestApp } from '../support/nest-app.js';
import { watchStatements } from '../support/statements.js';
import { until } from '../support/until.js';

describe('what is looked for by its time', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  /** Every statement of `work` that compares with the present, and its plan where no table is small enough to be read whole. */
  const plansOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    const asked = watchStatements();
    await work();
    // The poller looks by itself, at providers: those are few.
    const statements = asked(/[<>]=? (statement|clock)_timestamp/).filter(
      ({ text }) => !text.includes('provider_event_cursors'),
    );
    jest.restoreAllMocks();
    const client = await app.get(Database).pool.connect();
    try {
      await client.query('begin; set local enable_seqscan = off');
      const plans: string[] = [];
      for (const { text, values } of statements) {
        const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
      }
      return plans;
    } finally {
      await client.query('rollback');
      client.release();
    }
  };

  // A condition that an index only filters by costs a look at every row that is not due yet.
  it.each([
    ['whether deliveries are to be swept', 1, () => app.get(SweeperRepository).overdue(['websocket'])],
    ['deliveries to be swept', 6, () => sweepAll(app)],
    [
      'deliveries that are due',
      1,
      () => app.get(DispatcherRepository).due({ groups: 10, lanesPerGroup: 10, perLane: 10 }, null, []),
    ],
    ['idempotency keys to be pruned', 1, () => app.get(IdempotencyRepository).prune()],
    ['keys to be pruned', 1, () => app.get(KeysRepository).prune()],
    ['changes of keys to be pruned', 1, () => app.get(AuthChangesRepository).prune()],
    ['keys of notifications to be pruned', 1, () => app.get(NotificationDedup).prune(10)],
    ['channels whose turn it is', 1, () => app.get(FallbackChains).due(10)],
    [
      'recoveries that go on',
      1,
      () => app.get(Database).transaction((tx) => app.get(RecoveriesRepository).takeDue(tx)),
    ],
    ['scheduled messages that are due', 1, () => app.get(ScheduledRepository).claim(10)],
    ['scheduled messages to be pruned', 1, () => app.get(ScheduledRepository).prune(10)],
    ['changes of memberships to be pruned', 1, () => app.get(MembersRepository).pruneChanges()],
    [
      'rooms whose lifecycle goes on',
      1,
      () => app.get(Database).transaction((tx) => app.get(RoomStatesRepository).lockDue(tx, 10)),
    ],
  ])('is found in an index by it: %s', async (_, count, work) => {
    const plans = await plansOf(work);
    expect(plans.length).toBeGreaterThanOrEqual(count);
    for (const plan of plans) {
      expect(plan).toMatch(/Index Cond: .*statement_timestamp\(\)/);
      // By created_at days are left out, not rows.
      expect(plan).not.toMatch(/Filter: .*(?<!created_at <= )(statement|clock)_timestamp\(\)/);
    }
  });

  it('is not looked for among the events of endpoints where none can wait', async () => {
    const asked = watchStatements();
    const looks = async () => {
      const before = asked(/endpoint_messages/).length;
      await app.get(EndpointMessagesRepository).waiting(10);
      return asked(/endpoint_messages/).length - before;
    };
    expect(await looks()).toBe(0);
    const client = await app.client();
    const { body } = await client.request('POST', '/webhooks/endpoints', {
      body: { url: 'http://127.0.0.1:9/', rate_limit_per_second: 1 },
    });
    expect(await looks()).toBeGreaterThan(0);
    await client.request('DELETE', `/webhooks/endpoints/${body.id}`);
    expect(await looks()).toBe(0);
  });
});

describe('what is read of many deliveries', () => {
  const ROWS = 3_000;
  let day: string;
  let app: NestApp;
  let client: TestClient;

  beforeAll(async () => {
    app = await NestApp.start();
    client = await app.client();
    await client.request('POST', '/notifications', {
      body: { recipients: [{ user_id: 'bob' }], channels: { websocket: { title: 't' } }, tags: ['rare'] },
    });
    await app.sql(
      `insert into ended_deliveries (client_id, id, created_at, source_kind, source_id, channel, lane, priority, address, status,
                                     max_attempts, updated_at)
       select $1, id, clock_timestamp(), 'notification', gen_random_uuid(), 'email', 'email', 2, 'Somebody-' || n || '@example.com',
              'sent', 8, clock_timestamp()
         from unnest($2::uuid[]) with ordinality as t (id, n)`,
      [client.id, Array.from({ length: ROWS }, () => newId())],
    );
    await app.sql('analyze ended_deliveries');
    day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const plansOf = async (path: string, pattern: RegExp): Promise<string[]> => {
    const asked = watchStatements();
    const { status, body } = await client.request('GET', path);
    // Jobs look by themselves, at all clients.
    const statements = asked(pattern).filter(({ values }) => values.includes(client.id));
    jest.restoreAllMocks();
    expect([path, status, statements.length > 0]).toEqual([path, 200, true]);
    if (path.startsWith('/deliveries')) expect([path, body.data.length]).toEqual([path, 1]);
    const plans: string[] = [];
    for (const { text, values } of statements) {
      const rows = await app.get(Database).query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
    }
    return plans;
  };

  it.each([
    ['to an address', 'address=somebody-7@example.com', /lower\(address\) = /],
    ['of a rare tag', 'tag=rare', /source_id = ANY/],
  ])('is found in an index of it: deliveries %s', async (_, filter, condition) => {
    // Of the day and the window that have them: of an empty one, of which the next may be a part of that day, any index is as good.
    const [newest = ''] = await plansOf(`/deliveries?${filter}`, /from deliveries d/);
    const [, part] = newest.split(` on ended_deliveries_${day} `);
    expect(part?.match(/Index Cond: .*/)?.[0]).toMatch(condition);
  });

  // Of a bucket's length alone, or of its time alone, all that a client ever counted would be read.
  it.each([
    '/analytics/deliveries?interval=15m',
    '/analytics/deliveries?group_by=provider',
    '/analytics/latency',
    '/analytics/ledger',
    '/notifications/stats',
    '/metrics/hourly',
    '/metrics/daily',
  ])('is read of the rollups of its time and of their length: %s', async (path) => {
    for (const plan of await plansOf(path, /from delivery_rollups/)) {
      expect(plan).toMatch(
        /using delivery_rollups_pkey on delivery_rollups .*\n +Index Cond: \(\(client_id = \S+ AND \(minutes = p.minutes\) AND \(bucket >= \S+ AND \(bucket < /,
      );
      expect(plan).not.toContain('Seq Scan');
    }
  });
});

describe('what is kept by days', () => {
  const TABLES = ['events', 'ended_deliveries', 'deliveries', 'attempts'];
  const names = new RegExp(`(?:from|join|update|delete from) (${TABLES.join('|')})\\b`);
  const statementsIn = (file: string): number =>
    [...readFileSync(file, 'utf8').matchAll(/`[^`]*`/g)].filter(([text]) => names.test(text)).length;

  it('is read and changed in the days that hold it, by every statement', async () => {
    const database = await ofToday();
    const app = await NestApp.start({ database });
    const client = await app.client();
    const asked = watchStatements();
    const { api_key: bob } = await client.login('bob');
    const { body } = await client.request('POST', '/notifications', {
      body: { recipients: [{ user_id: 'bob' }, { email: 'x@example.com' }], channels: { websocket: { title: 't' } } },
    });
    await until(
      'it to end',
      async () => (await client.request('GET', `/notifications/${body.id}`)).body.counts.sent === 1,
    );
    await client.request('GET', '/notifications');
    await app.request('GET', '/notifications', { key: bob });
    const shown = (await client.request('GET', `/notifications/${body.id}`)).body.deliveries[0];
    const [user] = await app.sql('select client_id, user_pk from users where user_id = $1', ['bob']);
    await app.get(DeliveriesService).acknowledge(user.client_id, user.user_pk, shown.id);
    const events = app.get(EventsService);
    await events.readAfter(user.client_id, user.user_pk, 0, 10, new Date());
    await events.readRanges(user.client_id, [{ stream_id: user.user_pk, after: 0, upto: 1, since: new Date() }]);
    const [unseen] = await client
      .request('POST', '/notifications', {
        body: {
          recipients: [{ user_id: 'bob' }],
          channels: { websocket: { title: 't' } },
          expires_at: new Date(Date.now() + 60_000).toISOString(),
        },
      })
      .then(({ body: { id } }) =>
        until('it to be sent', async () => {
          const rows = await app.sql(
            `/* ours */ select id from ended_deliveries where source_id = $1 and status = 'sent'`,
            [id],
          );
          return rows.length > 0 && rows;
        }),
      );
    await app.sql(`/* ours */ update ended_deliveries set expires_at = clock_timestamp() where id = $1`, [unseen.id]);
    await until('it to be swept', async () => {
      await sweepAll(app);
      const [row] = await app.sql(`/* ours */ select status from ended_deliveries where id = $1`, [unseen.id]);
      return row.status === 'expired';
    });
    await app.get(SweeperRepository).overdue(['websocket']);
    const [today, tomorrow] = [0, 86_400_000].map((ahead) => new Date(Date.now() + ahead));
    await client.request('GET', '/metrics/user/bob');
    const checks = app.get(CountsCheckRepository);
    await checks.atOnce((tx) => checks.differences(tx, today!, tomorrow!, 10));
    await changeDeliveries(client, { ended: shown.id, expired: unseen.id });
    const one = { id: shown.id, created_at: new Date(), by: shown.id };
    await app.get(Database).transaction((tx) => app.get(Resends).replaced(tx, client.id, [one]));
    const told = app.get(ProviderEvents);
    const event = { provider_message_id: 'of nothing', kind: 'delivered', occurred_at: new Date() } as const;
    await told.apply(client.id, 'mailgun', [event], { park: false });
    await told.unsubscribed(client.id, shown.id, new Date(), async () => undefined);
    await readLog(app, user.client_id);

    const statements = new Map(
      asked(names)
        .filter(({ text }) => !text.startsWith('/* ours */'))
        .map(({ text, values }) => [text, values]),
    );
    jest.restoreAllMocks();
    // A new statement is to be run above.
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(?<!spec)\.ts$/.test(file),
    );
    expect(statements.size).toBeGreaterThanOrEqual(
      files.reduce((sum, file) => sum + statementsIn(join('src', file)), 0),
    );
    const db = await app.get(Database).pool.connect();
    const many: string[] = [];
    for (const [text, values] of statements) {
      const { rows } = await db.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      for (const table of TABLES) {
        const days = new Set([...plan.matchAll(new RegExp(` on ${table}_(\\d{8})`, 'g'))].map(([, day]) => day));
        // Yesterday, today and, around midnight, tomorrow, of the sixteen that there are.
        if (days.size > 3) many.push(plan);
      }
    }
    db.release();
    await app.stop();
    await database.drop();
    expect(many).toEqual([]);
  });
});

/** With no older day than yesterday, as one that is made now: the run's template may have been made before midnight, when that was another day. */
const ofToday = async (): Promise<TestDatabase> => {
  const database = await TestDatabase.create();
  const older = await database.query<{ part: string }>(
    `select c.relname as part from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where c.relkind = 'r' and c.relname ~ '_\\d{8}$' and right(c.relname, 8) < to_char(now() at time zone 'UTC' - interval '1 day', 'YYYYMMDD')`,
  );
  for (const { part } of older) await database.query(`drop table ${part}`);
  return database;
};

/** Everything that callers do with deliveries that were made. */
const changeDeliveries = async (client: TestClient, { ended, expired }: { ended: string; expired: string }) => {
  const call = async (method: string, path: string, body?: object): Promise<any> => {
    const answer = await client.request(method, path, body ? { body } : {});
    expect([path, answer.status < 300]).toEqual([path, true]);
    return answer.body;
  };
  const later = { recipients: [{ user_id: 'bob' }], scheduled_for: new Date(Date.now() + 3_600_000).toISOString() };
  const { id } = await call('POST', '/notifications', { ...later, channels: { websocket: { title: 'a' } } });
  await call('PATCH', `/notifications/${id}`, { channels: { websocket: { title: 'b' } } });
  await call('GET', '/deliveries?limit=1');
  await call('POST', `/deliveries/${ended}/resend`, {});
  await call('POST', `/notifications/${(await call('GET', `/deliveries/${expired}`)).notification_id}/retry`, {});
  await until('it to be sent', async () => (await call('GET', `/deliveries/${expired}`)).status === 'sent');
  const channels = { webhook: { url: 'http://127.0.0.1:1/', payload: {} } };
  const failing = await call('POST', '/notifications', { channels, max_retry_attempts: 0 });
  const failed = await until(
    'it to fail',
    async () => (await call('GET', `/deliveries?notification_id=${failing.id}&status=failed`)).data[0],
  );
  await call('POST', `/deliveries/${failed.id}/discard`, {});
  const endpoint = await call('POST', '/webhooks/endpoints', { url: 'http://127.0.0.1:1/' });
  const since = new Date(Date.now() - 60_000).toISOString();
  await call('POST', `/webhooks/endpoints/${endpoint.id}/recover`, { since, dry_run: true });
  await call('GET', '/deliveries?limit=1&unresolved=true&error_code=http_503');
  const recovery = await call('POST', '/recoveries', { filter: { status: 'delivered' } });
  await until('it to be through', async () => (await call('GET', `/recoveries/${recovery.id}`)).status === 'completed');
};

/** Each statement of a reader of the log, from a place that it has come to a moment ago. */
const readLog = async (app: NestApp, clientId: string): Promise<void> => {
  const readers = app.get(LogReadersRepository);
  const [{ generation }] = await app.sql('select generation from installation');
  const [event] = await app.sql('/* ours */ select * from events where client_id = $1 limit 1', [clientId]);
  const { stream_id, rev, occurred_at } = event;
  const place = { ...(await readers.find('plans', 'end')), generation, tx: '1', read_at: new Date() };
  await readers.peek('plans', place);
  await app.sql(
    `/* ours */ insert into log_reader_failures (reader, event_id, client_id, stream_id, rev, occurred_at, reason, next_attempt_at)
     values ('plans', $1, $2, $3, $4, $5, '', clock_timestamp())`,
    [event.id, clientId, stream_id, rev, occurred_at],
  );
  await app.get(Database).transaction(async (tx) => {
    expect(
      (await readers.read(tx, { ...place, current: generation }, { types: 'all' }, 500)).events.length,
    ).toBeGreaterThan(0);
    await readers.read(tx, { ...place, current: generation + 1 }, { types: 'all' }, 500);
    await readers.nextGeneration(tx, 'plans', place);
    expect((await readers.takeFailure(tx, 'plans'))?.event).toMatchObject({ id: event.id });
  });
  await until('who may still be writing to be gone', () =>
    app.get(Database).transaction((tx) => readers.nextGeneration(tx, 'plans', place)),
  );
};

const sweepAll = async (app: NestApp): Promise<void> => {
  const sweeps = app.get(SweeperRepository);
  await sweeps.findLost(10);
  await sweeps.findUnknown(10);
  await sweeps.wake(10);
  await app.get(Database).transaction(async (tx) => {
    await sweeps.resume(tx, 10);
    await sweeps.expire(tx, 10);
    await sweeps.expireUnseen(tx, ['websocket'], 10);
    await sweeps.endCancelled(tx, 10);
  });
};
