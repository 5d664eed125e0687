import { createServer, type AddressInfo, type Socket } from 'node:net';
import { attemptOf } from '../../src/engine/deliveries/attempts/attempt-record.js';
import { DeliveriesRepository } from '../../src/engine/deliveries/deliveries.repository.js';
import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import type { DeliveryRow, Settlement } from '../../src/engine/deliveries/delivery.js';
import { judge } from '../../src/engine/deliveries/attempts/retry.js';
import type { Outcome } from '../../src/engine/providers/provider.js';
import { ProviderRoutes } from '../../src/engine/providers/provider-routes.js';
import { WEBHOOK } from '../../src/engine/providers/webhook/webhook.channel.js';
import { Workers } from '../../src/engine/deliveries/dispatch/workers.js';
import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

describe('what one receiver says', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const deliveriesOf = (id: string) =>
    app.database.query<DeliveryRow>('select * from deliveries where source_id = $1', [id]);

  it('is stored as what PostgreSQL can hold of it', async () => {
    const said = { connected: 0 };
    const smtp = createServer((socket: Socket) => {
      said.connected++;
      let inBody = false;
      let last = '';
      socket.on('error', () => undefined);
      socket.write('220 hello\r\n');
      socket.on('data', (chunk: Buffer) => {
        for (const line of (last + chunk.toString()).split('\r\n').slice(0, -1)) {
          if (inBody && line !== '.') continue;
          const wasBody = inBody;
          inBody = /^DATA/i.test(line);
          socket.write(
            inBody
              ? '354 go on\r\n'
              : wasBody
                ? '250 2.0.0 O\0K \0\r\n'
                : /^QUIT/i.test(line)
                  ? '221 bye\r\n'
                  : '250 fine\r\n',
          );
        }
        last = /[^\n]*$/.exec(last + chunk.toString())![0];
      });
    }).listen(0, '127.0.0.1');
    await until('the server', () => smtp.listening);
    const client = await app.client();
    const config = { host: '127.0.0.1', port: (smtp.address() as AddressInfo).port, secure: false };
    const made = await client.request('POST', '/clients/me/email-providers', {
      body: { name: 'a', provider_type: 'smtp', from_email: 'a@example.com', config },
    });
    expect(made.status).toBe(201);
    const { body } = await client.request('POST', '/notifications', {
      body: { recipients: [{ email: 'b@example.com' }], channels: { email: { subject: 's', text: 't' } } },
    });
    await until('the mail to be sent', async () => (await deliveriesOf(body.id))[0]?.status === 'sent');
    const shown = await client.request('GET', `/notifications/${body.id}`);
    expect(shown.body.deliveries[0].attempts).toMatchObject([
      { number: 1, status: 'sent', response_body: '250 2.0.0 OK ' },
    ]);
    smtp.close();
  });

  it('keeps no other attempt of a batch from being recorded', async () => {
    holdHands(app); // the test claims and settles
    const receiver = await Receiver.start();
    const deliveries = app.get(DeliveriesService);
    const settlements: Settlement[] = [];
    for (let n = 0; n < 5; n++) {
      const client = await app.client();
      const { body } = await client.request('POST', '/notifications', {
        body: { channels: { webhook: { url: receiver.url, payload: { n } } } },
      });
      const [row] = await deliveriesOf(body.id);
      const delivery = (await deliveries.claim(row!))!;
      const accepted = { kind: 'accepted' } as const;
      settlements.push({
        delivery,
        attempt: attemptOf(accepted, 'webhook', 1),
        verdict: judge(delivery, accepted, { decision: 'webhook', reason: 'only' }, false, WEBHOOK),
      });
    }
    // Something that got past the cleaning.
    const bad = settlements[2]!;
    bad.attempt.error_message = '\u0000';
    const failed = jest.spyOn(app.get(DeliveriesRepository), 'settle');
    const stuck = deliveries.settle(bad);
    const others = settlements.filter((settlement) => settlement !== bad);
    expect(await Promise.all(others.map((settlement) => deliveries.settle(settlement)))).toMatchObject(
      others.map(() => ({ row: { status: 'delivered' } })),
    );
    // In the first pass over the batch: in halves of halves, not after the bad one was given up.
    expect(failed.mock.calls[0]![1]).toHaveLength(5);
    const firstPass = failed.mock.calls.slice(1, 9).filter(([, batch]) => !batch.includes(bad));
    expect(firstPass.flatMap(([, batch]) => batch)).toHaveLength(4);
    // It is still tried.
    bad.attempt.error_message = null;
    expect(await stuck).toMatchObject({ row: { status: 'delivered' } });
    await receiver.stop();
  });

  it('leaves the error of the last attempt on record, until one succeeds', async () => {
    holdHands(app);
    const receiver = await Receiver.start();
    const deliveries = app.get(DeliveriesService);
    const client = await app.client();
    const { body } = await client.request('POST', '/notifications', {
      body: { channels: { webhook: { url: receiver.url, payload: {} } }, max_retry_attempts: 3 },
    });
    const row = async () => (await deliveriesOf(body.id))[0]!;
    const shown = async () => (await client.request('GET', `/deliveries/${(await row()).id}`)).body;
    const routing = { decision: 'webhook', reason: 'only' } as const;
    const settle = async (outcome: Outcome, change: Partial<Settlement['verdict']> = {}) => {
      await app.database.query(`update open_deliveries set next_attempt_at = clock_timestamp() where id = $1`, [
        (await row()).id,
      ]);
      const delivery = (await deliveries.claim(await row()))!;
      const verdict = judge(delivery, outcome, routing, false, WEBHOOK);
      await deliveries.settle({
        delivery,
        attempt: attemptOf(outcome, 'webhook', 1),
        verdict: { ...verdict, ...change },
      });
      return shown();
    };
    const failure = (code: string): Outcome => ({ kind: 'retryable', fault: 'recipient', code, message: 'no' });
    expect(await shown()).toMatchObject({ status: 'pending', error_code: null });
    expect(await settle(failure('http_503'))).toMatchObject({ status: 'retrying', error_code: 'http_503' });
    // Nothing was tried, so there is no other error.
    expect(await settle(failure('rate_limited'), { status: 'held', reason: 'rate_limited' })).toMatchObject({
      status: 'held',
      reason: 'rate_limited',
      error_code: 'http_503',
      attempts: [{ error_code: 'http_503' }],
    });
    await app.database.query(`update open_deliveries set status = 'retrying' where id = $1`, [(await row()).id]);
    expect(await settle(failure('timeout'), { status: 'failed', delayMs: null })).toMatchObject({
      status: 'failed',
      error_code: 'timeout',
    });
    await client.request('POST', `/notifications/${body.id}/retry`, { body: {} });
    expect(await shown()).toMatchObject({ status: 'retrying', error_code: 'timeout' });
    expect(await settle({ kind: 'accepted' })).toMatchObject({ status: 'delivered', error_code: null });
    await receiver.stop();
  });

  it('nor what cannot be read of one client’s providers, what is claimed beside it', async () => {
    const workers = app.get(Workers);
    const take = workers.take.bind(workers);
    holdHands(app); // the test says what is taken together
    const receiver = await Receiver.start();
    const rows: DeliveryRow[] = [];
    for (let n = 0; n < 3; n++) {
      const client = await app.client();
      const { body } = await client.request('POST', '/notifications', {
        body: { channels: { webhook: { url: receiver.url, payload: { n } } } },
      });
      rows.push((await deliveriesOf(body.id))[0]!);
    }
    const routes = app.get(ProviderRoutes);
    const of = routes.of.bind(routes);
    jest.spyOn(routes, 'of').mockImplementation(async (clientId, channel) => {
      if (clientId === rows[0]!.client_id) throw new Error('a key of ENCRYPTION_KEYS is missing');
      return of(clientId, channel);
    });
    const due = rows.map(({ client_id, id, lane, attempt_count }) => ({ client_id, id, lane, attempt_count }));
    await take(
      due.map((row) => ({ ...row, holds: 0, priority: 2, due_in_ms: -1 })),
      10,
    );
    const statesOf = () => Promise.all(rows.map(async ({ source_id }) => (await deliveriesOf(source_id))[0]!));
    await until('all to be settled', async () => (await statesOf()).every(({ status }) => status !== 'sending'));
    const states = await statesOf();
    expect(states).toMatchObject([
      { status: 'retrying', attempt_count: 1, reason: 'provider_error' },
      { status: 'delivered', attempt_count: 1 },
      { status: 'delivered', attempt_count: 1 },
    ]);
    await receiver.stop();
  });
});
