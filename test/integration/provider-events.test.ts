import { ProviderEvents } from '../../src/engine/deliveries/told/provider-events.js';
import { ProviderPoller } from '../../src/engine/deliveries/told/provider-poller.js';
import { MailgunServer } from '../support/mailgun.js';
import { NestApp } from '../support/nest-app.js';
import type { TestClient } from '../support/app.js';
import { until } from '../support/until.js';

let app: NestApp;
let mailgun: MailgunServer;
let client: TestClient;
let events: ProviderEvents;

beforeAll(async () => {
  mailgun = await MailgunServer.start();
  const operators = {
    name: 'operators',
    channel: 'email',
    provider_type: 'mailgun',
    from_email: 'ops@example.com',
    config: mailgun.config,
  };
  app = await NestApp.start({ env: { DEFAULT_PROVIDERS: JSON.stringify([operators]) } });
  events = app.get(ProviderEvents);
});
afterAll(async () => {
  await app.stop();
  await mailgun.stop();
});
beforeEach(async () => {
  mailgun.forget();
  client = await app.client();
});

const ownProvider = () =>
  client.request('POST', '/clients/me/email-providers', {
    body: { name: 'mg', provider_type: 'mailgun', from_email: 'acme@example.com', config: mailgun.config },
  });

const deliveries = async (id: string) => {
  const { body } = await client.request('GET', `/notifications/${id}`);
  return body.deliveries as any[];
};

async function sent(addresses: string[], email: object = {}) {
  const { body } = await client.request('POST', '/notifications', {
    body: {
      recipients: addresses.map((address) => ({ email: address })),
      channels: { email: { subject: 'S', text: 'T', ...email } },
    },
  });
  await until('the mails to be sent', async () => (await deliveries(body.id)).every(({ status }) => status === 'sent'));
  return body.id as string;
}

/** A webhook of Mailgun, whose signature an inbound source has looked at. */
const told = (event: string, address: string, id: string, more: object = {}) =>
  events.applyPayload(client.id, 'mailgun', JSON.parse(mailgun.webhook(mailgun.event(event, address, id, more))));

const suppressed = async () =>
  (await client.request('GET', '/suppressions')).body.data.map((one: any) => [one.address, one.reason]);

const BOUNCE = { severity: 'permanent', reason: 'bounce' };

describe('what a provider tells', () => {
  it('is about a delivery where it says of which, or only one has the id', async () => {
    await ownProvider();
    const withoutRecipient = async (addresses: string[]) => {
      const id = await sent(addresses);
      const [{ provider_message_id: message }] = (await deliveries(id)) as [any];
      await told('opened', addresses[0]!, message, { recipient: undefined });
      return (await deliveries(id)).map(({ opened_at }) => opened_at !== null);
    };
    expect(await withoutRecipient(['a@example.com', 'b@example.com'])).toEqual([false, false]);
    expect(await withoutRecipient(['a@example.com'])).toEqual([true]);
  });

  it('moves exactly the delivery of its recipient, in any order and repeated', async () => {
    expect((await ownProvider()).status).toBe(201);
    const id = await sent(['a@example.com', 'B@example.com', 'c@example.com']);
    const [{ provider_message_id: message }] = (await deliveries(id)) as [any];
    expect(await told('clicked', 'b@example.com', message)).toEqual({ matched: 1, unmatched: 0 });
    await told('delivered', 'b@example.com', message);
    await told('failed', 'b@example.com', message, { severity: 'temporary' });
    await told('delivered', 'b@example.com', message);
    await told('failed', 'a@example.com', message, BOUNCE);
    await told('failed', 'a@example.com', message, BOUNCE);
    await told('complained', 'c@example.com', message);
    const shown = await deliveries(id);
    const of = (address: string) => shown.find(({ recipient }) => recipient.address === address);
    expect(of('B@example.com')).toMatchObject({ status: 'delivered', reason: null, opened_at: null });
    expect(of('B@example.com').clicked_at).not.toBeNull();
    expect(of('a@example.com')).toMatchObject({ status: 'failed', reason: 'bounced', delivered_at: null });
    expect(of('c@example.com')).toMatchObject({ status: 'delivered' });
    expect(of('c@example.com').complained_at).not.toBeNull();
    expect(await suppressed()).toEqual([
      ['c@example.com', 'complaint'],
      ['a@example.com', 'bounce'],
    ]);
    const { body } = await client.request('GET', `/notifications/${id}`);
    expect(body).toMatchObject({ status: 'partially_failed', counts: { delivered: 2, failed: 1, total: 3 } });
    const counted = async () => (await client.request('GET', '/analytics/deliveries')).body.totals;
    const facts = { accepted: 3, delivered: 2, failed: 1, clicked: 1, complained: 1, unsubscribed: 0 };
    expect(await counted()).toMatchObject({ ...facts, opened: 0 });
    // Nothing of its state changes any more.
    for (let times = 0; times < 2; times++) await told('opened', 'b@example.com', message);
    expect(await counted()).toMatchObject({ ...facts, opened: 1 });
    const rows = await app.sql(`select type from events where client_id = $1 and subject_id = any ($2)`, [
      client.id,
      shown.map((one) => one.id),
    ]);
    expect(
      rows
        .map(({ type }) => type)
        .filter((type) => type !== 'delivery.sent')
        .toSorted(),
    ).toEqual(['delivery.delivered', 'delivery.delivered', 'delivery.failed']);
  });

  it('takes back a failure by a delivery, in the counts too, and no delivery by a failure; and leaves a removed suppression removed', async () => {
    await ownProvider();
    const id = await sent(['a@example.com', 'b@example.com']);
    const [{ provider_message_id: message }] = (await deliveries(id)) as [any];
    await told('failed', 'a@example.com', message, BOUNCE);
    const { body } = await client.request('GET', '/suppressions');
    await client.request('DELETE', `/suppressions/${body.data[0].id}`);
    await told('failed', 'a@example.com', message, { ...BOUNCE, timestamp: Date.now() / 1_000 });
    expect(await suppressed()).toEqual([]);
    for (const address of ['a@example.com', 'b@example.com']) {
      await told('delivered', address, message);
      await told('failed', address, message, BOUNCE);
    }
    const shown = await client.request('GET', `/notifications/${id}`);
    expect(shown.body).toMatchObject({ status: 'completed', counts: { delivered: 2, failed: 0 } });
    expect((await deliveries(id)).map(({ status, reason }) => [status, reason])).toEqual([
      ['delivered', null],
      ['delivered', null],
    ]);
  });

  it('suppresses a copy that bounced, which has no delivery', async () => {
    await ownProvider();
    const id = await sent(['a@example.com'], { cc: ['copy@example.com'] });
    const [{ provider_message_id: message }] = (await deliveries(id)) as [any];
    expect(await told('failed', 'copy@example.com', message, BOUNCE)).toEqual({ matched: 1, unmatched: 0 });
    expect(await suppressed()).toEqual([['copy@example.com', 'bounce']]);
    expect((await deliveries(id))[0].status).toBe('sent');
  });

  it("is kept where it came before the delivery was recorded, and is no other client's", async () => {
    await ownProvider();
    const message = `<early.${client.id}@mg.example.com>`;
    expect(await told('opened', 'a@example.com', message)).toEqual({ matched: 0, unmatched: 1 });
    await told('opened', 'a@example.com', message);
    const other = client;
    client = await app.client();
    await ownProvider();
    await told('opened', 'a@example.com', message);
    const id = await sent(['a@example.com']);
    await app.sql(`update ended_deliveries set provider_message_id = $2 where client_id = $1`, [client.id, message]);
    await app.sql(`delete from parked_provider_events where client_id = $1`, [client.id]);
    await events.retryParked();
    expect((await deliveries(id))[0].status).toBe('sent');
    await app.sql(`update parked_provider_events set client_id = $1 where client_id = $2`, [client.id, other.id]);
    await events.retryParked();
    expect((await deliveries(id))[0]).toMatchObject({ status: 'delivered' });
    expect(await app.sql(`select 1 from parked_provider_events where client_id = $1`, [client.id])).toEqual([]);
  });

  it('is asked for, of the providers of clients and of the operator, and only when it is time', async () => {
    const poller = app.get(ProviderPoller);
    const ofOperator = await sent(['x@example.com']);
    const first = client;
    client = await app.client();
    await ownProvider();
    const ofClient = await sent(['y@example.com', 'z@example.com']);
    mailgun.pageSize = 1;
    const [mine] = (await deliveries(ofClient)) as [any];
    mailgun.event('delivered', 'y@example.com', mine.provider_message_id);
    mailgun.event('delivered', 'stranger@example.com', 'foreign@example.com');
    mailgun.event('failed', 'z@example.com', mine.provider_message_id, BOUNCE);
    client = first;
    const [operators] = (await deliveries(ofOperator)) as [any];
    mailgun.event('opened', 'x@example.com', operators.provider_message_id);
    await app.sql(`update provider_event_cursors set next_poll_at = now() - interval '1 hour', polling_until = null`);
    await poller.round();
    expect((await deliveries(ofOperator))[0]).toMatchObject({ status: 'delivered' });
    const cursors = await app.sql<{ cursor: string; last_error: string | null }>(
      `select cursor, last_error from provider_event_cursors where cursor is not null`,
    );
    expect(cursors.length).toBeGreaterThanOrEqual(2);
    expect(cursors.every(({ last_error }) => last_error === null)).toBe(true);
    expect(
      await app.sql(
        `select status from ended_deliveries where address in ('y@example.com', 'z@example.com') order by address`,
      ),
    ).toEqual([{ status: 'delivered' }, { status: 'failed' }]);
    expect(
      await app.sql(`select 1 from parked_provider_events where event->>'provider_message_id' like 'foreign%'`),
    ).toEqual([]);
    const asked = mailgun.requests.length;
    await poller.round();
    expect(mailgun.requests.length).toBe(asked);
  });
});
