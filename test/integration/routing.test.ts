import { createServer, type AddressInfo, type Socket } from 'node:net';
import { NotificationDeliveries } from '../../src/delivery/notifications/notification-deliveries.js';
import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { SmtpSink } from '../support/smtp.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

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
    expect(first).toMatchObject({ provider: 'strange', reason: 'protocol_error', routing: { spent: { faults: 1 } } });
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
      ['strange', 'protocol_error'],
      ['strange', 'protocol_error'],
      ['good', null],
    ]);
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
