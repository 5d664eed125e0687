import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import { ProviderEvents } from '../../src/engine/deliveries/told/provider-events.js';
import { ProviderPoller } from '../../src/engine/deliveries/told/provider-poller.js';
import { Reconciler } from '../../src/engine/deliveries/told/reconciler.js';
import { Sweeper } from '../../src/engine/deliveries/upkeep/sweeper.js';
import { SweeperRepository } from '../../src/engine/deliveries/upkeep/sweeper.repository.js';
import { Transitions } from '../../src/engine/deliveries/transitions.js';
import { ProviderRegistry } from '../../src/engine/providers/provider.registry.js';
import { ProviderRoutes } from '../../src/engine/providers/provider-routes.js';
import type { TestClient } from '../support/app.js';
import { holdHands } from '../support/hands.js';
import { MailgunServer } from '../support/mailgun.js';
import { NestApp } from '../support/nest-app.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

let app: NestApp;
let mailgun: MailgunServer;
let client: TestClient;
let truth: Truth;

beforeAll(async () => {
  [app, mailgun] = await Promise.all([NestApp.start(), MailgunServer.start()]);
  truth = new Truth(app.database);
});
afterAll(async () => {
  await app.stop();
  await mailgun.stop();
});
beforeEach(async () => {
  mailgun.forget();
  client = await app.client();
  await provider('mg');
});
afterEach(async () => {
  jest.restoreAllMocks();
  await truth.expectBalancedLedger(client.id);
});

const provider = async (name: string, more: object = {}) => {
  const body = { name, provider_type: 'mailgun', from_email: 'a@example.com', config: mailgun.config, ...more };
  expect((await client.request('POST', '/clients/me/email-providers', { body })).status).toBe(201);
};
const mail = async (count = 1, of = client): Promise<string> => {
  const { status, body } = await of.request('POST', '/notifications', {
    body: {
      recipients: Array.from({ length: count }, (_, n) => ({ email: `p${n}@example.com` })),
      channels: { email: { subject: 's', text: 't' } },
    },
  });
  expect([status, body]).toEqual([202, body]);
  return body.id;
};
const rows = (id: string) => truth.query<any>('select * from deliveries where source_id = $1 order by address', [id]);
const become = (id: string, status: string) =>
  until(`the deliveries to be ${status}`, async () => {
    const found = await rows(id);
    return found.length > 0 && found.every((row) => row.status === status) && found;
  });
const waitOf = ({ next_attempt_at }: any) => (next_attempt_at - Date.now()) / 60_000;
/** As if the time of the next look had come, which the sweep need not find by itself. */
const bringForward = async () => {
  await truth.bringRetriesForward();
  await app.get(Reconciler).settle(500);
};
/** @returns the deliveries when it is over */
const look = async (id: string) => {
  const looks = (all: any[]) => all.map(({ routing }) => routing.unknown?.looks ?? 0);
  const before = looks(await rows(id));
  await bringForward();
  return until('it to be asked about', async () => {
    const found = await rows(id);
    return found.every((row, at) => row.status !== 'unknown' || looks(found)[at] > before[at]!) && found;
  });
};

describe('an outcome that is unknown', () => {
  it('was taken though its connection broke: each recipient is recorded as sent, and nothing is sent again', async () => {
    // What it would find out later is not what is meant here.
    jest.spyOn(app.get(ProviderPoller), 'round').mockResolvedValue();
    mailgun.answerWith('taken-and-reset');
    const id = await mail(4);
    const unknown = await become(id, 'unknown');
    for (const row of unknown) expect(waitOf(row)).toBeCloseTo(1, 0);
    const [message] = mailgun.messages;
    const about = (at: number) => ({ 'user-variables': { delivery_id: unknown[at].id } });
    mailgun.event('delivered', 'p1@example.com', message!.id, about(1));
    mailgun.event('failed', 'p2@example.com', message!.id, { ...about(2), severity: 'permanent', reason: 'bounce' });
    await bringForward();
    // What became of it since is known with it.
    const settled = await until('them to be settled', async () => {
      const found = await rows(id);
      return found.map(({ status }) => status).join() === 'sent,delivered,failed,sent' && found;
    });
    for (const row of settled)
      expect(row).toMatchObject({ provider: 'mg', attempt_count: 1, provider_message_id: message!.id });
    expect(mailgun.asked.filter((query) => query['message-id'])).toHaveLength(1);
    expect(mailgun.messages).toHaveLength(1);
    const { body } = await client.request('GET', '/suppressions');
    expect(body.data).toMatchObject([{ address: 'p2@example.com', reason: 'bounce' }]);
    const shown = await client.request('GET', `/deliveries/${settled[0].id}`);
    expect(shown.body.attempts).toMatchObject([{ number: 1, status: 'unknown' }]);
    expect(shown.body.routing).toEqual({ decision: 'mg', reason: 'order' });
  });

  it('was taken though a gateway gave up, and its events come late', async () => {
    mailgun.answerWith({ status: 504, taken: true });
    mailgun.eventsAreLate = true;
    const id = await mail();
    expect((await become(id, 'unknown'))[0]).toMatchObject({ reason: 'http_504' });
    const [row] = await look(id);
    expect(row).toMatchObject({ status: 'unknown', routing: { unknown: { looks: 1 } } });
    expect(waitOf(row)).toBeCloseTo(5, 0);
    mailgun.showEvents();
    expect((await look(id))[0]).toMatchObject({ status: 'sent', attempt_count: 1, reason: null });
    expect(mailgun.messages).toHaveLength(1);
  });

  it('was not taken: after the last of four looks it is sent once more', async () => {
    mailgun.answerWith('reset');
    const id = await mail();
    await become(id, 'unknown');
    for (const minutes of [5, 15, 30]) {
      const [row] = await look(id);
      expect(row.status).toBe('unknown');
      expect(waitOf(row)).toBeCloseTo(minutes, 0);
      expect(mailgun.messages).toHaveLength(0);
    }
    await bringForward();
    expect((await become(id, 'sent'))[0]).toMatchObject({ attempt_count: 2 });
    expect(mailgun.asked.filter((query) => query['message-id'])).toHaveLength(4);
    expect(mailgun.messages).toHaveLength(1);
  });

  it('stays unknown while nobody answers, and is tried again or given up by the policy', async () => {
    mailgun.answerWith('taken-and-reset');
    const [again, never] = [await mail(), await mail()];
    await become(never, 'sent');
    mailgun.answerWith('taken-and-reset');
    const given = await mail();
    await become(again, 'unknown');
    await become(given, 'unknown');
    await truth.query('update open_deliveries set max_attempts = 1 where source_id = $1', [given]);
    const away = () => {
      for (let n = 0; n < 4; n++) mailgun.answerEventsWith({ status: 500, body: { message: 'Oh.' } });
    };
    for (let n = 0; n < 3; n++) {
      away();
      expect([...(await look(again)), ...(await rows(given))].map(({ status }) => status)).toEqual([
        'unknown',
        'unknown',
      ]);
    }
    away();
    await bringForward();
    expect((await become(given, 'failed'))[0]).toMatchObject({ reason: 'outcome_unknown', attempt_count: 1 });
    expect((await become(again, 'sent'))[0]).toMatchObject({ attempt_count: 2 });
  });

  it('is asked about as before when it is cancelled, another channel has its turn, or its time is over', async () => {
    jest.spyOn(app.get(ProviderPoller), 'round').mockResolvedValue();
    const endings: Record<string, (id: string) => Promise<unknown>> = {
      cancelled: (id) => client.request('POST', `/notifications/${id}/cancel`, { body: {} }),
      expired: (id) =>
        truth.query('update open_deliveries set expires_at = clock_timestamp() where source_id = $1', [id]),
      fallback: (id) =>
        truth.query('update notification_chains set due_at = clock_timestamp() where notification_id = $1', [id]),
    };
    const send = async (reason: string, answer: 'taken-and-reset' | 'reset') => {
      mailgun.answerWith(answer);
      const { body } = await client.request('POST', '/notifications', {
        body: {
          recipients: [{ user_id: 'u', email: `${reason}.${answer}@example.com` }],
          channels: { email: { subject: 's', text: 't' }, ...(reason === 'fallback' && { websocket: { title: 't' } }) },
          ...(reason === 'fallback' && {
            fallback: [{ channel: 'email' }, { channel: 'websocket', until: 'sent' }],
            strategy: 'fallback',
          }),
        },
      });
      const mailOf = async () => (await rows(body.id)).find(({ channel }) => channel === 'email');
      await until('its outcome to be unknown', async () => (await mailOf()).status === 'unknown');
      await endings[reason]!(body.id);
      if (reason === 'fallback') await until('the next channel', async () => (await rows(body.id)).length === 2);
      return mailOf;
    };
    const taken = [];
    const lost = [];
    for (const reason of Object.keys(endings)) {
      taken.push(await send(reason, 'taken-and-reset'));
      lost.push(await send(reason, 'reset'));
      // One that gets through between, so that the provider is not taken to be out.
      await become(await mail(), 'sent');
    }
    await app.get(Sweeper).sweep();
    for (const mailOf of [...taken, ...lost]) expect((await mailOf()).status).toBe('unknown');
    const messages = mailgun.messages.length;
    // As if it had been asked for half an hour.
    await truth.query(`update open_deliveries set updated_at = updated_at - interval '1 hour' where client_id = $1`, [
      client.id,
    ]);
    await bringForward();
    const ended = (all: (() => Promise<any>)[]) =>
      until('them to end', async () => {
        const found = await Promise.all(all.map((mailOf) => mailOf()));
        return found.every(({ status }) => status !== 'unknown' && status !== 'retrying') && found;
      });
    for (const row of await ended(taken))
      expect(row).toMatchObject({ status: 'sent', reason: null, provider_message_id: expect.any(String) });
    expect((await ended(lost)).map(({ status, reason }) => [status, reason])).toEqual([
      ['cancelled', 'cancelled'],
      ['expired', 'expired'],
      ['cancelled', 'fallback'],
    ]);
    expect(mailgun.messages).toHaveLength(messages);
  });

  it('of a worker that was lost is asked of whoever may have had it, and is theirs then', async () => {
    const letGo = holdHands(app);
    const id = await mail(3);
    const claimed = [];
    for (const { client_id, id: delivery, attempt_count } of await rows(id))
      claimed.push((await app.get(DeliveriesService).claim({ client_id, id: delivery, attempt_count }))!);
    const { routes } = await app.get(ProviderRoutes).of(client.id, 'email');
    const outbound = claimed.slice(0, 2).map((one) => ({ ...one, message_id: one.id, content: one.content }));
    await routes[0]!.provider.send(outbound, routes[0]!.config, AbortSignal.timeout(60_000));
    await truth.expireLeases();
    for (const row of await become(id, 'unknown')) expect(row).toMatchObject({ reason: 'worker_lost', provider: null });
    const [first, second, third] = await look(id);
    for (const row of [first, second])
      expect(row).toMatchObject({ status: 'sent', provider: 'mg', provider_message_id: mailgun.messages[0]!.id });
    expect(third).toMatchObject({ status: 'unknown', provider: null });
    letGo();
    // As if half an hour had gone by without a look.
    await truth.query(`update open_deliveries set updated_at = updated_at - interval '1 hour' where source_id = $1`, [
      id,
    ]);
    await bringForward();
    await become(id, 'sent');
    expect(mailgun.messages.map(({ to }) => to.toSorted())).toEqual([
      ['p0@example.com', 'p1@example.com'],
      ['p2@example.com'],
    ]);
  });

  it('is asked about by one process, and recorded once', async () => {
    const two = [1, 2].map(
      () =>
        new Reconciler(
          app.get(SweeperRepository),
          app.get(Transitions),
          app.get(ProviderRegistry),
          app.get(ProviderRoutes),
          app.get(ProviderEvents),
        ),
    );
    jest.spyOn(app.get(Reconciler), 'settle').mockResolvedValue();
    mailgun.answerWith('taken-and-reset');
    const id = await mail(3);
    await become(id, 'unknown');
    await truth.bringRetriesForward();
    await Promise.all(two.map((one) => one.settle(500)));
    await become(id, 'sent');
    expect(mailgun.asked.filter((query) => query['message-id'])).toHaveLength(1);
    const told = await truth.query(`select 1 from events where client_id = $1 and type = 'delivery.sent'`, [client.id]);
    expect(told).toHaveLength(3);
  });

  it('of a client whose settings can not be read holds up nobody else, and is not tried again for that', async () => {
    const other = client;
    mailgun.answerWith('taken-and-reset');
    const stuck = await mail();
    await become(stuck, 'unknown');
    client = await app.client();
    await provider('mg');
    mailgun.answerWith('taken-and-reset');
    const id = await mail();
    await become(id, 'unknown');
    const routes = app.get(ProviderRoutes);
    const read = routes.of.bind(routes);
    const broken = jest.spyOn(routes, 'of').mockImplementation((clientId, channel) => {
      if (clientId === other.id) return Promise.reject(new Error('no key'));
      return read(clientId, channel);
    });
    await truth.bringRetriesForward();
    await become(id, 'sent');
    expect((await rows(stuck))[0]).toMatchObject({ status: 'unknown' });
    broken.mockRestore();
    expect((await look(stuck))[0]).toMatchObject({ status: 'sent', attempt_count: 1 });
  });
});
