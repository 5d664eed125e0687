import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

const here = oneApp();
let receiver: Receiver;
let smtp: SmtpSink;

beforeAll(async () => {
  [receiver, smtp] = await Promise.all([Receiver.start(), SmtpSink.start()]);
});
beforeEach(async () => {
  await here.client.request('POST', '/clients/me/email-providers', {
    body: {
      name: 'sink',
      provider_type: 'smtp',
      from_email: 'acme@example.com',
      config: { host: '127.0.0.1', port: smtp.port, secure: false },
    },
  });
  await here.client.request('PUT', '/users/alice', { body: { email: `alice.${here.client.id}@example.com` } });
});
afterAll(() => Promise.all([receiver.stop(), smtp.stop()]));

const email = { subject: 'Hi', text: 'by mail' };
const websocket = { title: 'Hi' };
const alice = [{ user_id: 'alice' }];
const order = (within_s?: number) => [
  { channel: 'websocket', ...(within_s === undefined ? {} : { within_s }) },
  { channel: 'email' },
];
const post = (path: string, body: object = {}) => here.client.request('POST', path, { body });
const send = async (body: object) => {
  const answer = await post('/notifications', body);
  expect([answer.status, answer.body.errors]).toEqual([202, undefined]);
  return answer.body;
};
const read = async (id: string) => (await here.client.request('GET', `/notifications/${id}`)).body;
const becomes = (id: string, status: string) =>
  until(`the notification to be ${status}`, async () => {
    const body = await read(id);
    return body.status === status && body;
  });
const shownOf = ({ deliveries }: any) => deliveries.map((one: any) => [one.channel, one.status, one.reason]);
const sentOver = (id: string, channel: string) =>
  until(`${channel} to be sent`, async () => {
    const body = await read(id);
    return body.deliveries.find(
      (one: any) => one.channel === channel && one.status !== 'pending' && one.status !== 'sending',
    );
  });
/** The time of the channel whose turn it is, is over. */
const age = (id: string) =>
  here.app.sql('update notification_chains set due_at = clock_timestamp() where notification_id = $1', [id]);
const mails = () => smtp.messages.filter(({ to }) => to[0]!.includes(here.client.id)).length;
const events = async () => {
  const rows = await here.app.sql(
    `select type from events where client_id = $1 and stream_type = 'client' and type like 'notification.%' order by rev`,
    [here.client.id],
  );
  return rows.map(({ type }) => type);
};

describe('a notification with an order of channels', () => {
  it('goes on by email when no device acknowledged it in time', async () => {
    const made = await send({
      recipients: alice,
      channels: { websocket, email },
      strategy: 'fallback',
      fallback: order(3_600),
    });
    expect(made).toMatchObject({
      strategy: 'fallback',
      fallback: [
        { channel: 'websocket', within_s: 3_600, until: 'delivered' },
        { channel: 'email', within_s: 1_800, until: 'sent' },
      ],
      counts: { total: 1, pending: 1 },
    });
    await sentOver(made.id, 'websocket');
    expect((await read(made.id)).status).toBe('processing');
    expect(await events()).toEqual([]);
    await age(made.id);
    expect(shownOf(await becomes(made.id, 'completed'))).toEqual([
      ['websocket', 'sent', null],
      ['email', 'sent', null],
    ]);
    expect([mails(), await events()]).toEqual([1, ['notification.completed']]);
  });

  it('ends with the device that acknowledges it, and the mail is never made', async () => {
    const { id } = await send({ recipients: alice, channels: { websocket, email }, fallback: order() });
    const { id: delivery } = await sentOver(id, 'websocket');
    const socket = await here.socketOf('alice');
    expect(await socket.get('notification.ack', { id: delivery })).toMatchObject({ acknowledged: true });
    await age(id);
    expect(shownOf(await becomes(id, 'completed'))).toEqual([['websocket', 'delivered', null]]);
    expect(mails()).toBe(0);
  });

  it('goes no further for who has it late, after the next channel had its turn', async () => {
    receiver.respond(() => ({ status: 503 }));
    const { id } = await send({
      recipients: [{ user_id: 'alice' }, { user_id: 'bob' }],
      channels: { websocket, webhook: { url: `${receiver.url}/late`, payload: {} }, email },
      fallback: [{ channel: 'websocket' }, { channel: 'webhook', within_s: 3_600 }, { channel: 'email' }],
    });
    const { id: delivery } = await until('both to be sent', async () => {
      const { deliveries } = await read(id);
      return (
        deliveries.every(({ status }: any) => status === 'sent') &&
        deliveries.find(({ recipient }: any) => recipient.user_id === 'alice')
      );
    });
    await age(id);
    await until('both to be tried', () => receiver.requests.filter(({ path }) => path.endsWith('/late')).length >= 2);
    const socket = await here.socketOf('alice');
    expect(await socket.get('notification.ack', { id: delivery })).toMatchObject({ acknowledged: true });
    const chains = await here.app.sql(
      `select u.user_id from notification_chains join users u using (client_id, user_pk) where notification_id = $1`,
      [id],
    );
    expect(chains).toEqual([{ user_id: 'bob' }]);
    await age(id);
    await until('the webhook of bob to be left', async () =>
      (await read(id)).deliveries.some(({ status, reason }: any) => status === 'cancelled' && reason === 'fallback'),
    );
    expect(mails()).toBe(0);
    // What had its turn already goes on.
    receiver.respond(() => ({ status: 204 }));
    await here.app.sql(
      `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = $1`,
      [id],
    );
    const all = (await becomes(id, 'completed')).deliveries;
    const channelsOf = (user: string) =>
      all.flatMap((one: any) => (one.recipient.user_id === user ? [one.channel] : []));
    expect([channelsOf('alice'), channelsOf('bob')]).toEqual([
      ['websocket', 'webhook'],
      ['websocket', 'webhook', 'email'],
    ]);
  });

  it('does not wait for who is not there, and says so; who is there gets time to look', async () => {
    const body = { recipients: alice, channels: { websocket, email }, fallback: order(0) };
    const away = await send(body);
    expect(away.counts).toMatchObject({ total: 2, pending: 1, suppressed: 1 });
    expect(shownOf(await becomes(away.id, 'completed'))).toEqual([
      ['websocket', 'suppressed', 'offline'],
      ['email', 'sent', null],
    ]);
    const later = await send({ ...body, scheduled_for: new Date(Date.now() + 3_600_000).toISOString() });
    expect(later.counts).toMatchObject({ total: 1, pending: 1 });
    await age(later.id);
    expect(shownOf(await becomes(later.id, 'completed'))).toEqual([
      ['websocket', 'cancelled', 'offline'],
      ['email', 'sent', null],
    ]);
    await here.socketOf('alice');
    const there = await send(body);
    await sentOver(there.id, 'websocket');
    expect(await read(there.id)).toMatchObject({ status: 'processing', counts: { total: 1, sent: 1 } });
    const [{ due_s }] = await here.app.sql(
      `select extract(epoch from due_at - clock_timestamp())::float8 as due_s from notification_chains where notification_id = $1`,
      [there.id],
    );
    expect(due_s).toBeGreaterThan(5);
  });

  it('goes on at once when a channel failed, and over each person’s own', async () => {
    receiver.respond(() => ({ status: 500 }));
    const { id } = await send({
      recipients: [...alice, { user_id: 'nomail' }],
      channels: { webhook: { url: `${receiver.url}/fails`, payload: {} }, email, websocket },
      fallback: [{ channel: 'webhook' }, { channel: 'email' }, { channel: 'websocket', until: 'sent' }],
      max_retry_attempts: 0,
    });
    const done = await becomes(id, 'partially_failed');
    expect(shownOf(done).toSorted()).toEqual([
      ['email', 'sent', null],
      ['email', 'suppressed', 'no_address'],
      ['webhook', 'failed', 'attempts_exhausted'],
      ['webhook', 'failed', 'attempts_exhausted'],
      ['websocket', 'sent', null],
    ]);
    expect(done.counts).toMatchObject({ total: 5, failed: 2, sent: 2, suppressed: 1 });
  });

  it('leaves a channel whose retries take too long', async () => {
    receiver.respond(() => ({ status: 503 }));
    const { id } = await send({
      recipients: alice,
      channels: { webhook: { url: `${receiver.url}/slow`, payload: {} }, email },
      fallback: [{ channel: 'webhook', within_s: 3_600 }, { channel: 'email' }],
    });
    await sentOver(id, 'webhook');
    await age(id);
    expect(shownOf(await becomes(id, 'completed'))).toEqual([
      ['webhook', 'cancelled', 'fallback'],
      ['email', 'sent', null],
    ]);
  });

  it('says why it left a channel over which it was being sent, should that fail', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver.respond(async () => {
      await held;
      return { status: 503 };
    });
    const { id } = await send({
      recipients: alice,
      channels: { webhook: { url: `${receiver.url}/hangs`, payload: {} }, email },
      fallback: [{ channel: 'webhook', within_s: 3_600 }, { channel: 'email' }],
    });
    await until('it to be sent', () => receiver.requests.some(({ path }) => path.endsWith('/hangs')));
    await age(id);
    await sentOver(id, 'email');
    expect((await read(id)).status).toBe('processing');
    release();
    expect(shownOf(await becomes(id, 'completed'))).toEqual([
      ['webhook', 'cancelled', 'fallback'],
      ['email', 'sent', null],
    ]);
  });

  it('leaves a channel whose providers have failed for half an hour, before its time', async () => {
    const provider = '/clients/me/email-providers/sink?verify=false';
    await here.client.request('PATCH', provider, { body: { config: { port: 1 } } });
    const { id } = await send({
      recipients: alice,
      channels: { websocket, email },
      fallback: [
        { channel: 'email', within_s: 86_400 },
        { channel: 'websocket', until: 'sent' },
      ],
    });
    await until('the first attempt', async () => (await read(id)).deliveries[0].status === 'retrying');
    await here.app.sql(
      `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true,
              routing = jsonb_set(routing, '{failing_since}', to_jsonb((routing ->> 'failing_since')::float8 - 1900000))
        where source_id = $1`,
      [id],
    );
    expect(shownOf(await becomes(id, 'completed'))).toEqual([
      ['email', 'cancelled', 'fallback'],
      ['websocket', 'sent', null],
    ]);
  });

  it('passes over an address that is suppressed, when it is accepted and when its turn comes', async () => {
    const body = { recipients: alice, channels: { websocket, email }, fallback: order(3_600) };
    const { id } = await send(body);
    await sentOver(id, 'websocket');
    await post('/suppressions', { address: `alice.${here.client.id}@example.com`, reason: 'bounce' });
    await age(id);
    expect(shownOf(await becomes(id, 'completed'))).toEqual([
      ['websocket', 'sent', null],
      ['email', 'suppressed', 'bounce'],
    ]);
    const fallback = [{ channel: 'email' }, { channel: 'websocket', until: 'sent' }];
    const next = await send({ ...body, fallback });
    expect(next.counts).toMatchObject({ total: 2, suppressed: 1, pending: 1 });
    expect(shownOf(await becomes(next.id, 'completed'))).toEqual([
      ['email', 'suppressed', 'bounce'],
      ['websocket', 'sent', null],
    ]);
    expect(mails()).toBe(0);
  });

  it('is not gone on with when it was cancelled or has expired', async () => {
    const body = { recipients: alice, channels: { websocket, email }, fallback: order(3_600) };
    const cancelled = await send(body);
    await sentOver(cancelled.id, 'websocket');
    expect((await post(`/notifications/${cancelled.id}/cancel`)).body.status).toBe('completed');
    const expired = await send({ ...body, expires_at: new Date(Date.now() + 3_600_000).toISOString() });
    await sentOver(expired.id, 'websocket');
    await here.app.sql('update notifications set expires_at = clock_timestamp() where id = $1', [expired.id]);
    await here.app.sql('update ended_deliveries set expires_at = clock_timestamp() where source_id = $1', [expired.id]);
    expect(shownOf(await becomes(expired.id, 'expired'))).toEqual([['websocket', 'expired', 'expired']]);
    expect([mails(), await events()]).toEqual([0, ['notification.completed', 'notification.failed']]);
  });

  it('has a short form', async () => {
    const { id, fallback } = await send({
      recipients: alice,
      channels: { websocket },
      email_fallback: { to_email: `other.${here.client.id}@example.com`, subject: 's', content: 'c', within_s: 3_600 },
    });
    expect(fallback.map(({ channel }: any) => channel)).toEqual(['websocket', 'email']);
    await sentOver(id, 'websocket');
    await here.client.request('PATCH', `/notifications/${id}`, {
      body: { channels: { email: { subject: 'new', text: 't' } } },
    });
    await age(id);
    const done = await becomes(id, 'completed');
    expect(done.deliveries[1].recipient).toEqual({ user_id: 'alice', address: `other.${here.client.id}@example.com` });
    expect(smtp.messages.find(({ to }) => to[0] === `other.${here.client.id}@example.com`)!.mail.subject).toBe('new');
  });
});
