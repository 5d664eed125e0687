import { getEventListeners } from 'node:events';
import { attemptOf } from '../../src/engine/deliveries/attempts/attempt-record.js';
import { NotificationsRepository } from '../../src/delivery/notifications/notifications.repository.js';
import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import type { ClaimedDelivery, DeliveryRef, Settlement } from '../../src/engine/deliveries/delivery.js';
import { judge } from '../../src/engine/deliveries/attempts/retry.js';
import { Handover } from '../../src/engine/deliveries/attempts/handover.js';
import { Workers } from '../../src/engine/deliveries/dispatch/workers.js';
import { WebhookProvider } from '../../src/engine/providers/webhook/webhook.provider.js';
import type { Outcome } from '../../src/engine/providers/provider.js';
import { WEBHOOK } from '../../src/engine/providers/webhook/webhook.channel.js';
import { QueueBackend } from '../../src/platform/queue/queue.backend.js';
import type { TestClient } from '../support/app.js';
import { holdHands } from '../support/hands.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { SmtpSink } from '../support/smtp.js';
import { Truth } from '../support/truth.js';
import { until } from '../support/until.js';

describe.each(['postgres', 'redis'])('the delivery engine, queue on %s', (backend) => {
  let app: NestApp;
  let redis: TestRedis | null;
  let client: TestClient;
  let receiver: Receiver;
  let truth: Truth;

  beforeAll(async () => {
    redis = backend === 'redis' ? await TestRedis.start() : null;
    app = await NestApp.start(redis ? { env: { REDIS_URL: redis.url } } : {});
    expect(app.get(QueueBackend).name).toBe(backend);
    truth = new Truth(app.database);
  });
  afterAll(async () => {
    await app.stop();
    await redis?.stop();
  });
  beforeEach(async () => {
    client = await app.client();
    // A new one each time: what an earlier test left to be tried again must not come here.
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await receiver.stop();
    await truth.expectBalancedLedger(client.id);
  });

  const webhook = async (more: object = {}): Promise<string> => {
    const body = { channels: { webhook: { url: `${receiver.url}/hook`, payload: { n: 1 } } }, ...more };
    const answer = await client.request('POST', '/notifications', { body });
    expect(answer.status).toBe(202);
    return answer.body.id;
  };
  const row = async (notification: string) =>
    (await truth.query<any>('select * from deliveries where source_id = $1', [notification]))[0];
  const become = (notification: string, status: string) =>
    until(`the delivery to be ${status}`, async () => {
      const found = await row(notification);
      return found.status === status ? found : null;
    });
  const update = (notification: string, set: string) =>
    truth.query(`update open_deliveries set ${set} where source_id = $1`, [notification]);
  const get = async (id: string) => (await client.request('GET', `/notifications/${id}`)).body;
  const refOf = (found: any): DeliveryRef => ({
    client_id: found.client_id,
    id: found.id,
    attempt_count: found.attempt_count,
  });

  it('does not begin what it was held up with until it may be taken for lost, and gives it back untried', async () => {
    const letGo = holdHands(app);
    const id = await webhook();
    const deliveries = app.get(DeliveriesService);
    // By whichever way it is claimed first.
    const late = jest.fn((claimed: ClaimedDelivery) => claimed);
    late.mockImplementationOnce((claimed) => ({ ...claimed, begin_by: performance.now() }));
    const claim = deliveries.claim.bind(deliveries);
    const claimAll = deliveries.claimAll.bind(deliveries);
    jest.spyOn(deliveries, 'claimAll').mockImplementation(async (refs) => (await claimAll(refs)).map(late));
    jest.spyOn(deliveries, 'claim').mockImplementation(async (ref) => {
      const claimed = await claim(ref);
      return claimed && late(claimed);
    });
    const hold = jest.spyOn(deliveries, 'hold');
    letGo();
    expect(await become(id, 'delivered')).toMatchObject({ attempt_count: 1 });
    expect(hold.mock.calls).toMatchObject([[{ source_id: id, attempt_count: 1 }, { reason: 'worker_late' }]]);
    expect(receiver.requests).toHaveLength(1);
    expect(await truth.query('select 1 from attempts where client_id = $1', [client.id])).toHaveLength(1);
  });

  it('begins what it claimed also where what is to be sent cannot be read at first', async () => {
    const letGo = holdHands(app);
    const id = await webhook();
    const contents = jest
      .spyOn(app.get(NotificationsRepository), 'contents')
      .mockRejectedValueOnce(new Error('away'))
      .mockRejectedValueOnce(new Error('away'));
    letGo();
    expect(await become(id, 'delivered')).toMatchObject({ attempt_count: 1 });
    expect(contents).toHaveBeenCalledTimes(3);
    expect(receiver.requests).toHaveLength(1);
  });

  it('leaves nothing behind at the signal of an attempt that has ended', async () => {
    const sending = jest.spyOn(WebhookProvider.prototype, 'send');
    await become(await webhook(), 'delivered');
    const signals = sending.mock.calls.map(([, , signal]) => signal);
    expect(signals.length).toBeGreaterThan(0);
    await until('its listeners to be gone', () => signals.every((one) => getEventListeners(one, 'abort').length === 0));
  });

  it('gives a slot back where a provider does not end, not even when it is told to', async () => {
    const sending = jest.spyOn(WebhookProvider.prototype, 'send').mockReturnValue(new Promise(() => undefined));
    // As when its time is over.
    const handover = app.get(Handover) as unknown as { stopping: { signal: AbortSignal } };
    const { stopping } = handover;
    handover.stopping = { signal: AbortSignal.abort() };
    const id = await webhook();
    await until('it to be sent', () => sending.mock.calls.length === 1);
    handover.stopping = stopping;
    expect(await become(id, 'retrying')).toMatchObject({ attempt_count: 1 });
    const { slots } = app.get(Workers) as unknown as { slots: { taken: number } };
    expect(slots.taken).toBe(0);
  });

  it('counts no attempt, and blames no provider, where its own stop broke off what was not handed over', async () => {
    const sink = await SmtpSink.start();
    const asked = jest.fn(() => 'silent' as const);
    sink.respond(asked);
    const config = { host: '127.0.0.1', port: sink.port, secure: false };
    const made = await client.request('POST', '/clients/me/providers', {
      body: { name: 's', channel: 'email', provider_type: 'smtp', from_email: 'a@example.com', config },
    });
    expect([made.status, made.body.errors]).toEqual([201, undefined]);
    const handover = app.get(Handover) as unknown as { stopping: AbortController };
    const before = handover.stopping;
    const stopping = (handover.stopping = new AbortController());
    const givenBack = jest.spyOn(app.get(DeliveriesService), 'hold');
    const id = (
      await client.request('POST', '/notifications', {
        body: {
          recipients: [{ email: 'b@example.com' }],
          channels: { email: { subject: 's', text: 't' } },
          max_retry_attempts: 0,
        },
      })
    ).body.id;
    await until('the server to be asked', () => asked.mock.calls.length === 1);
    stopping.abort();
    await until('it to be given back', () => givenBack.mock.calls.length === 1);
    handover.stopping = before;
    sink.respond(() => null);
    expect(await become(id, 'sent')).toMatchObject({ attempt_count: 1 });
    expect(givenBack.mock.calls).toMatchObject([[{ source_id: id }, { reason: 'worker_stopped', status: 'held' }]]);
    expect(await truth.query('select 1 from attempts where client_id = $1', [client.id])).toHaveLength(1);
    await sink.stop();
  });

  it('retries by the schedule, and delivers in the end under the same webhook-id', async () => {
    let letGo = () => {};
    receiver.respond((_, index) => {
      // Until the test has seen what becomes of the first attempt, there is no second one.
      if (index === 0) letGo = holdHands(app);
      return { status: index < 2 ? 503 : 200 };
    });
    const id = await webhook();
    const first = await become(id, 'retrying');
    letGo();
    const wait = (first.next_attempt_at - first.updated_at) / 1000;
    expect(wait).toBeGreaterThan(3.9);
    expect(wait).toBeLessThan(6.1);
    await update(id, 'next_attempt_at = clock_timestamp()');
    await until(
      'the second attempt',
      async () => (await row(id)).attempt_count === 2 && (await row(id)).status === 'retrying',
    );
    const second = await row(id);
    expect((second.next_attempt_at - second.updated_at) / 60_000).toBeGreaterThan(3.9);
    await update(id, 'next_attempt_at = clock_timestamp()');
    await become(id, 'delivered');
    expect(new Set(receiver.requests.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([first.id]));
    const { deliveries, status } = await get(id);
    expect(status).toBe('completed');
    expect(deliveries[0].attempts.map((a: any) => [a.number, a.status, a.error_code, a.response_status])).toEqual([
      [1, 'failed', 'http_503', 503],
      [2, 'failed', 'http_503', 503],
      [3, 'sent', null, 200],
    ]);
  });

  it('waits as long as Retry-After says', async () => {
    receiver.respond(() => ({ status: 429, headers: { 'retry-after': '600' } }));
    const found = await become(await webhook(), 'retrying');
    expect((found.next_attempt_at - found.updated_at) / 1000).toBeGreaterThan(590);
  });

  it('gives up at 410 at once, and else when the attempts are used up', async () => {
    receiver.respond(() => ({ status: 410 }));
    expect(await become(await webhook(), 'failed')).toMatchObject({ reason: 'gone', attempt_count: 1 });
    receiver.respond(() => ({ status: 500 }));
    const id = await webhook({ max_retry_attempts: 0 });
    expect(await become(id, 'failed')).toMatchObject({ reason: 'attempts_exhausted', attempt_count: 1 });
    expect((await get(id)).status).toBe('failed');
    const events = await truth.query<any>('select type from events where client_id = $1 order by rev', [client.id]);
    expect(events.map(({ type }) => type)).toEqual([
      'delivery.failed',
      'notification.failed',
      'delivery.exhausted',
      'notification.failed',
    ]);
  });

  it('lets nobody claim twice, and nobody settle what it holds no more', async () => {
    holdHands(app);
    const found = await row(await webhook());
    const deliveries = app.get(DeliveriesService);
    const claims = await Promise.all(Array.from({ length: 20 }, () => deliveries.claim(refOf(found))));
    const [held] = claims.filter((claim) => claim !== null);
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);

    await truth.expireLeases();
    await until('the lease to be over', async () => (await row(held!.source_id)).status === 'retrying');
    const accepted = { kind: 'accepted' } as const;
    const late = await deliveries.settle({
      delivery: held!,
      attempt: attemptOf(accepted, 'webhook', 1),
      verdict: judge(held!, accepted, { decision: 'webhook', reason: 'only' }, false, WEBHOOK),
    });
    expect(late).toBeNull();
    expect(await row(held!.source_id)).toMatchObject({
      status: 'retrying',
      attempt_count: 1,
      reason: 'worker_lost',
    });
    const attempts = await truth.query<any>('select * from attempts where delivery_id = $1', [held!.id]);
    expect(attempts).toMatchObject([{ number: 1, status: 'unknown', error_code: 'worker_lost' }]);
  });

  it('records an attempt once when its worker and the sweeper end it together, and none that is over', async () => {
    holdHands(app);
    const id = await webhook();
    const deliveries = app.get(DeliveriesService);
    const settlementOf = (held: ClaimedDelivery, outcome: Outcome): Settlement => ({
      delivery: held,
      attempt: attemptOf(outcome, 'webhook', 1),
      verdict: judge(held, outcome, { decision: 'webhook', reason: 'only' }, false, WEBHOOK),
    });
    const lost: Outcome = { kind: 'unknown', fault: 'provider', code: 'worker_lost', message: 'gone' };
    const accepted: Outcome = { kind: 'accepted' };
    const recorded = () =>
      truth.query<any>('select number, status from attempts where client_id = $1 order by number', [client.id]);

    // What is settled in one turn of the event loop goes into one batch.
    const first = (await deliveries.claim(refOf(await row(id))))!;
    const ends = [settlementOf(first, lost), settlementOf(first, accepted)];
    const [swept, late] = await Promise.all(ends.map((end) => deliveries.settle(end)));
    expect(swept).toMatchObject({ from: 'sending', row: { status: 'retrying', attempt_count: 1 } });
    expect(late).toBeNull();
    expect(await recorded()).toEqual([{ number: 1, status: 'unknown' }]);

    await update(id, 'next_attempt_at = clock_timestamp()');
    const second = (await deliveries.claim(refOf(await row(id))))!;
    const all = [settlementOf(first, lost), settlementOf(second, accepted), settlementOf(first, accepted)];
    const answers = await Promise.all(all.map((end) => deliveries.settle(end)));
    expect(answers).toMatchObject([null, { row: { status: 'delivered', attempt_count: 2 } }, null]);
    expect(await recorded()).toEqual([
      { number: 1, status: 'unknown' },
      { number: 2, status: 'sent' },
    ]);
  });

  it('does not claim what is not due, was claimed since, or is past its time', async () => {
    holdHands(app);
    const id = await webhook();
    const deliveries = app.get(DeliveriesService);
    const claim = async () => deliveries.claim(refOf(await row(id)));
    await update(id, `next_attempt_at = clock_timestamp() + interval '1 hour'`);
    expect(await claim()).toBeNull();
    await update(id, 'next_attempt_at = clock_timestamp()');
    expect(await deliveries.claim({ ...refOf(await row(id)), attempt_count: 1 })).toBeNull();
    await update(id, `expires_at = clock_timestamp() - interval '1 second'`);
    expect(await claim()).toBeNull();
    expect(await become(id, 'expired')).toMatchObject({ attempt_count: 0 });
    expect((await get(id)).status).toBe('expired');
  });

  it('delivers what nobody took: neither who accepted it, nor by its job', async () => {
    const letGo = holdHands(app);
    const id = await webhook();
    expect(await row(id)).toMatchObject({ status: 'pending', attempt_count: 0 });
    letGo();
    await become(id, 'delivered');
    expect(receiver.requests).toHaveLength(1);
  });

  it('delivers a burst, each once', async () => {
    const channels = { webhook: { url: `${receiver.url}/burst`, payload: {} } };
    const ids = await Promise.all(Array.from({ length: 20 }, () => webhook({ channels })));
    for (const id of ids) await become(id, 'delivered');
    // Others' retries may come meanwhile.
    const burst = receiver.requests.filter(({ path }) => path === '/burst');
    expect(burst).toHaveLength(20);
    expect(new Set(burst.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  });

  it('leaves a mail alone whose outcome is unknown, then tries again, then gives up', async () => {
    const sink = await SmtpSink.start();
    const config = { host: '127.0.0.1', port: sink.port, secure: false };
    await client.request('POST', '/clients/me/email-providers', {
      body: { name: 's', provider_type: 'smtp', from_email: 'a@example.com', config },
    });
    holdHands(app);
    const { body } = await client.request('POST', '/notifications', {
      body: {
        recipients: [{ email: 'b@example.com' }],
        channels: { email: { subject: 's', text: 't' } },
        max_retry_attempts: 1,
      },
    });
    await app.get(DeliveriesService).claim(refOf(await row(body.id)));
    await truth.expireLeases();
    const unknown = await become(body.id, 'unknown');
    expect((unknown.next_attempt_at - unknown.updated_at) / 60_000).toBeCloseTo(15, 0);
    expect((await get(body.id)).counts).toMatchObject({ unknown: 1, total: 1 });
    await truth.bringRetriesForward();
    await become(body.id, 'retrying');
    await app.get(DeliveriesService).claim(refOf(await row(body.id)));
    await truth.expireLeases();
    await become(body.id, 'unknown');
    await truth.bringRetriesForward();
    expect(await become(body.id, 'failed')).toMatchObject({ reason: 'outcome_unknown', attempt_count: 2 });
    await sink.stop();
  });

  it('ends what a channel with acknowledgements has sent by its acknowledgement or its time, and no other', async () => {
    const sink = await SmtpSink.start();
    await client.request('POST', '/clients/me/email-providers', {
      body: {
        name: 's',
        provider_type: 'smtp',
        from_email: 'a@example.com',
        config: { host: '127.0.0.1', port: sink.port, secure: false },
      },
    });
    const { body } = await client.request('POST', '/notifications', {
      body: {
        recipients: [{ user_id: 'alice', email: 'alice@example.com' }, { user_id: 'bob' }],
        channels: { email: { subject: 's', text: 't' }, websocket: { title: 't' } },
      },
    });
    const rows = () =>
      truth.query<any>(
        `select d.*, d.channel || ' of ' || u.user_id as name from deliveries d
           join users u on u.client_id = d.client_id and u.user_pk = d.user_pk
          where d.source_id = $1 and d.status <> 'suppressed' order by name`,
        [body.id],
      );
    const states = async () => (await rows()).map(({ name, status }) => `${name}: ${status}`);
    await until('all to be sent', async () => (await rows()).every(({ status }) => status === 'sent'));
    await sink.stop();
    const [mail, seen, missed] = await rows();
    const shown = await truth.query<any>(
      `select subject_id as id from events where client_id = $1 and type = 'notification.created'`,
      [client.id],
    );
    expect(shown.map(({ id }) => id).toSorted()).toEqual([seen.id, missed.id].toSorted());

    const acknowledge = ({ user_pk, id }: any) => app.get(DeliveriesService).acknowledge(client.id, user_pk, id);
    expect([await acknowledge(mail), await acknowledge(seen)]).toEqual([false, true]);
    expect(await states()).toEqual(['email of alice: sent', 'websocket of alice: delivered', 'websocket of bob: sent']);
    await truth.query(
      `update ended_deliveries set expires_at = clock_timestamp() - interval '1 second' where source_id = $1`,
      [body.id],
    );
    await until('the one that nobody saw to expire', async () => (await states()).join().includes('bob: expired'));
    expect(await states()).toEqual([
      'email of alice: sent',
      'websocket of alice: delivered',
      'websocket of bob: expired',
    ]);
    expect(await acknowledge(missed)).toBe(false);
  });

  it('goes over to the next provider at once when one is at fault', async () => {
    const sink = await SmtpSink.start();
    const provider = (name: string, port: number, more = {}) =>
      client.request('POST', '/clients/me/providers?verify=false', {
        body: {
          name,
          provider_type: 'smtp',
          from_email: 'a@example.com',
          config: { host: '127.0.0.1', port, secure: false },
          ...more,
        },
      });
    await provider('good', sink.port);
    await provider('down', 1, { is_primary: true });
    const { body } = await client.request('POST', '/notifications', {
      body: { recipients: [{ email: 'b@example.com' }], channels: { email: { subject: 's', text: 't' } } },
    });
    await become(body.id, 'sent');
    const [delivery] = (await get(body.id)).deliveries;
    expect(delivery).toMatchObject({ provider: 'good', routing: { decision: 'good', reason: 'failover' } });
    expect(delivery.attempts.map((a: any) => [a.provider, a.status])).toEqual([
      ['down', 'failed'],
      ['good', 'sent'],
    ]);
    const explicit = await client.request('POST', '/notifications', {
      body: {
        recipients: [{ email: 'b@example.com' }],
        channels: { email: { subject: 's', text: 't', provider: 'down' } },
      },
    });
    expect(await become(explicit.body.id, 'retrying')).toMatchObject({
      routing: { decision: 'down', reason: 'explicit' },
    });
    await sink.stop();
  });

  it('explains a mail that nobody can send', async () => {
    const { body } = await client.request('POST', '/notifications', {
      body: { recipients: [{ email: 'b@example.com' }], channels: { email: { subject: 's', text: 't' } } },
    });
    expect(await become(body.id, 'failed')).toMatchObject({ reason: 'no_provider' });
    expect((await get(body.id)).deliveries[0].attempts[0].error_message).toContain('/api/v1/clients/me/providers');
  });
});
