import { createServer, type AddressInfo, type Socket } from 'node:net';
import { NotificationDeliveries } from '../../src/delivery/notifications/notification-deliveries.js';
import { Text } from '../../src/platform/common/fields.js';
import { Database } from '../../src/platform/database/database.js';
import { Breakers } from '../../src/engine/deliveries/routing/breakers.js';
import { BreakersRepository } from '../../src/engine/deliveries/routing/breakers.repository.js';
import { attemptOf } from '../../src/engine/deliveries/attempts/attempt-record.js';
import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import { AttemptsService } from '../../src/engine/deliveries/attempts/attempts.service.js';
import { holdVerdict, judge } from '../../src/engine/deliveries/attempts/retry.js';
import { ProviderQuotas } from '../../src/engine/deliveries/routing/provider-quotas.js';
import { Releases } from '../../src/engine/deliveries/routing/releases.js';
import { UsageRepository } from '../../src/engine/deliveries/routing/usage.repository.js';
import { EventsService } from '../../src/engine/events/events.service.js';
import { declareProvider } from '../../src/engine/providers/declared.js';
import { EMAIL } from '../../src/engine/providers/email/email.channel.js';
import type { Outcome, OutboundDelivery, ProviderDescriptor } from '../../src/engine/providers/provider.js';
import { OPERATOR, ProviderRegistry } from '../../src/engine/providers/provider.registry.js';
import { ProviderRoutes, type ProviderRoute } from '../../src/engine/providers/provider-routes.js';
import type { TestClient } from '../support/app.js';
import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { SmtpSink } from '../support/smtp.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

class ManyConfigDto {
  @Text({ max: 100 })
  url: string;
}

/** Declared before the application is made, as the folders of providers do. */
const MANY = declareProvider<any, any>({
  channel: EMAIL,
  type: 'many',
  configSchema: ManyConfigDto,
  secretFields: [],
  maxBatch: 1_000,
  inFlight: 20,
  retryPolicy: EMAIL.retryPolicy,
  create: () => ({ send: async () => [] }),
});

let app: NestApp;
let client: TestClient;
let truth: Truth;
/** Two servers that take whatever comes. */
let one: SmtpSink;
let two: SmtpSink;

beforeAll(async () => {
  [app, one, two] = await Promise.all([NestApp.start(), SmtpSink.start(), SmtpSink.start()]);
  truth = new Truth(app.database);
});
afterAll(async () => {
  await app.stop();
  await Promise.all([one.stop(), two.stop()]);
});
beforeEach(async () => {
  client = await app.client();
  for (const sink of [one, two]) sink.messages.length = 0;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await truth.expectBalancedLedger(client.id);
});

const provider = async (name: string, port: number, more: object = {}, of = client) => {
  const config = { host: '127.0.0.1', port, secure: false };
  const body = { name, provider_type: 'smtp', from_email: 'a@example.com', config, ...more };
  expect((await of.request('POST', '/clients/me/providers?verify=false', { body })).status).toBe(201);
};
const people = (count: number) => Array.from({ length: count }, (_, n) => ({ email: `p${n}@example.com` }));
const mail = async (count = 1, email: object = {}, more: object = {}): Promise<string> => {
  const channels = { email: { subject: 's', text: 't', ...email } };
  const { status, body } = await client.request('POST', '/notifications', {
    body: { recipients: people(count), channels, ...more },
  });
  expect([status, body]).toEqual([202, body]);
  return body.id;
};
const rows = (id: string) =>
  truth.query<any>(
    'select d.*, o.holds from deliveries d left join open_deliveries o using (client_id, id) where d.source_id = $1 order by d.id',
    [id],
  );
const become = (id: string, status: string, which = (all: any[]) => all.every((row) => row.status === status)) =>
  until(`the deliveries to be ${status}`, async () => {
    const found = await rows(id);
    return found.length > 0 && which(found) ? found : null;
  });

describe('by the number of recipients', () => {
  it('few go to the primary provider, many to the bulk one, copies counted', async () => {
    await client.request('PATCH', '/clients/me', { body: { settings: { bulk_threshold: 4, primary_max: 2 } } });
    await provider('bulk', two.port, { is_bulk: true });
    await provider('small', one.port, { is_primary: true });
    const routed = async (...args: Parameters<typeof mail>) => {
      const all = await become(await mail(...args), 'sent');
      return [...new Set(all.map(({ provider, routing }) => `${provider} ${routing.reason}`))];
    };
    expect(await routed(2)).toEqual(['small primary']);
    expect(await routed(3)).toEqual(['small primary']);
    expect(await routed(4)).toEqual(['bulk bulk']);
    expect(await routed(2, { cc: ['c@example.com'], bcc: ['d@example.com'] })).toEqual(['bulk bulk']);
    expect(await routed(4, { provider: 'small' })).toEqual(['small explicit']);
  });

  it('who takes fewer is passed by, and tells when one mail alone is too much', async () => {
    await provider('few', one.port, { is_primary: true, max_recipients: 2 });
    expect((await become(await mail(3), 'sent'))[0]).toMatchObject({ provider: 'few' });
    const cc = ['c@example.com', 'd@example.com'];
    expect((await become(await mail(1, { cc }), 'failed'))[0]).toMatchObject({ reason: 'too_many_recipients' });
    await provider('many', two.port);
    expect((await become(await mail(3), 'sent'))[0]).toMatchObject({ provider: 'many', routing: { reason: 'order' } });
  });

  it('counts those who are told, not those who can not be', async () => {
    await client.request('PATCH', '/clients/me', { body: { settings: { bulk_threshold: 2, primary_max: 0 } } });
    await provider('small', one.port, { is_primary: true });
    await provider('bulk', two.port, { is_bulk: true });
    const channels = { email: { subject: 's', text: 't' } };
    const recipients = [{ user_id: 'nobody' }, { email: 'b@example.com' }];
    const { body } = await client.request('POST', '/notifications', { body: { recipients, channels } });
    const ended = await become(body.id, 'over', (all) =>
      all.every(({ status }) => status !== 'pending' && status !== 'sending'),
    );
    expect(ended.map(({ status, provider }) => [status, provider]).toSorted()).toEqual([
      ['sent', 'small'],
      ['suppressed', null],
    ]);
  });
});

/** What a server says to everybody, from its greeting on; `hang` says nothing. */
const speaking = async (say: string): Promise<{ port: number; calls: () => number; stop: () => Promise<void> }> => {
  let calls = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    calls++;
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (say === 'die') return socket.destroy();
    socket.write(`${say}\r\n`);
    if (say.startsWith('421')) socket.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    calls: () => calls,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
const CLOSED_PORT = 1;

describe('failing over', () => {
  const attemptsOf = async (id: string) => {
    const { body } = await client.request('GET', `/notifications/${id}`);
    return body.deliveries[0].attempts.map((attempt: any) => [attempt.provider, attempt.error_code]);
  };

  it('is at once where a provider refuses, hangs up, says 421 or does not know the login', async () => {
    const strict = await SmtpSink.start({ auth: { user: 'u', pass: 'p' } });
    const busy = await speaking('421 4.3.2 try later');
    const dying = await speaking('die');
    await provider('refusing', CLOSED_PORT, { is_primary: true });
    await provider('busy', busy.port);
    await provider('dying', dying.port);
    const config = { host: '127.0.0.1', port: strict.port, secure: false, username: 'u', password: 'wrong' };
    await provider('strict', strict.port, { config });
    await provider('good', one.port);
    const id = await mail();
    const [row] = await become(id, 'sent');
    expect(row).toMatchObject({ provider: 'good', attempt_count: 5, routing: { reason: 'failover' } });
    expect(await attemptsOf(id)).toEqual([
      ['refusing', 'connection_failed'],
      ['busy', 'connection_failed'],
      ['dying', 'connection_failed'],
      ['strict', 'authentication_failed'],
      ['good', null],
    ]);
    await Promise.all([strict.stop(), busy.stop(), dying.stop()]);
  });

  it('takes five minutes where a provider might still do it, and then goes to the next', async () => {
    const strange = await SmtpSink.start();
    await provider('strange', strange.port, {
      is_primary: true,
      config: { host: '127.0.0.1', port: strange.port, secure: false, require_tls: true },
    });
    await provider('good', one.port);
    const id = await mail();
    const [first] = await become(id, 'retrying');
    expect(first).toMatchObject({ provider: 'strange', reason: 'tls_failed', routing: { spent: { faults: 1 } } });
    expect(first.next_attempt_at - first.updated_at).toBeGreaterThan(20_000);
    // As if the first fault had been six minutes ago.
    await truth.query(
      `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true,
              routing = jsonb_set(routing, '{spent,since}', to_jsonb((routing #>> '{spent,since}')::float8 - 360000))
        where source_id = $1`,
      [id],
    );
    expect((await become(id, 'sent'))[0]).toMatchObject({ provider: 'good', attempt_count: 3 });
    expect(await attemptsOf(id)).toEqual([
      ['strange', 'tls_failed'],
      ['strange', 'tls_failed'],
      ['good', null],
    ]);
    await strange.stop();
  });

  it('takes as long as the client says, and so does giving up', async () => {
    const settings = { failover_after_s: 0, give_up_after_s: 60 };
    expect((await client.request('PATCH', '/clients/me', { body: { settings } })).body.settings).toMatchObject({
      ...settings,
      fallback_after_s: 1_800,
    });
    const strange = await SmtpSink.start();
    const config = { host: '127.0.0.1', port: strange.port, secure: false, require_tls: true };
    await provider('strange', strange.port, { is_primary: true, config });
    await provider('good', one.port);
    const id = await mail();
    expect((await become(id, 'sent'))[0]).toMatchObject({ provider: 'good', attempt_count: 2 });

    await client.request('DELETE', '/clients/me/providers/good');
    const late = await mail();
    await become(late, 'retrying');
    // As if the first fault had been two minutes ago.
    await truth.query(
      `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true,
              routing = jsonb_set(routing, '{failing_since}', to_jsonb((routing ->> 'failing_since')::float8 - 120000))
        where source_id = $1`,
      [late],
    );
    expect((await become(late, 'failed'))[0]).toMatchObject({ reason: 'time_exhausted', attempt_count: 2 });
    await strange.stop();
  });

  it('tells whoever observes, once, that the channel had its half hour', async () => {
    const told = jest.spyOn(app.get(NotificationDeliveries), 'settled');
    await provider('refusing', CLOSED_PORT);
    const id = await mail();
    await become(id, 'retrying');
    const again = async (times: number) => {
      await truth.query(
        `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true,
                routing = jsonb_set(routing, '{failing_since}', to_jsonb((routing ->> 'failing_since')::float8 - 1900000))
          where source_id = $1`,
        [id],
      );
      await become(id, 'retrying', ([row]) => row.status === 'retrying' && row.attempt_count === times);
    };
    await again(2);
    await again(3);
    const exhausted = told.mock.calls.flatMap(([, transitions]) => transitions).filter((one) => one.exhausted);
    expect(exhausted.map(({ row }) => [row.source_id, row.attempt_count])).toEqual([[id, 2]]);
  });
});

const sendMany = (count: number) => Promise.all(Array.from({ length: count }, () => mail()));
const events = (type: string) =>
  truth.query<any>('select data from events where client_id = $1 and type = $2', [client.id, type]);
/** Another process: what it knows of breakers comes from PostgreSQL only. */
const anotherProcess = () =>
  new Breakers(app.get(BreakersRepository), app.get(Database), app.get(EventsService), app.get(Releases));
/** What other processes found out is read now. */
const readAgain = (breakers: Breakers) => {
  (breakers as any).refreshedAt = Number.NEGATIVE_INFINITY;
  return breakers.refresh();
};
const routeOf = async (name: string): Promise<ProviderRoute> =>
  (await app.get(ProviderRoutes).of(client.id, 'email')).routes.find((route) => route.name === name)!;
const isOut = async (breakers: Breakers, name: string) => {
  await readAgain(breakers);
  return breakers.outageOf(await routeOf(name)) !== null;
};

describe('a provider that fails again and again', () => {
  /** So that its faults in a row open its breaker. */
  const breakIt = async (name: string): Promise<void> => {
    for (const id of await sendMany(5))
      await become(id, 'over', ([row]) => row.attempt_count > 0 && row.status !== 'sending');
    await until('it to be out', () => isOut(anotherProcess(), name));
  };

  it('is left alone by every process, which is told once; what nobody else takes is held and goes on by itself', async () => {
    const down = await SmtpSink.start();
    const { port } = down;
    await down.stop();
    await provider('down', port);
    await breakIt('down');
    const [row] = await become(await mail(), 'held');
    expect(row).toMatchObject({ reason: 'breaker_open', attempt_count: 0, holds: 1, provider: null });
    expect((row.next_attempt_at - row.updated_at) / 1_000).toBeGreaterThan(20);
    expect((row.next_attempt_at - row.updated_at) / 1_000).toBeLessThan(31);
    expect(await events('provider.degraded')).toEqual([
      { data: expect.objectContaining({ name: 'down', channel: 'email', reason: 'connection_failed' }) },
    ]);

    // It works again, and its time has come: one of all processes finds out.
    await truth.query(`update provider_breakers set open_until = clock_timestamp() where client_id = $1`, [client.id]);
    const [one, two] = [anotherProcess(), anotherProcess()];
    await Promise.all([readAgain(one), readAgain(two)]);
    const route = await routeOf('down');
    const admitted = await Promise.all([one.admit(route, 5), two.admit(route, 5)]);
    expect(admitted.toSorted()).toEqual([0, 1]);
    const winner = admitted[0] === 1 ? one : two;
    await winner.run(
      route,
      async () => [{ kind: 'accepted' }],
      () => true,
    );
    await until('it to be known', async () => !(await isOut(anotherProcess(), 'down')));
    await readAgain(app.get(Breakers));
    const back = createServer();
    await new Promise<void>((resolve) => back.listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => back.close(resolve));
    // What was held was released when it closed: it was tried, and failed, for the server is still away.
    await become(row.source_id, 'retrying', ([found]) => found.attempt_count === 1);
  });

  it('is passed over while another one is there, and what was held goes as soon as one is added or mended', async () => {
    await provider('down', CLOSED_PORT, { is_primary: true });
    await breakIt('down');
    const [held, explicit] = [await mail(), await mail(1, { provider: 'down' })];
    await become(held, 'held');
    await become(explicit, 'held');
    await provider('good', one.port);
    expect((await become(held, 'sent'))[0]).toMatchObject({
      provider: 'good',
      attempt_count: 1,
      routing: { reason: 'failover', skipped: [{ provider: 'down', reason: 'breaker_open' }] },
    });
    expect((await become(await mail(), 'sent'))[0]).toMatchObject({ provider: 'good', attempt_count: 1 });
    await become(explicit, 'held');
    await client.request('PATCH', '/clients/me/providers/down?verify=false', { body: { config: { port: two.port } } });
    expect((await become(explicit, 'sent'))[0]).toMatchObject({ provider: 'down', routing: { reason: 'explicit' } });
  });

  it('opens again when who tries it fails, for longer, and tells nobody again', async () => {
    await provider('down', CLOSED_PORT);
    await breakIt('down');
    await truth.query(`update provider_breakers set open_until = clock_timestamp() where client_id = $1`, [client.id]);
    await readAgain(app.get(Breakers));
    const id = await mail();
    await become(id, 'retrying');
    const times = async () =>
      (await truth.query<any>('select times from provider_breakers where client_id = $1', [client.id]))[0].times;
    await until('it to be open again', async () => (await times()) === 2);
    const [row] = await become(await mail(), 'held');
    expect((row.next_attempt_at - row.updated_at) / 1_000).toBeGreaterThan(50);
    expect(await events('provider.degraded')).toHaveLength(1);
  });
});

it('what was given back can not be settled by who held it before', async () => {
  holdHands(app);
  await provider('main', one.port);
  const id = await mail();
  const deliveries = app.get(DeliveriesService);
  const claim = async () => {
    const [{ client_id, id: delivery, attempt_count }] = await rows(id);
    return (await deliveries.claim({ client_id, id: delivery, attempt_count }))!;
  };
  const first = await claim();
  const hold = holdVerdict(
    first,
    { decision: '', reason: 'none_available' },
    { reason: 'rate_limited', until: 0 },
    EMAIL,
  );
  expect(await deliveries.hold(first, hold)).toMatchObject({
    from: 'sending',
    row: { status: 'held', attempt_count: 0 },
  });
  await become(id, 'pending');
  const second = await claim();
  expect([second.attempt_count, second.holds]).toEqual([first.attempt_count, 1]);
  // Its answer was lost on the way, and it is said again; or it was sent after all.
  const accepted: Outcome = { kind: 'accepted' };
  const verdict = judge(first, accepted, { decision: 'main', reason: 'order' }, false, EMAIL);
  expect(await deliveries.hold(first, hold)).toBeNull();
  expect(await deliveries.settle({ delivery: first, attempt: attemptOf(accepted, 'main', 1), verdict })).toBeNull();
  expect(
    await deliveries.settle({ delivery: second, attempt: attemptOf(accepted, 'main', 1), verdict }),
  ).not.toBeNull();
});

describe('caps', () => {
  it('of an hour and a day let others take over, and hold what nobody takes until they end or are raised', async () => {
    await provider('main', one.port, { is_primary: true, hourly_cap: 2 });
    await provider('spare', two.port, { daily_cap: 1 });
    const id = await mail(4);
    const settled = await become(id, 'over', (all) => all.every(({ status }) => ['sent', 'held'].includes(status)));
    const by = (name: string | null) => settled.filter((row) => row.provider === name);
    expect([by('main').length, by('spare').length, by(null).length]).toEqual([2, 1, 1]);
    expect(by('spare')[0].routing).toMatchObject({
      reason: 'failover',
      skipped: [{ provider: 'main', reason: 'quota_exhausted' }],
    });
    const [held] = by(null);
    expect(held).toMatchObject({ reason: 'quota_exhausted', attempt_count: 0 });
    const [{ hour }] = await truth.query<any>(
      `select date_trunc('hour', clock_timestamp(), 'UTC') + interval '1 hour' as hour`,
    );
    expect(Math.abs(held.next_attempt_at - hour)).toBeLessThan(2_000);
    expect(await mail().then((next) => become(next, 'held'))).toHaveLength(1);
    await client.request('PATCH', '/clients/me/providers/main', { body: { hourly_cap: 10 } });
    await become(id, 'sent');
    const [used] = await truth.query<any>(`select max(hour_used) as n from provider_usage where client_id = $1`, [
      client.id,
    ]);
    expect(used.n).toBe(4);
  });

  it('count what a provider got, over all processes, and nothing that it did not get', async () => {
    await provider('main', CLOSED_PORT, { hourly_cap: 2 });
    await become(await mail(), 'retrying');
    const route = await routeOf('main');
    await until('it to be given back', async () => {
      const rows = await truth.query<any>('select hour_used from provider_usage where client_id = $1', [client.id]);
      return rows[0]?.hour_used === 0;
    });
    const [here, there] = [new ProviderQuotas(app.get(UsageRepository)), new ProviderQuotas(app.get(UsageRepository))];
    const grants = await Promise.all([here, there].flatMap((quotas) => [quotas.take(route, 1), quotas.take(route, 1)]));
    expect(grants.map(({ granted }) => granted).toSorted()).toEqual([0, 0, 1, 1]);
    await truth.query(
      `update provider_usage set hour = hour - interval '1 hour', day = day - interval '1 day' where client_id = $1`,
      [client.id],
    );
    expect((await here.take(route, 5)).granted).toBe(2);
  });

  it('that are changed release what is held of their own client; those of the operator, of every client', async () => {
    const other = await app.client();
    const held: Record<string, string> = {};
    for (const tenant of [client, other]) {
      await provider('main', one.port, { daily_cap: 1 }, tenant);
      for (let n = 0; n < 2; n++) {
        const body = { recipients: people(1), channels: { email: { subject: 's', text: 't' } } };
        held[tenant.id] = (await tenant.request('POST', '/notifications', { body })).body.id;
        await become(held[tenant.id]!, n === 0 ? 'sent' : 'held');
      }
    }
    const waits = async (of: TestClient) =>
      (await rows(held[of.id]!)).map(({ status, holds }: any) => [status, holds]).toString();
    const again = (of: TestClient, times: number) =>
      until('it to be held again', async () => (await waits(of)) === `held,${times}`);
    const releases = app.get(Releases);
    await releases.release(client.id, 'email');
    await again(client, 2);
    // What waits for another channel is not concerned.
    const before = await rows(held[client.id]!);
    await releases.release(client.id, 'pigeon');
    expect(await rows(held[client.id]!)).toEqual(before);
    await releases.release(OPERATOR, 'email');
    await again(client, 3);
    await again(other, 2);
    // Had anything more been released, it had been held once more.
    expect([await waits(client), await waits(other)]).toEqual(['held,3', 'held,2']);
  });

  it("of the operator's providers hold for all clients together", async () => {
    const config = { host: '127.0.0.1', port: one.port, secure: false };
    const house = {
      name: 'house',
      channel: 'email',
      provider_type: 'smtp',
      from_email: 'h@example.com',
      hourly_cap: 1,
    };
    const other = await NestApp.start({ env: { DEFAULT_PROVIDERS: JSON.stringify([{ ...house, config }]) } });
    const became: unknown[] = [];
    for (let n = 0; n < 2; n++) {
      const tenant = await other.client();
      await tenant.request('POST', '/notifications', {
        body: { recipients: people(1), channels: { email: { subject: 's', text: 't' } } },
      });
      const [row] = await until('it to be settled', async () => {
        const found = await other.sql('select status, reason, routing from deliveries where client_id = $1', [
          tenant.id,
        ]);
        return ['sent', 'held'].includes(found[0]?.status) && found;
      });
      became.push([row.status, row.reason, row.routing.reason]);
    }
    await other.stop();
    expect(became).toEqual([
      ['sent', null, 'default'],
      ['held', 'quota_exhausted', 'none_available'],
    ]);
  });

  it('of a second space what goes', async () => {
    await provider('slow', one.port, { rate_limit_per_second: 5 });
    const id = await mail(14);
    const begun = performance.now();
    await become(id, 'sent');
    const took = performance.now() - begun;
    expect(took).toBeGreaterThan(2_000);
    expect(took).toBeLessThan(8_000);
    expect(one.messages).toHaveLength(14);
  });

  it('of a second hold what would wait for long with its room taken, one behind the other', async () => {
    await provider('slow', one.port, { rate_limit_per_second: 1 });
    const id = await mail(8);
    const isHeld = (row: any) => row.status === 'held';
    const held = (await become(id, 'held', (all) => all.filter(isHeld).length >= 4)).filter(isHeld);
    expect(held.map(({ reason, attempt_count }) => [reason, attempt_count])).toEqual(
      held.map(() => ['rate_limited', 0]),
    );
    const times = held.map(({ next_attempt_at }) => Number(next_attempt_at));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan((held.length - 1) * 700);
    expect((await client.request('POST', `/notifications/${id}/cancel`, { body: {} })).status).toBe(200);
  });
});

describe('a provider that takes many in one call', () => {
  const calls: OutboundDelivery[][] = [];
  let answer: (delivery: OutboundDelivery) => Outcome = () => ({ kind: 'accepted' });
  let told: (delivery: { id: string }) => Outcome = () => ({ kind: 'accepted', provider_message_id: 'found' });

  beforeAll(() => {
    const descriptor: ProviderDescriptor<any, any> = {
      ...MANY,
      create: () => ({
        send: async (batch) => {
          calls.push(batch);
          return batch.map((delivery) => answer(delivery));
        },
        reconcile: async (batch) => batch.map((delivery) => told(delivery)),
      }),
    };
    Object.assign(MANY, descriptor);
    app.get(ProviderRegistry).register(MANY);
  });
  beforeEach(async () => {
    calls.length = 0;
    answer = () => ({ kind: 'accepted' });
  });
  const many = (more: object = {}) => provider('many', 1, { provider_type: 'many', config: { url: 'x' }, ...more });
  const sizes = () => calls.map((batch) => batch.length).toSorted((a, b) => b - a);

  it('gets all of a notification at once, each with an outcome of its own', async () => {
    await many();
    const refused: Outcome = { kind: 'permanent', fault: 'recipient', code: 'no_such_user', message: 'No.' };
    answer = ({ address }) => (address === 'p7@example.com' ? refused : { kind: 'accepted' });
    const id = await mail(150);
    const all = await become(id, 'over', (rows) => rows.every(({ status }) => ['sent', 'failed'].includes(status)));
    expect(sizes()).toEqual([150]);
    expect(new Set(calls.flat().map(({ address }) => address)).size).toBe(150);
    expect(all.filter(({ status }) => status === 'failed').map(({ address, reason }) => [address, reason])).toEqual([
      ['p7@example.com', 'no_such_user'],
    ]);
  });

  it('gets no more in a call than it takes, and two notifications in two', async () => {
    await many({ max_recipients: 40 });
    const [first, second] = await Promise.all([mail(90), mail(30)]);
    await become(first, 'sent');
    await become(second, 'sent');
    expect(sizes()).toEqual([40, 40, 30, 10]);
    for (const batch of calls) expect(new Set(batch.map(({ content }) => content)).size).toBe(1);
  });

  it('gets what failed together together again', async () => {
    await many();
    answer = () => ({ kind: 'retryable', fault: 'provider', code: 'http_500', message: 'Oh.' });
    const id = await mail(60);
    const all = await become(id, 'retrying');
    const times = all.map(({ next_attempt_at }) => Number(next_attempt_at));
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(1_000);
    answer = () => ({ kind: 'accepted' });
    await truth.bringRetriesForward();
    await become(id, 'sent');
    expect(sizes()).toEqual([60, 60]);
  });

  it('is asked what became of what it may have taken, before that is sent again', async () => {
    await many();
    answer = () => ({ kind: 'unknown', fault: 'provider', code: 'connection_lost', message: 'Gone.' });
    const id = await mail(3);
    await become(id, 'unknown');
    answer = () => ({ kind: 'accepted' });
    const verdicts: Record<string, Outcome> = {
      'p0@example.com': { kind: 'accepted', provider_message_id: 'found' },
      'p1@example.com': { kind: 'retryable', fault: 'provider', code: 'not_there', message: 'Not there.' },
      'p2@example.com': { kind: 'permanent', fault: 'recipient', code: 'bounced', message: 'No.' },
    };
    told = (delivery) => verdicts[(delivery as OutboundDelivery).address!]!;
    await truth.bringRetriesForward();
    const all = await become(id, 'over', (rows) => rows.every(({ status }) => ['sent', 'failed'].includes(status)));
    const byAddress = all.map((row) => [
      row.address,
      row.status,
      row.reason,
      row.attempt_count,
      row.provider_message_id,
    ]);
    expect(byAddress.toSorted()).toEqual([
      ['p0@example.com', 'sent', null, 1, 'found'],
      ['p1@example.com', 'sent', null, 2, null],
      ['p2@example.com', 'failed', 'bounced', 1, null],
    ]);
    expect(sizes()).toEqual([3, 1]);
  });

  it('gets nothing along with another that was suppressed, cancelled or is over since, or is of another lane', async () => {
    await many();
    answer = () => ({ kind: 'retryable', fault: 'provider', code: 'http_500', message: 'Oh.' });
    const id = await mail(6);
    const all = await become(id, 'retrying');
    holdHands(app);
    answer = () => ({ kind: 'accepted' });
    await client.request('POST', '/suppressions', { body: { address: 'p1@example.com', reason: 'bounce' } });
    const change = (set: string, address: string) =>
      truth.query(`update open_deliveries set ${set} where source_id = $1 and address = $2`, [id, address]);
    await change('cancel_requested = true', 'p2@example.com');
    await change(`expires_at = clock_timestamp() - interval '1 second'`, 'p3@example.com');
    await change(`lane = 'email:other'`, 'p4@example.com');
    await truth.bringRetriesForward();
    const deliveries = app.get(DeliveriesService);
    const { client_id, id: first, attempt_count } = all.find(({ address }) => address === 'p0@example.com');
    const claimed = (await deliveries.claim({ client_id, id: first, attempt_count }))!;
    await app.get(AttemptsService).attempt([claimed], () => undefined);
    expect(
      calls
        .at(-1)!
        .map(({ address }) => address)
        .toSorted(),
    ).toEqual(['p0@example.com', 'p5@example.com']);
    const became = (await rows(id)).map(({ address, status, reason }) => [address, status, reason]);
    expect(became).toEqual(expect.arrayContaining([['p1@example.com', 'suppressed', 'bounce']]));
  });

  it('is counted as it got them, also what it refused or may have taken, and not what it never got', async () => {
    await many({ daily_cap: 100 });
    const outcomes: Record<string, Outcome> = {
      'p1@example.com': { kind: 'permanent', fault: 'recipient', code: 'no_such_user', message: 'No.' },
      'p2@example.com': { kind: 'unknown', fault: 'provider', code: 'connection_lost', message: 'Gone.' },
      'p3@example.com': { kind: 'retryable', fault: 'recipient', code: 'mailbox_full', message: 'Full.' },
      'p4@example.com': { kind: 'retryable', fault: 'provider', code: 'connection_failed', message: 'Away.' },
    };
    answer = ({ address }) => outcomes[address!] ?? { kind: 'accepted' };
    const id = await mail(5);
    await become(id, 'over', (all) => all.every((row) => row.attempt_count === 1 && row.status !== 'sending'));
    const used = await until('something to be given back', async () => {
      const [row] = await truth.query<any>('select day_used as n from provider_usage where client_id = $1', [
        client.id,
      ]);
      return row.n < 5 && row.n;
    });
    expect(used).toBe(4);
  });
});
