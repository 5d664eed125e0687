import { createServer, type AddressInfo, type Socket } from 'node:net';
import pg from 'pg';
import { Breakers } from '../../src/engine/deliveries/routing/breakers.js';
import { BreakersRepository } from '../../src/engine/deliveries/routing/breakers.repository.js';
import { DeliveriesRepository } from '../../src/engine/deliveries/deliveries.repository.js';
import { ProviderQuotas } from '../../src/engine/deliveries/routing/provider-quotas.js';
import { Releases } from '../../src/engine/deliveries/routing/releases.js';
import { UsageRepository } from '../../src/engine/deliveries/routing/usage.repository.js';
import { Workers } from '../../src/engine/deliveries/dispatch/workers.js';
import { EventsService } from '../../src/engine/events/events.service.js';
import type { Outcome } from '../../src/engine/providers/provider.js';
import { ProviderRoutes, type ProviderRoute } from '../../src/engine/providers/provider-routes.js';
import { ProvidersService } from '../../src/engine/providers/providers.service.js';
import { Database } from '../../src/platform/database/database.js';
import type { Prepared } from '../../src/platform/database/prepared.js';
import type { RedisConnections } from '../../src/platform/database/redis.js';
import type { TestClient } from '../support/app.js';
import { MailgunServer } from '../support/mailgun.js';
import { NestApp } from '../support/nest-app.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

let app: NestApp;
let client: TestClient;
let sink: SmtpSink;

beforeAll(async () => {
  [app, sink] = await Promise.all([NestApp.start(), SmtpSink.start()]);
});
afterAll(async () => {
  await app.stop();
  await sink.stop();
});
beforeEach(async () => {
  client = await app.client();
  sink.messages.length = 0;
});
afterEach(() => jest.restoreAllMocks());

const provider = async (more: object, name = 'main', port = sink.port) => {
  const config = { host: '127.0.0.1', port, secure: false };
  const body = { name, provider_type: 'smtp', from_email: 'a@example.com', config, ...more };
  expect((await client.request('POST', '/clients/me/providers?verify=false', { body })).status).toBe(201);
};
const mail = async (): Promise<string> => {
  const { body } = await client.request('POST', '/notifications', {
    body: { recipients: [{ email: 'bob@example.com' }], channels: { email: { subject: 's', text: 't' } } },
  });
  return body.id;
};
const rowOf = async (id: string) => (await app.sql('select * from deliveries where source_id = $1', [id]))[0];
const become = (id: string, status: string) =>
  until(`it to be ${status}`, async () => {
    const row = await rowOf(id);
    return row.status === status && row;
  });
const attemptsOf = async (id: string) => {
  const { body } = await client.request('GET', `/notifications/${id}`);
  return body.deliveries[0].attempts.map((one: any) => [one.provider, one.status, one.error_code]);
};
const routeOf = async (name = 'main'): Promise<ProviderRoute> =>
  (await app.get(ProviderRoutes).of(client.id, 'email')).routes.find((route) => route.name === name)!;
/** What another process counts by: all that they share is in PostgreSQL. */
const quotasOf = (repository = app.get(UsageRepository)) => new ProviderQuotas(repository);
const usage = () => app.sql('select hour_used, day_used from provider_usage where client_id = $1', [client.id]);
/** As if what was counted had been counted so long ago. */
const age = (what: 'hour' | 'day') =>
  app.sql(`update provider_usage set ${what} = ${what} - interval '1 ${what}' where client_id = $1`, [client.id]);

/** From now on the clock of this process goes before the database's. */
const goBefore = (ms: number): void => {
  const now = Date.now.bind(Date);
  jest.spyOn(Date, 'now').mockImplementation(() => now() + ms);
};
const HALF_AN_HOUR = 30 * 60_000;

describe('the hours and days of caps', () => {
  it('are those of UTC, whatever zone a session is in', async () => {
    await provider({ hourly_cap: 9, daily_cap: 9 });
    const route = await routeOf();
    await quotasOf().take(route, 1);
    for (const zone of ['Asia/Kolkata', 'Pacific/Kiritimati']) {
      const session = new pg.Client({ connectionString: app.database.url, options: `-c timezone=${zone}` });
      await session.connect();
      try {
        const query = async ({ text }: Prepared, values: unknown[]) => (await session.query(text, values)).rows;
        const there = new UsageRepository({ query } as unknown as Database);
        const { counted } = await quotasOf(there).take(route, 1);
        expect([counted!.hour.getTime() % 3_600_000, counted!.day.getTime() % 86_400_000]).toEqual([0, 0]);
        const [seen] = await there.read([route.identity]);
        expect(seen).toMatchObject({ of_hour: (await usage())[0].hour_used, of_day: (await usage())[0].day_used });
      } finally {
        await session.end();
      }
    }
    expect(await usage()).toEqual([{ hour_used: 3, day_used: 3 }]);
  });

  it('end each by itself, and say when', async () => {
    await provider({ hourly_cap: 1, daily_cap: 2 });
    const route = await routeOf();
    const [{ hour, day }] = await app.sql(
      `select date_trunc('hour', clock_timestamp(), 'UTC') + interval '1 hour' as hour,
              date_trunc('day', clock_timestamp(), 'UTC') + interval '1 day' as day`,
    );
    const take = async () => {
      const { granted, outage } = await quotasOf().take(route, 1);
      return granted > 0 ? 'granted' : [hour, day].map((end) => Math.abs(outage!.until - end) < 2_000);
    };
    expect(await take()).toBe('granted');
    expect(await take()).toEqual([true, hour.getTime() === day.getTime()]);
    await age('hour');
    expect(await app.get(UsageRepository).read([route.identity])).toMatchObject([{ of_hour: 0, of_day: 1 }]);
    expect(await take()).toBe('granted');
    await age('hour');
    // The hour has room, the day has none.
    expect((await take()).at(1)).toBe(true);
    await age('day');
    expect(await take()).toBe('granted');
    expect(await usage()).toEqual([{ hour_used: 1, day_used: 1 }]);
  });

  it('get nothing back from the day before', async () => {
    await provider({ hourly_cap: 9, daily_cap: 9 });
    const route = await routeOf();
    const quotas = quotasOf();
    const turns = [{ client_id: client.id, id: client.id }];
    const { counted } = await quotas.take(route, 2);
    await quotas.giveBack(route, turns, { ...counted!, day: new Date(counted!.day.getTime() - 86_400_000) });
    expect(await usage()).toEqual([{ hour_used: 1, day_used: 2 }]);
    await quotas.giveBack(route, turns, { ...counted!, hour: new Date(counted!.hour.getTime() - 3_600_000) });
    expect(await usage()).toEqual([{ hour_used: 1, day_used: 1 }]);
  });

  it('are known to be used up for ten seconds, for others may give back', async () => {
    await provider({ daily_cap: 1 });
    const route = await routeOf();
    const quotas = quotasOf();
    const { outage } = await quotas.take(route, 2);
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now');
    // Before the day ends, should it just do so.
    clock.mockReturnValue(Math.min(now + 9_000, outage!.until - 1));
    expect(quotas.outageOf(route)).toEqual({ reason: 'quota_exhausted', until: outage!.until });
    clock.mockReturnValue(now + 11_000);
    expect(quotas.outageOf(route)).toBeNull();
  });

  it.each([HALF_AN_HOUR, -HALF_AN_HOUR])(
    "hold until they end by the database's clock, where a worker's is %d ms before it",
    async (ms) => {
      await provider({ daily_cap: 1 });
      await become(await mail(), 'sent');
      goBefore(ms);
      const held = await become(await mail(), 'held');
      const [{ day }] = await app.sql(`select date_trunc('day', $1::timestamptz, 'UTC') + interval '1 day' as day`, [
        held.updated_at,
      ]);
      expect(held.reason).toBe('quota_exhausted');
      expect(Math.abs(held.next_attempt_at - day)).toBeLessThan(5_000);
    },
  );
});

it('what is held is released when every process knows why, where there are several', async () => {
  await provider({ daily_cap: 1 });
  await become(await mail(), 'sent');
  const held = await become(await mail(), 'held');
  const [{ before }] = await app.sql('select clock_timestamp() as before');
  const several = new Releases(
    app.get(DeliveriesRepository),
    { configured: true } as RedisConnections,
    app.get(ProvidersService),
  );
  await several.release(client.id, 'email');
  const waits = (await rowOf(held.source_id)).next_attempt_at - before;
  // Longer than any of them remembers a client's providers.
  expect(waits).toBeGreaterThan(5_000);
  expect(waits).toBeLessThan(held.next_attempt_at - before);
});

it('what was scheduled does not go to who is suppressed since, though it was never held', async () => {
  await provider({});
  const { body } = await client.request('POST', '/notifications', {
    body: {
      recipients: [{ email: 'bob@example.com' }, { email: 'eve@example.com' }],
      channels: { email: { subject: 's', text: 't' } },
      scheduled_for: new Date(Date.now() + 3_600_000).toISOString(),
    },
  });
  await client.request('POST', '/suppressions', { body: { address: 'bob@example.com', reason: 'unsubscribe' } });
  // Its time has come, two minutes later.
  goBefore(120_000);
  await app.sql('update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = $1', [
    body.id,
  ]);
  await until('the other one to be sent', () => sink.messages.length > 0);
  const ended = await until('both to end', async () => {
    const rows = await app.sql(
      'select address, status, reason from ended_deliveries where source_id = $1 order by address',
      [body.id],
    );
    return rows.length === 2 && rows;
  });
  expect(ended).toEqual([
    { address: 'bob@example.com', status: 'suppressed', reason: 'unsubscribe' },
    { address: 'eve@example.com', status: 'sent', reason: null },
  ]);
  expect(sink.messages.map(({ to }) => to)).toEqual([['eve@example.com']]);
});

const FAULT: Outcome = { kind: 'retryable', fault: 'provider', code: 'timeout', message: 'No.' };
const breakersOf = () =>
  new Breakers(app.get(BreakersRepository), app.get(Database), app.get(EventsService), app.get(Releases));
/** What is known in a process that begins now. */
const fresh = async () => {
  const breakers = breakersOf();
  await breakers.refresh();
  return breakers;
};
const state = async () => (await app.sql('select * from provider_breakers where client_id = $1', [client.id]))[0];
const run = (breakers: Breakers, route: ProviderRoute, outcome: Outcome) =>
  breakers.run(
    route,
    async () => [outcome],
    () => true,
  );
const open = async (route: ProviderRoute): Promise<void> => {
  const breakers = await fresh();
  for (let n = 0; n < 5; n++) await run(breakers, route, FAULT);
  await until('it to be open', async () => (await state())?.is_open);
};
const timeHasCome = () =>
  app.sql('update provider_breakers set open_until = clock_timestamp() where client_id = $1', [client.id]);

describe('a provider that is out', () => {
  it.each([HALF_AN_HOUR, -HALF_AN_HOUR])('is so for its time, where a worker’s clock is %d ms before', async (ms) => {
    await provider({});
    const route = await routeOf();
    await open(route);
    goBefore(ms);
    const leftMs = (await fresh()).outageOf(route)!.until - Date.now();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(30_000);
    await timeHasCome();
    expect((await fresh()).outageOf(route)).toBeNull();
  });

  it('is shown to its client as out, until it works again or is changed', async () => {
    await provider({});
    const route = await routeOf();
    const shown = async (clientId = client.id) => (await app.get(ProvidersService).list(clientId, {})).data;
    expect(await shown()).toMatchObject([{ name: route.name, outage: null }]);
    await open(route);
    const [row] = await shown();
    expect(row!.outage).toMatchObject({ reason: 'timeout' });
    expect(Date.parse(row!.outage!.retry_at) - Date.parse(row!.outage!.since)).toBe(30_000);
    await timeHasCome();
    const breakers = await fresh();
    expect(await breakers.admit(route, 1)).toBe(1);
    await run(breakers, route, { kind: 'accepted' });
    await until('it to be used again', async () => (await shown())[0]!.outage === null);

    await open(await routeOf());
    expect((await shown())[0]!.outage).not.toBeNull();
    await client.request('PATCH', `/clients/me/providers/${route.name}`, { body: { is_bulk: true } });
    expect((await shown())[0]!.outage).toBeNull();
  });

  it('is tried by another process when the one that tried it has died', async () => {
    await provider({});
    const route = await routeOf();
    await open(route);
    await timeHasCome();
    expect(await (await fresh()).admit(route, 5)).toBe(1);
    expect(await (await fresh()).admit(route, 5)).toBe(0);
    // An attempt may take a minute.
    const [{ enough }] = await app.sql(
      `select probe_until > updated_at + interval '60 seconds' as enough from provider_breakers where client_id = $1`,
      [client.id],
    );
    expect(enough).toBe(true);
    await app.sql(
      `update provider_breakers set probe_until = probe_until - interval '70 seconds' where client_id = $1`,
      [client.id],
    );
    expect(await (await fresh()).admit(route, 5)).toBe(1);
  });

  it('is told of once in a quarter of an hour, however often it comes and goes', async () => {
    await provider({});
    const route = await routeOf();
    const told = async () =>
      (await app.sql(`select 1 from events where client_id = $1 and type = 'provider.degraded'`, [client.id])).length;
    const mend = async () => {
      await timeHasCome();
      const breakers = await fresh();
      expect(await breakers.admit(route, 1)).toBe(1);
      await run(breakers, route, { kind: 'accepted' });
      await until('it to be closed', async () => !(await state()).is_open);
    };
    await open(route);
    await mend();
    await open(route);
    expect(await told()).toBe(1);
    await mend();
    await app.sql(`update provider_breakers set told_at = told_at - interval '16 minutes' where client_id = $1`, [
      client.id,
    ]);
    await open(route);
    expect(await told()).toBe(2);
  });

  it('is not one that refuses senders, whoever they are', async () => {
    await provider({});
    sink.refuse(450, { stage: 'mail', times: 6, message: '4.1.8 Domain not found' });
    for (let n = 0; n < 6; n++)
      expect(await become(await mail(), 'retrying')).toMatchObject({ reason: 'sender_refused', attempt_count: 1 });
    expect(await become(await mail(), 'sent')).toMatchObject({ provider: 'main', attempt_count: 1 });
    expect(await state()).toBeUndefined();
  });
});

describe('a provider that does not come to an end', () => {
  /** A minute passes in a moment. */
  const hurry = (): void => {
    const wait = globalThis.setTimeout;
    const sooner = (work: () => void, ms?: number, ...more: unknown[]) =>
      wait(work, ms === 60_000 ? 500 : ms, ...(more as []));
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(sooner as typeof setTimeout);
  };
  const inHand = () => (app.get(Workers) as unknown as { slots: { taken: number } }).slots.taken;

  it('has a minute: a server that answers line by line is left, and another provider takes over', async () => {
    const connections = new Set<Socket>();
    const dripping = createServer((socket) => {
      connections.add(socket);
      const timer = setInterval(() => socket.write('250-and more\r\n'), 20);
      socket
        .on('error', () => undefined)
        .once('close', () => {
          clearInterval(timer);
          connections.delete(socket);
        });
      socket.write('220 mail.example.com\r\n');
    });
    await new Promise<void>((resolve) => dripping.listen(0, '127.0.0.1', resolve));
    try {
      await provider({ is_primary: true }, 'dripping', (dripping.address() as AddressInfo).port);
      await provider({}, 'good');
      hurry();
      const id = await mail();
      expect(await become(id, 'sent')).toMatchObject({ provider: 'good', attempt_count: 2 });
      // Nothing was handed over, so it is known that nothing was taken.
      expect(await attemptsOf(id)).toEqual([
        ['dripping', 'failed', expect.stringMatching(/^(timeout|connection_failed)$/)],
        ['good', 'sent', null],
      ]);
      await until('its connection to end', () => connections.size === 0);
      expect(inHand()).toBe(0);
    } finally {
      for (const socket of connections) socket.destroy();
      dripping.close();
    }
  });

  it('has a minute: of a Mailgun that says nothing it is not known, and the others go on', async () => {
    const mailgun = await MailgunServer.start();
    try {
      const config = mailgun.config;
      await provider({ provider_type: 'mailgun', config });
      mailgun.answerWith('hang');
      hurry();
      const id = await mail();
      expect(await become(id, 'unknown')).toMatchObject({ reason: 'timeout', attempt_count: 1 });
      expect(await attemptsOf(id)).toEqual([['main', 'unknown', 'timeout']]);
      expect(inHand()).toBe(0);
      expect(await become(await mail(), 'sent')).toMatchObject({ provider: 'main' });
    } finally {
      await mailgun.stop();
    }
  });
});
