import fc from 'fast-check';
import { ConnectionSampling } from '../../src/delivery/analytics/connection-sampling.js';
import { DeliveryHistograms1764800000000 } from '../../migrations/1764800000000-delivery-histograms.js';
import { RollupSpans1764900050000 } from '../../migrations/1764900050000-rollup-spans.js';
import { CountsFolding } from '../../src/delivery/analytics/counts-folding.js';
import { checkLedger, differenceLineOf } from '../../src/delivery/analytics/ledger-check.js';
import { CountsCheckRepository } from '../../src/engine/deliveries/upkeep/counts-check.repository.js';
import { binOf, Histogram } from '../../src/platform/common/log-histogram.js';
import { DeliveryCountsRepository } from '../../src/engine/deliveries/delivery-counts.repository.js';
import { Sweeper } from '../../src/engine/deliveries/upkeep/sweeper.js';
import { Database } from '../../src/platform/database/database.js';
import { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { closeSockets, connect } from '../support/socket.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

let app: NestApp;
let receiver: Receiver;
let client: TestClient;

beforeAll(async () => {
  app = await NestApp.start();
  receiver = await Receiver.start();
});
afterAll(async () => {
  await app.stop();
  await receiver.stop();
});
beforeEach(async () => {
  client = await app.client();
  receiver.respond(() => ({ status: 200 }));
});

const get = async (path: string, of = client) => {
  const { status, body } = await of.request('GET', path);
  expect(status).toBe(200);
  return body;
};
const webhook = (of = client, more: object = {}) =>
  of.request('POST', '/notifications', {
    body: { channels: { webhook: { url: `${receiver.url}/hook`, payload: {} } }, ...more },
  });
const ledgerOf = (of = client) => get('/analytics/ledger', of);
const settled = (of = client, open = 0) =>
  until('deliveries to settle', async () => {
    const { accepted, pending, sending, retrying, unknown } = await ledgerOf(of);
    return accepted > 0 && pending + sending + retrying + unknown === open;
  });
const check = (repair = false) => checkLedger(app.get(CountsCheckRepository), 400, repair);
const fold = () => app.get(CountsFolding).fold();

/** One delivered webhook, one that failed at once, one that is retried, one sent notification, one suppressed mail. */
async function someOfEach(): Promise<void> {
  receiver.respond((_, index) => ({ status: [200, 410, 503][index % 3]! }));
  for (const retries of [3, 3, 3]) {
    const seen = receiver.requests.length;
    await webhook(client, { max_retry_attempts: retries });
    await receiver.waitFor(seen + 1);
  }
  await client.request('PUT', '/users/ann', { body: {} });
  await client.request('POST', '/notifications', {
    body: {
      recipients: [{ user_id: 'ann' }],
      channels: { websocket: { title: 'Hi' }, email: { subject: 's', text: 't' } },
    },
  });
  await settled(client, 1);
}

describe('analytics of deliveries', () => {
  it('counts what became of them, before and after the counts are added up', async () => {
    // From the first request on, whoever else has used the receiver.
    receiver.requests.length = 0;
    await someOfEach();
    const states = { accepted: 5, delivered: 1, failed: 1, retrying: 1, sent: 1, suppressed: 1 };
    for (const again of [false, true]) {
      if (again) await fold();
      const { data, totals } = await get('/analytics/deliveries?interval=1h');
      expect(totals).toMatchObject({ ...states, attempts: 4, failed_attempts: 2, retries: 0 });
      expect(totals.failures).toEqual({ permanent: 1, retryable: 1, unknown: 0 });
      expect(totals.latency_ms.p50).toBeGreaterThan(0);
      expect(data.reduce((sum: number, row: any) => sum + row.accepted, 0)).toBe(5);
      expect(new Date(data[0].bucket).getUTCMinutes()).toBe(0);
      expect(await ledgerOf()).toMatchObject({ ...states, balanced: true, difference: 0 });
      const steps = await get('/analytics/ledger?interval=1h&group_by=channel&timezone=Asia/Kolkata');
      expect(steps).toMatchObject({ ...states, balanced: true, channels: expect.arrayContaining([]) });
      expect(steps.data.map(({ balanced }: any) => balanced)).not.toContain(false);
      expect(new Set(steps.data.map(({ group }: any) => group))).toEqual(new Set(['email', 'webhook', 'websocket']));
      const hours = await get('/analytics/ledger?interval=1h');
      expect(hours.data.reduce((sum: number, row: any) => sum + row.accepted, 0)).toBe(5);
      expect(hours.channels).toHaveLength(3);
    }
    const rows = await app.sql('select count(*)::int as n from delivery_deltas where client_id = $1', [client.id]);
    expect(rows).toEqual([{ n: 0 }]);

    const groupsOf = async (by: string) =>
      Object.fromEntries((await get(`/analytics/deliveries?group_by=${by}`)).data.map((row: any) => [row.group, row]));
    expect(await groupsOf('channel')).toMatchObject({
      webhook: { accepted: 3, delivered: 1, failed: 1, retrying: 1 },
      websocket: { accepted: 1, sent: 1 },
      email: { accepted: 1, suppressed: 1 },
    });
    expect(await groupsOf('provider')).toMatchObject({
      webhook: { accepted: 3, delivered: 1, failed: 1, retrying: 1, attempts: 3 },
      websocket: { accepted: 1, sent: 1 },
      null: { accepted: 1, suppressed: 1 },
    });
    expect(await groupsOf('status')).toMatchObject({
      delivered: { accepted: 1 },
      retrying: { accepted: 1, retrying: 1 },
    });
    expect(await groupsOf('error_code')).toMatchObject({
      gone: { failed_attempts: 1 },
      http_503: { failed_attempts: 1 },
    });

    const { totals } = await get('/analytics/latency?group_by=channel');
    expect(totals).toMatchObject({
      count: 2,
      first_attempt_ms: { count: 4 },
      sent_ms: { count: 2 },
      delivered_ms: { count: 1 },
    });
    // Who adds up numbers reads none of the histograms.
    const kept = await app.sql(
      `select bool_or(exists (select from jsonb_object_keys(r.counts) key where key ~ '^[fsd]:')) as bins_in_counts,
              array_agg(first_attempt) filter (where minutes = 15 and first_attempt <> '') as first_attempts
         from delivery_rollups r where client_id = $1`,
      [client.id],
    );
    const firstAttempts = new Histogram();
    for (const text of kept[0].first_attempts) firstAttempts.addText(text);
    expect([kept[0].bins_in_counts, firstAttempts.size]).toEqual([false, 4]);
    const [{ bucket }] = await app.sql('select max(bucket) as bucket from delivery_rollups where client_id = $1', [
      client.id,
    ]);
    await app.sql(
      `insert into delivery_deltas (client_id, bucket, channel, provider, counts) values ($1, $2, 'webhook', 'webhook', '{"f:3": 2}')`,
      [client.id, bucket],
    );
    for (const folded of [false, true]) {
      if (folded) await fold();
      expect((await get('/analytics/latency')).totals).toMatchObject({ count: 2, first_attempt_ms: { count: 6 } });
    }
    expect(await get('/notifications/stats')).toMatchObject({
      total_sent: 2,
      total_failed: 1,
      total_pending: 1,
      success_rate: 0.6667,
      by_type: { webhook: 3, websocket: 1, email: 1 },
      by_status: { delivered: 1, suppressed: 1 },
    });
    const both = await client.request('GET', `/notifications/stats?days=7&from=${new Date(0).toISOString()}`);
    expect([both.status, both.body.errors.map(({ field }: any) => field)]).toEqual([422, ['days', 'from']]);
    for (const days of [7, 400]) expect((await get(`/notifications/stats?days=${days}`)).total_sent).toBe(2);
  });

  it('moves what is delivered later to where it was accepted', async () => {
    const { api_key } = await client.login('bob');
    await client.request('POST', '/notifications', {
      body: { recipients: [{ user_id: 'bob' }], channels: { websocket: { title: 'Hi' } } },
    });
    await settled();
    const [row] = await app.sql('select id, user_pk from ended_deliveries where client_id = $1', [client.id]);
    const { DeliveriesService } = await import('../../src/engine/deliveries/deliveries.service.js');
    await app.get(DeliveriesService).acknowledge(client.id, row.user_pk, row.id);
    expect(await ledgerOf()).toMatchObject({ accepted: 1, sent: 0, delivered: 1, balanced: true });
    expect((await get('/analytics/latency')).totals.delivered_ms.count).toBe(1);
    expect((await app.request('GET', '/analytics/deliveries', { key: api_key })).status).toBe(403);
    const { body } = await client.request('POST', '/clients/scoped-keys', {
      body: { user_id: 'bob', permissions: ['read_analytics'] },
    });
    const seen = await app.request('GET', '/analytics/deliveries', { key: body.api_key });
    expect(seen.body.totals).toMatchObject({ accepted: 1, delivered: 1 });
  });

  it('gives rows as CSV to who accepts that', async () => {
    await webhook();
    await settled();
    const { headers, body } = await client.request('GET', '/analytics/deliveries?group_by=channel', {
      headers: { accept: 'text/csv' },
    });
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const [names, line] = body.split('\r\n');
    expect(names.split(',')).toEqual(expect.arrayContaining(['bucket', 'group', 'accepted', 'latency_ms.p95']));
    expect(line.split(',')[names.split(',').indexOf('delivered')]).toBe('1');
    const asked = (path: string, accept: string) => client.request('GET', path, { headers: { accept } });
    const ledger = await asked('/analytics/ledger', 'text/csv');
    expect(ledger.body).toMatch(/^channel,accepted,.*\r\nwebhook,1,/);
    for (const accept of ['text/csv;q=0.1,application/json', '*/*', 'text/csv;q=0, */*', 'application/json, text/csv'])
      expect((await asked('/analytics/ledger', accept)).body).toMatchObject({ accepted: 1 });
    for (const accept of [
      'application/json;q=0.1, text/*',
      'text/csv; charset=utf-8',
      'text/csv;header=present; q=0.9, */*;q=0.1',
    ])
      expect((await asked('/analytics/ledger', accept)).body).toBe(ledger.body);
    for (const [path, row] of [
      ['/metrics/hourly', /^bucket,messages,.*\r\n\d{4}-\d\d-\d\dT\d\d:00:00.000Z,0,/],
      ['/metrics/daily', /^bucket,messages,.*\r\n\d{4}-\d\d-\d\dT00:00:00.000Z,0,/],
      ['/notifications/stats', /^total_sent,total_failed,.*by_type.webhook.*\r\n1,0,/],
    ] as const)
      expect((await asked(path, 'text/csv')).body).toMatch(row);
    // Counted as accepted before a provider had tried: nothing of it is left where there is none.
    const { data } = await get('/analytics/deliveries?group_by=provider');
    expect(data).toMatchObject([{ group: 'webhook', accepted: 1, delivered: 1 }]);
  });

  it('makes percentiles of the whole from those of its parts, added up or not', async () => {
    const at = '2026-03-01T10:00:00Z';
    const into = (minutes: number, provider: string, ms: number, n: number) =>
      app.sql(
        `insert into delivery_deltas (client_id, bucket, channel, provider, counts)
         values ($1, $2::timestamptz + make_interval(mins => $3), 'email', $4, jsonb_build_object('s:' || $5::int, $6::int, 'sent', $6::int))`,
        [client.id, at, minutes, provider, binOf(ms), n],
      );
    await into(0, 'fast', 10, 80);
    await into(15, 'fast', 10, 10);
    await into(0, 'slow', 1_000, 6);
    await fold();
    await into(30, 'slow', 60_000, 2);
    await into(30, 'slow', 60_000, 2);
    const shown = (ms: number) => {
      const one = new Histogram();
      one.add(binOf(ms), 1);
      return one.percentile(0.5);
    };
    const of = (p50: number, p95: number, p99: number) => ({ p50: shown(p50), p95: shown(p95), p99: shown(p99) });
    const period = 'interval=1h&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z';
    const whole = of(10, 1_000, 60_000);
    const deliveries = await get(`/analytics/deliveries?${period}`);
    expect(deliveries.totals).toMatchObject({ sent: 100, latency_ms: whole });
    expect(deliveries.data).toMatchObject([{ bucket: '2026-03-01T10:00:00.000Z', latency_ms: whole }]);
    const { data, totals } = await get(`/analytics/latency?group_by=provider&${period}`);
    expect(totals).toMatchObject({ count: 100, latency_ms: whole, sent_ms: { count: 100, ...whole } });
    expect(data).toMatchObject([
      { group: 'fast', count: 90, latency_ms: of(10, 10, 10) },
      { group: 'slow', count: 10, latency_ms: of(1_000, 60_000, 60_000) },
    ]);
  });

  it.each([
    ['from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
    ['from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'to'],
    ['from=2020-01-01T00:00:00Z', 'from'],
    ['from=9999-12-31T23:59:59Z', 'from'],
    ['to=0001-01-01T00:00:00Z', 'to'],
    ['interval=15m&from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z', 'to'],
    ['timezone=Mars/Base', 'timezone'],
    ['interval=2h', 'interval'],
    ['group_by=address', 'group_by'],
    ['from=yesterday', 'from'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await client.request('GET', `/analytics/deliveries?${query}`);
    expect([status, body.errors[0].field]).toEqual([422, field]);
  });

  it('begins days and hours where the time zone does, also where clocks change', async () => {
    // Half past every hour, from midnight in Berlin on the day before the clocks go forward until midnight after it.
    await app.sql(
      `insert into delivery_deltas (client_id, bucket, channel, provider, counts)
       select $1, at, 'email', '', '{"accepted": 1, "sent": 1}'
         from generate_series('2026-03-27T23:30:00Z'::timestamptz, '2026-03-29T21:30:00Z', '1 hour') at`,
      [client.id],
    );
    const daysIn = async (zone: string) => {
      const { data } = await get(
        `/analytics/deliveries?interval=1d&timezone=${zone}&from=2026-03-27T00:00:00Z&to=2026-03-31T00:00:00Z`,
      );
      return data.map((row: any) => [row.bucket, row.accepted]);
    };
    expect(await daysIn('Europe/Berlin')).toEqual([
      ['2026-03-27T23:00:00.000Z', 24],
      ['2026-03-28T23:00:00.000Z', 23],
    ]);
    await app.sql(
      `insert into delivery_deltas (client_id, bucket, channel, provider, counts)
       select $1, at, 'email', '', '{"accepted": 1}'
         from generate_series('2026-10-24T22:30:00Z'::timestamptz, '2026-10-25T22:30:00Z', '1 hour') at`,
      [client.id],
    );
    const back = '&from=2026-10-24T00:00:00Z&to=2026-10-27T00:00:00Z&timezone=Europe/Berlin';
    const hours = (await get(`/analytics/deliveries?interval=1h${back}`)).data;
    expect([hours.length, (await get(`/analytics/deliveries?interval=1d${back}`)).data]).toMatchObject([
      25,
      [{ bucket: '2026-10-24T22:00:00.000Z', accepted: 25 }],
    ]);
    expect(await daysIn('UTC')).toEqual([
      ['2026-03-27T00:00:00.000Z', 1],
      ['2026-03-28T00:00:00.000Z', 24],
      ['2026-03-29T00:00:00.000Z', 22],
    ]);
    const { data } = await get(
      `/analytics/deliveries?interval=1h&timezone=Asia/Kolkata&from=2026-03-28T00:00:00Z&to=2026-03-28T02:00:00Z`,
    );
    expect(data.map((row: any) => row.bucket)).toEqual(['2026-03-28T00:30:00.000Z', '2026-03-28T01:30:00.000Z']);
  });
});

// What is not added up yet is put into its step by PostgreSQL; what is, was read in days, hours or quarters that make the steps up.
it('says the same of every step when it was added up, in every time zone', async () => {
  await app.sql(
    `insert into delivery_deltas (client_id, bucket, channel, provider, counts)
     select $1, at, 'email', '', jsonb_build_object('accepted', 1 + quarter % 7, 's:' || 20 + quarter % 97, 1 + quarter % 3,
                                                    'f:' || 10 + quarter % 89, 1, 'd:' || 30 + quarter % 83, 1)
       from generate_series('2026-03-07T00:00:00Z'::timestamptz, '2026-04-06T12:00:00Z', '15 minutes') at
      cross join lateral (select extract(epoch from at)::bigint / 900 as quarter) q`,
    [client.id],
  );
  const period = '&from=2026-03-07T05:20:00Z&to=2026-04-06T10:10:00Z';
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/Havana', // whose clocks go forward at midnight
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Kathmandu',
    'Australia/Lord_Howe', // whose clocks are changed by half an hour
    'Pacific/Kiritimati',
  ];
  const paths = [
    `/analytics/deliveries?interval=15m${period}`,
    ...zones.flatMap((zone) =>
      ['1h', '1d'].map((step) => `/analytics/deliveries?interval=${step}&timezone=${zone}${period}`),
    ),
    `/analytics/latency?interval=1d${period}`,
    `/analytics/latency?interval=1d&timezone=Europe/Berlin&group_by=channel${period}`,
    `/analytics/ledger?interval=1d${period}`,
    `/analytics/ledger?${period.slice(1)}`,
    `/notifications/stats?${period.slice(1)}`,
  ];
  const before: unknown[] = [];
  for (const path of paths) before.push(await get(path));
  await fold();
  for (const [n, path] of paths.entries()) expect([path, await get(path)]).toEqual([path, before[n]]);
  // Of the ledger of the month the quarters, hours and days that it was read in are all that it needs.
  await app.sql(
    `delete from delivery_rollups where client_id = $1
        and (minutes = 15 and bucket >= '2026-03-07T06:00:00Z' and bucket < '2026-04-06T10:00:00Z'
             or minutes = 60 and bucket >= '2026-03-08T00:00:00Z' and bucket < '2026-04-06T00:00:00Z')`,
    [client.id],
  );
  expect(await get(paths.at(-2)!)).toEqual(before.at(-2));
});

describe('the ledger', () => {
  it('balances after anything that happens at once, and any tampering is found', async () => {
    const other = await app.client();
    const fates = ['ok', 'gone', 'retry', 'cut', 'socket', 'none'] as const;
    const runs = fc.sample(fc.array(fc.constantFrom(...fates), { minLength: 15, maxLength: 25 }), 4);
    receiver.respond(({ path }) => {
      const fate = path.slice(1);
      return fate === 'cut'
        ? 'reset'
        : { status: { ok: 200, gone: 410, retry: Math.random() < 0.5 ? 503 : 200 }[fate] ?? 200 };
    });
    const send = (of: TestClient, fate: (typeof fates)[number]) =>
      of.request('POST', '/notifications', {
        headers: Math.random() < 0.3 ? { 'idempotency-key': Math.random().toString(36) } : {},
        body:
          fate === 'socket'
            ? { recipients: [{ user_id: 'ann' }, { user_id: 'ben' }], channels: { websocket: { title: 't' } } }
            : fate === 'none'
              ? { recipients: [{ user_id: 'ann' }], channels: { email: { subject: 's', text: 't' } } }
              : {
                  max_retry_attempts: Math.random() < 0.5 ? 0 : 2,
                  channels: { webhook: { url: `${receiver.url}/${fate}`, payload: {} } },
                },
      });
    let stop = false;
    const disturb = async () => {
      while (!stop) {
        await app.sql(
          `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where client_id = any ($1) and status = 'retrying'`,
          [[client.id, other.id]],
        );
        await app.get(Sweeper).sweep();
        await Promise.all([fold(), fold()]);
        const { balanced, difference } = await ledgerOf();
        expect({ balanced, difference }).toEqual({ balanced: true, difference: 0 });
      }
    };
    const disturbing = disturb();
    const answers = await Promise.all(
      runs.flatMap((run) => run.map((fate, at) => send(at % 4 ? client : other, fate))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    await settled();
    await settled(other);
    stop = true;
    await disturbing;
    const wanted = (await app.sql('select count(*)::int as n from deliveries where client_id = $1', [client.id]))[0].n;
    expect(await ledgerOf()).toMatchObject({ accepted: wanted, balanced: true });
    expect(await check()).toMatchObject({ differences: [] });

    // A state that nobody counted, a record that is gone, and counts that were made up.
    const [victim] = await app.sql(
      `select id, channel, status from ended_deliveries where client_id = $1 and status = 'delivered' limit 1`,
      [client.id],
    );
    await app.sql(`update ended_deliveries set status = 'failed' where id = $1`, [victim.id]);
    const found = (await check()).differences;
    expect(found.map(({ client_id, what, rows, counted }) => [client_id, what, rows - counted])).toEqual([
      [client.id, 'delivered', -1],
      [client.id, 'failed', 1],
    ]);
    expect(differenceLineOf(found[0]!)).toContain(client.id);
    await app.sql(`update ended_deliveries set status = 'delivered' where id = $1`, [victim.id]);
    expect((await check()).differences).toEqual([]);
    await app.sql(`delete from ended_deliveries where id = $1`, [victim.id]);
    expect((await check()).differences.map(({ what }) => what)).toEqual(['accepted', 'delivered']);
    expect((await check(true)).differences).toHaveLength(2);
    expect((await check()).differences).toEqual([]);
    await app.sql(
      `insert into delivery_deltas (client_id, bucket, channel, provider, counts)
       values ($1, date_bin('15 minutes', clock_timestamp(), 'epoch'), 'email', '', '{"accepted": 1}')`,
      [client.id],
    );
    expect(await ledgerOf()).toMatchObject({ balanced: false, difference: 1 });
    expect((await check()).differences).toMatchObject([{ what: 'accepted', channel: 'email' }]);
    await check(true);
    expect(await ledgerOf()).toMatchObject({ balanced: true });
  });

  it('does not balance where a delivery that was accepted is gone', async () => {
    receiver.respond(() => ({ status: 503 }));
    await webhook();
    await webhook(client, { max_retry_attempts: 0 });
    await settled(client, 1);
    expect(await ledgerOf()).toMatchObject({ accepted: 2, retrying: 1, failed: 1, balanced: true });
    await app.sql('delete from open_deliveries where client_id = $1', [client.id]);
    const missing = { accepted: 2, retrying: 0, failed: 1, balanced: false, difference: 1 };
    expect(await ledgerOf()).toMatchObject({ ...missing, channels: [{ channel: 'webhook', balanced: false }] });
    const steps = await get('/analytics/ledger?interval=15m&group_by=channel');
    expect(steps).toMatchObject(missing);
    expect(steps.data.filter(({ balanced }: any) => !balanced)).toHaveLength(1);
    expect((await check()).differences).toMatchObject([{ what: 'accepted', rows: 1, counted: 2 }]);
    await check(true);
  });

  it('is nobody else’s, and numbers whose time is over go', async () => {
    await webhook();
    await settled();
    expect((await ledgerOf(await app.client())).accepted).toBe(0);
    await fold();
    await app.sql(
      `insert into delivery_rollups (client_id, minutes, bucket, channel, provider, counts)
       select client_id, minutes, bucket - interval '500 days', channel, provider, counts from delivery_rollups where client_id = $1`,
      [client.id],
    );
    // Of each span one of what was accepted and one of what the webhook's provider made of it.
    expect(await app.get(DeliveryCountsRepository).prune(400, 100)).toBe(6);
    expect(await app.get(DeliveryCountsRepository).prune(400, 100)).toBe(0);
    expect((await ledgerOf()).accepted).toBe(1);
  });
});

it('histograms leave the counts, and come back into them, as the schema goes up and down', async () => {
  const runner = app.get(Database).dataSource.createQueryRunner();
  const counts = { accepted: 3, 'e:timeout': 1, 'f:12': 2, 's:12': 1, 's:40': 2, 'd:41': 1 };
  const read = () =>
    runner.query(`select to_jsonb(r) - 'client_id' as row from delivery_rollups r where client_id = $1`, [client.id]);
  await runner.startTransaction();
  try {
    await new RollupSpans1764900050000().down(runner);
    await new DeliveryHistograms1764800000000().down(runner);
    await runner.query(
      `insert into delivery_rollups (client_id, bucket, channel, provider, counts) values ($1, '2026-01-01T00:00:00Z', 'email', '', $2)`,
      [client.id, counts],
    );
    await new DeliveryHistograms1764800000000().up(runner);
    const [up] = await read();
    expect(up.row).toMatchObject({
      counts: { accepted: 3, 'e:timeout': 1 },
      first_attempt: { 12: 2 },
      sent: { 12: 1, 40: 2 },
      delivered: { 41: 1 },
    });
    await new DeliveryHistograms1764800000000().down(runner);
    const [down] = await read();
    expect(down.row.counts).toEqual(counts);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
});

it('counts by hours and days are made of those by quarters of an hour, and left out again, as the schema goes up and down', async () => {
  const runner = app.get(Database).dataSource.createQueryRunner();
  const read = (order = 'minutes, bucket') =>
    runner.query(
      `select to_jsonb(r) - 'client_id' as row from delivery_rollups r where client_id = $1 order by ${order}`,
      [client.id],
    );
  for (const [at, ms, n] of [
    ['2026-01-01T10:15:00Z', 100, 2],
    ['2026-01-01T10:45:00Z', 5_000, 40],
    ['2026-01-01T23:45:00Z', 100, 1],
  ] as const) {
    await app.sql(
      `insert into delivery_deltas (client_id, bucket, channel, provider, counts) values ($1, $2, 'email', 'main', $3)`,
      [client.id, at, { sent: n, 'e:timeout': 1, [`f:${binOf(ms)}`]: n, [`s:${binOf(ms)}`]: n }],
    );
  }
  await fold();
  await runner.startTransaction();
  try {
    const before = await read();
    expect(before.map(({ row }: any) => [row.minutes, row.bucket, row.counts])).toEqual([
      [15, '2026-01-01T10:15:00+00:00', { sent: 2, 'e:timeout': 1 }],
      [15, '2026-01-01T10:45:00+00:00', { sent: 40, 'e:timeout': 1 }],
      [15, '2026-01-01T23:45:00+00:00', { sent: 1, 'e:timeout': 1 }],
      [60, '2026-01-01T10:00:00+00:00', { sent: 42, 'e:timeout': 2 }],
      [60, '2026-01-01T23:00:00+00:00', { sent: 1, 'e:timeout': 1 }],
      [1440, '2026-01-01T00:00:00+00:00', { sent: 43, 'e:timeout': 3 }],
    ]);
    await new RollupSpans1764900050000().down(runner);
    const down = await read('bucket');
    expect(down.map(({ row }: any) => row.sent)).toEqual([
      { [binOf(100)]: 2 },
      { [binOf(5_000)]: 40 },
      { [binOf(100)]: 1 },
    ]);
    await new RollupSpans1764900050000().up(runner);
    expect(await read()).toEqual(before);
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
});

it('a process that has just begun knows how much of a quota is used', async () => {
  const database = await TestDatabase.create();
  const before = await NestApp.start({ database });
  const made = await before.client({
    limits: { quotas: { deliveries_per_channel: [{ channel: 'websocket', per_day: 3 }] } },
  });
  const notify = (of: TestClient, users: string[]) =>
    of.request('POST', '/notifications', {
      body: { recipients: users.map((user_id) => ({ user_id })), channels: { websocket: { title: 't' } } },
    });
  expect((await notify(made, ['a', 'b'])).status).toBe(202);
  await before.stop();
  const after = await NestApp.start({ database });
  const same = new TestClient(after, made.created);
  expect((await notify(same, ['a', 'b'])).status).toBe(429);
  expect((await notify(same, ['a'])).status).toBe(202);
  await after.stop();
  await database.drop();
});

describe('analytics of messages', () => {
  it('counts messages, who sent them and where, from the log', async () => {
    const rooms = [];
    for (const name of ['a', 'b']) {
      const body = { room_type: 'group', name, members: ['ann', 'ben'] };
      rooms.push((await client.master('ann').request('POST', '/rooms', { body })).body.id);
    }
    const say = (user: string | undefined, room: string) =>
      client.master(user).request('POST', `/rooms/${room}/messages`, { body: { content: 'x' } });
    await Promise.all([say('ann', rooms[0]), say('ann', rooms[1]), say('ben', rooms[0]), say(undefined, rooms[0])]);
    const counted = await until('the log to be read', async () => {
      const answer = await get('/analytics/messages?interval=15m');
      return answer.totals.messages === 4 && answer;
    });
    expect(counted.totals).toEqual({ messages: 4, active_users: 2, active_rooms: 2, peak_connections: 0 });
    expect(counted.data.reduce((sum: number, row: any) => sum + row.messages, 0)).toBe(4);
    const overview = await get('/metrics');
    expect(overview).toMatchObject({ users: 2, rooms: 2, connections: 0, messages: { messages: 4, active_users: 2 } });
    expect(overview.backlog).toEqual({ deliveries: 0, oldest_at: null });
    for (const steps of ['hourly', 'daily']) {
      const { data } = await get(`/metrics/${steps}`);
      expect(data.at(-1)).toMatchObject({ accepted: 0, active_rooms: 2 });
    }
    const sockets = await Promise.all(
      ['ann', 'ben', 'dan'].map(async (user) => connect(app, (await client.login(user)).key)),
    );
    expect((await get('/metrics')).connections).toBe(3);
    closeSockets();
    await until('them to be gone', async () => (await get('/metrics')).connections === 0);
    expect(sockets).toHaveLength(3);
    await app.get(ConnectionSampling).sample();
    const peaks = await get('/analytics/messages?interval=1d');
    expect([peaks.totals.peak_connections, peaks.data.at(-1).peak_connections]).toEqual([3, 3]);
    expect(await get('/metrics/user/ann')).toMatchObject({ user_id: 'ann', messages: 2, rooms: 2 });
    expect((await client.request('GET', '/metrics/user/nobody')).status).toBe(404);
    const other = await app.client();
    expect((await other.request('GET', '/metrics/user/ann')).status).toBe(404);
    const { body } = await client.request('POST', '/clients/scoped-keys', {
      body: { user_id: 'cleo', permissions: ['read_analytics'] },
    });
    expect((await app.request('GET', '/metrics/user/ann', { key: body.api_key })).status).toBe(404);
    expect((await app.request('GET', '/metrics/user/me', { key: body.api_key })).body).toMatchObject({ messages: 0 });
  });
});
