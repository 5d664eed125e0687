import { Webhook } from 'standardwebhooks';
import { sharedApp, type TestApp, type TestClient } from '../support/app.js';
import { Receiver } from '../support/receiver.js';
import { SmtpSink } from '../support/smtp.js';
import { closeSockets, connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;
let receiver: Receiver;
let smtp: SmtpSink;

beforeAll(async () => {
  [app, receiver, smtp] = await Promise.all([sharedApp(), Receiver.start(), SmtpSink.start()]);
});
afterAll(async () => {
  await app.stop();
  await Promise.all([receiver.stop(), smtp.stop()]);
});
beforeEach(async () => {
  client = await app.client();
});
afterEach(closeSockets);

const settled = async (id: string) =>
  until('the notification to settle', async () => {
    const { body } = await client.request('GET', `/notifications/${id}`);
    return ['completed', 'partially_failed', 'failed'].includes(body.status) ? body : null;
  });

const send = async (body: object) => {
  const answer = await client.request('POST', '/notifications', { body });
  expect(answer.status).toBe(202);
  return answer.body;
};

describe('POST /notifications', () => {
  it('sends over email, websocket and webhook in one call, and records each delivery with its attempt', async () => {
    await client.request('POST', '/clients/me/email-providers', {
      body: {
        name: 'sink',
        provider_type: 'smtp',
        from_email: 'acme@example.com',
        config: { host: '127.0.0.1', port: smtp.port, secure: false },
      },
    });
    await client.request('PUT', '/users/alice', { body: { email: 'alice@example.com' } });
    const { id, status, counts } = await send({
      recipients: [{ user_id: 'alice' }],
      channels: {
        email: { subject: 'Hello', text: 'Hi Alice' },
        websocket: { title: 'Hello', body: 'Hi', data: { n: 1 } },
        webhook: { url: `${receiver.url}/hook`, payload: { z: 1, a: 2 } },
      },
    });
    expect({ status, total: counts.total, pending: counts.pending }).toEqual({
      status: 'pending',
      total: 3,
      pending: 3,
    });

    const done = await settled(id);
    expect(done).toMatchObject({ status: 'completed', counts: { total: 3, sent: 2, delivered: 1, pending: 0 } });
    const [webhook] = receiver.requests.filter(({ path }) => path === '/hook');
    expect(webhook!.body.toString()).toBe('{"z":1,"a":2}');
    const { body: secret } = await client.request('GET', '/clients/me/signing-secret');
    new Webhook(secret.secret).verify(webhook!.body.toString(), webhook!.headers as Record<string, string>);
    const [mail] = smtp.messages;
    expect(mail!.to).toEqual(['alice@example.com']);
    expect(mail!.mail.subject).toBe('Hello');
    for (const delivery of done.deliveries) {
      expect(delivery.attempt_count).toBe(1);
      expect(delivery.attempts).toHaveLength(1);
      expect(delivery.attempts[0]).toMatchObject({ number: 1, status: 'sent' });
    }
    const byChannel = Object.fromEntries(done.deliveries.map((d: any) => [d.channel, d]));
    expect(byChannel.webhook).toMatchObject({ status: 'delivered', recipient: { address: `${receiver.url}/hook` } });
    expect(webhook!.headers['webhook-id']).toBe(byChannel.webhook.id);
    expect(byChannel.email).toMatchObject({
      provider: 'sink',
      routing: { decision: 'sink' },
      recipient: { user_id: 'alice' },
    });
  });
});

describe('the recipients of a notification', () => {
  const websocket = { title: 'T' };
  const people = (body: any) =>
    body.deliveries.map(({ channel, recipient, status, reason }: any) => [
      channel,
      recipient.user_id ?? recipient.address,
      status,
      reason,
    ]);

  it('are told once, however often they are named', async () => {
    const { id } = await send({
      recipients: [{ user_id: 'alice' }, { user_id: 'alice', email: 'a@example.com' }, { user_id: 'bob' }],
      channels: { websocket },
    });
    expect(people(await settled(id))).toEqual([
      ['websocket', 'alice', 'sent', null],
      ['websocket', 'bob', 'sent', null],
    ]);
  });

  it('are told once at an address that is one of the users, too, however it is written', async () => {
    await client.request('PUT', '/users/prof', { body: { email: 'dup@bücher.example' } });
    const email = { subject: 'S', text: 'T' };
    const recipients = [
      { email: 'DUP@xn--bcher-kva.example' },
      { user_id: 'prof' },
      { email: 'else@example.com' },
      { email: 'else@EXAMPLE.com' },
    ];
    const { id, counts } = await send({ recipients, channels: { email } });
    expect(counts.total).toBe(2);
    const { deliveries } = (await client.request('GET', `/notifications/${id}`)).body;
    expect(deliveries.map(({ recipient }: any) => recipient.user_id ?? recipient.address).toSorted()).toEqual([
      'else@example.com',
      'prof',
    ]);
  });

  it('are the members of a room, but for those excluded', async () => {
    const room = await client.request('POST', '/rooms', {
      body: { room_type: 'group', name: 'r', members: ['a', 'b', 'c'] },
    });
    expect(room.status).toBe(201);
    const recipients = [{ room_id: room.body.id, exclude_user_ids: ['b'] }];
    const { id } = await send({ recipients, channels: { websocket } });
    expect(
      people(await settled(id))
        .map(([, who]: string[]) => who)
        .toSorted(),
    ).toEqual(['a', 'c']);
    const other = await app.client();
    const foreign = await other.request('POST', '/notifications', { body: { recipients, channels: { websocket } } });
    expect(foreign.status).toBe(404);
  });

  it('who cannot be reached over a channel are on record with the reason', async () => {
    const { id, status, counts } = await send({
      recipients: [{ user_id: 'nomail' }],
      channels: { email: { subject: 's', text: 't' } },
    });
    expect([status, counts.suppressed]).toEqual(['completed', 1]);
    expect(people(await settled(id))).toEqual([['email', 'nomail', 'suppressed', 'no_address']]);
    const byAddress = await send({ recipients: [{ email: 'x@example.com' }], channels: { websocket } });
    expect(people(await settled(byAddress.id))).toEqual([['websocket', 'x@example.com', 'suppressed', 'no_user']]);
  });
});

describe('a socket notification', () => {
  it('is on the stream of its user once, and delivered when a device acknowledges it', async () => {
    const alice = await client.login('alice');
    const { id } = await send({
      recipients: [{ user_id: 'alice' }],
      channels: { websocket: { title: 'T', data: { a: 1 } } },
    });
    const [delivery] = (await settled(id)).deliveries;
    const created = `select data from events where client_id = $1 and type = 'notification.created'`;
    const events = await app.sql(created, [client.id]);
    expect(events.map(({ data }) => data)).toEqual([
      { notification_id: id, delivery_id: delivery.id, title: 'T', body: null, data: { a: 1 } },
    ]);
    const [phone, tablet] = [await connect(app, alice.key), await connect(app, alice.key)];
    const stranger = await connect(app, (await client.login('bob')).key);
    const acknowledge = (socket: TestSocket) => socket.get('notification.ack', { id: delivery.id });
    expect(await acknowledge(stranger)).toEqual({ id: delivery.id, acknowledged: false });
    expect(await acknowledge(phone)).toEqual({ id: delivery.id, acknowledged: true });
    expect(await acknowledge(tablet)).toEqual({ id: delivery.id, acknowledged: false });
    // By the notification's id as well, of which a user has one.
    const other = await send({
      recipients: [{ user_id: 'alice' }, { user_id: 'bob' }],
      channels: { websocket: { title: 'T' } },
    });
    await settled(other.id);
    for (const acknowledged of [true, false]) {
      expect(await phone.get('notification.ack', { id: other.id })).toEqual({ id: other.id, acknowledged });
    }
    expect((await client.request('GET', `/notifications/${other.id}`)).body.counts).toMatchObject({
      delivered: 1,
      sent: 1,
    });
    const { body } = await alice.request('GET', `/notifications/${id}`);
    expect(body).toMatchObject({
      status: 'completed',
      counts: { delivered: 1 },
      deliveries: [{ status: 'delivered' }],
    });
  });
});

describe('who may send and see notifications', () => {
  const websocket = { title: 'T' };

  it('a user sees what it sent and got, and of that its own deliveries', async () => {
    const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => client.login(name)));
    const { id } = await send({ recipients: [{ user_id: 'alice' }, { user_id: 'bob' }], channels: { websocket } });
    await settled(id);
    const { body } = await alice!.request('GET', `/notifications/${id}`);
    expect(body.deliveries.map(({ recipient }: any) => recipient.user_id)).toEqual(['alice']);
    const whole = (await client.request('GET', `/notifications/${id}`)).body;
    expect([whole.counts.total, whole.counts.sent]).toEqual([2, 2]);
    const own = { ...whole.counts, total: 1, sent: 1 };
    expect([body.counts, (await bob!.request('GET', '/notifications')).body.data[0].counts]).toEqual([own, own]);
    expect((await bob!.request('GET', '/notifications')).body.data).toHaveLength(1);
    expect((await carol!.request('GET', '/notifications')).body.data).toEqual([]);
    expect((await carol!.request('GET', `/notifications/${id}`)).status).toBe(404);
    expect((await carol!.request('GET', `/notifications/${id}/deliveries`)).status).toBe(404);

    // Who sent it sees all of it.
    const sent = await client.login('dora', { permissions: ['send_notifications'] });
    await client.request('POST', '/rooms', {
      body: { room_type: 'group', name: 'r', members: ['dora', 'alice', 'bob'] },
    });
    const toAll = [{ user_id: 'alice' }, { user_id: 'bob' }, { user_id: 'dora' }];
    const { body: hers } = await sent.request('POST', '/notifications', {
      body: { recipients: toAll, channels: { websocket } },
    });
    const listed = async (who: typeof sent) => (await who.request('GET', '/notifications')).body.data[0];
    expect((await listed(sent)).counts.total).toBe(3);
    expect((await sent.request('GET', `/notifications/${hers.id}`)).body.counts.total).toBe(3);
    expect((await listed(alice!)).id).toBe(hers.id);
    expect((await listed(alice!)).counts.total).toBe(1);
  });

  it('a user sees what became of its deliveries, and not how its client sends or what it notes', async () => {
    await client.request('POST', '/clients/me/email-providers', {
      body: {
        name: 'sink',
        provider_type: 'smtp',
        from_email: 'acme@example.com',
        config: { host: '127.0.0.1', port: smtp.port, secure: false },
      },
    });
    await client.request('PUT', '/users/alice', { body: { email: 'alice@example.com' } });
    const alice = await client.login('alice', { permissions: ['send_notifications'] });
    const notes = { metadata: { segment: 'churning' }, tags: ['churn'] };
    const { id } = await send({
      recipients: [{ user_id: 'alice' }],
      channels: { websocket, email: { subject: 's', text: 't' } },
      ...notes,
    });
    const known = await settled(id);
    expect(known).toMatchObject(notes);
    const mail = known.deliveries.find(({ channel }: any) => channel === 'email');
    expect(mail).toMatchObject({
      provider: 'sink',
      routing: { decision: 'sink' },
      attempts: [{ response_status: 250 }],
    });

    const seen = (await alice.request('GET', `/notifications/${id}`)).body;
    const answer = { provider: null, error_message: null, response_status: null, response_body: null };
    const hidden = { provider: null, routing: null, provider_message_id: null };
    const expected = known.deliveries.map((one: any) => ({
      ...one,
      ...hidden,
      attempts: one.attempts.map((attempt: any) => ({ ...attempt, ...answer })),
    }));
    expect(seen).toEqual({ ...known, metadata: {}, tags: [], deliveries: expected });
    expect((await alice.request('GET', `/notifications/${id}/deliveries`)).body.data).toEqual(expected);
    const listed = async (who: { request: TestClient['request'] }, query = '') =>
      (await who.request('GET', `/notifications${query}`)).body.data;
    expect(await listed(alice)).toMatchObject([{ id, metadata: {}, tags: [] }]);
    expect([await listed(alice, '?tag=churn'), (await listed(client, '?tag=churn')).length]).toEqual([[], 1]);

    const scheduled_for = new Date(Date.now() + 3_600_000).toISOString();
    await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'r', members: ['alice', 'bob'] } });
    const body = { recipients: [{ user_id: 'bob' }], channels: { websocket }, ...notes, dedup_key: 'own' };
    const own = (await alice.request('POST', '/notifications', { body })).body;
    await settled(own.id);
    const again = (await alice.request('POST', '/notifications', { body })).body;
    expect(again).toMatchObject({ id: own.id, deduplicated: true, ...notes, deliveries: [hidden] });
    expect(await listed(alice, '?tag=churn')).toMatchObject([{ id: own.id, ...notes }]);
    const later = { ...body, scheduled_for, dedup_key: 'later' };
    const open = (await alice.request('POST', '/notifications', { body: later })).body;
    const cancelled = (await alice.request('POST', `/notifications/${open.id}/cancel`)).body;
    expect(cancelled).toMatchObject({ status: 'cancelled', ...notes, deliveries: [hidden] });
  });

  it('a user with the permission tells people who share a room, over the socket only', async () => {
    const alice = await client.login('alice', { permissions: ['send_notifications'] });
    await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'r', members: ['alice', 'bob'] } });
    await client.request('PUT', '/users/stranger', { body: {} });
    const tell = (body: object) => alice.request('POST', '/notifications', { body });
    expect((await tell({ recipients: [{ user_id: 'bob' }], channels: { websocket } })).status).toBe(202);
    await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'r', members: ['alice', 'cid'] } });
    await client.master('cid').request('PUT', '/users/me/blocks/alice');
    // Who is unknown, shares no room, or blocked it: all the same.
    for (const user_id of ['stranger', 'nobody', 'cid']) {
      const answer = await tell({ recipients: [{ user_id: 'bob' }, { user_id }], channels: { websocket } });
      expect([answer.status, answer.body.code]).toEqual([422, 'user_unavailable']);
      expect(answer.body.errors).toEqual([{ field: 'user_id', message: `${user_id} is not available` }]);
    }
    const all = await tell({
      recipients: ['nobody', 'stranger', 'cid'].map((user_id) => ({ user_id })),
      channels: { websocket },
    });
    expect(all.body.errors).toHaveLength(3);
    const byMail = await tell({ recipients: [{ user_id: 'bob' }], channels: { email: { subject: 's', text: 't' } } });
    expect(byMail.status).toBe(403);
    const bob = await client.login('bob');
    expect((await bob.request('POST', '/notifications', { body: {} })).status).toBe(403);
  });
});

describe('a request for a notification', () => {
  const webhook = { url: 'https://example.com/', payload: {} };
  const email = { subject: 's', text: 't' };
  const to = [{ user_id: 'alice' }];
  const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

  it('is carried out once per Idempotency-Key', async () => {
    const body = { channels: { webhook: { url: `${receiver.url}/once`, payload: {} } } };
    const headers = { 'idempotency-key': 'n1' };
    const first = await client.request('POST', '/notifications', { body, headers });
    const again = await client.request('POST', '/notifications', { body, headers });
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 202, 'true']);
    expect(again.body).toEqual(first.body);
    await settled(first.body.id);
    expect(receiver.requests.filter(({ path }) => path === '/once')).toHaveLength(1);
  });

  it('takes a phone of whom it reaches otherwise', async () => {
    const recipients = [{ user_id: 'alice', email: 'alice@example.com', phone: '+4930123456' }];
    const { status, body } = await client.request('POST', '/notifications', {
      body: { recipients, channels: { email } },
    });
    expect([status, body.errors]).toEqual([202, undefined]);
    await settled(body.id);
  });

  it('is taken at /notifications/send too, and pages through lists', async () => {
    for (let n = 0; n < 3; n++) {
      const channels = { webhook: { url: `${receiver.url}/list`, payload: { n } } };
      expect(
        (await client.request('POST', '/notifications/send', { body: { channels, tags: [`t${n}`] } })).status,
      ).toBe(202);
    }
    const first = await client.request('GET', '/notifications?limit=2');
    expect(first.body.data).toHaveLength(2);
    const second = await client.request('GET', `/notifications?limit=2&cursor=${first.body.page.next_cursor}`);
    expect(second.body).toMatchObject({ data: [{ tags: ['t0'] }], page: { has_more: false } });
    expect((await client.request('GET', '/notifications?tag=t1')).body.data).toHaveLength(1);
    expect((await client.request('GET', '/notifications?channel=email')).body.data).toEqual([]);
  });

  it('is refused with addresses that would be rewritten, headers of mail servers, and retries that are no number of them', async () => {
    const withEmail = (more: object): object => ({ channels: { email: { ...email, ...more } } });
    const refused: [object, string][] = [
      ...['"a>b"@example.com', '"a b"@example.com', 'a@b..c', 'a@-x.com'].flatMap((address): [object, string][] => [
        [{ recipients: [{ email: address }] }, 'recipients[0].email'],
        [withEmail({ from: address }), 'channels.email.from'],
        [withEmail({ cc: [`C <${address}>`] }), 'channels.email.cc[0]'],
      ]),
      ...['Received-SPF', 'Delivered-To', 'Return-Path', 'Errors-To', 'X-Spam-Flag', 'ARC-Seal'].map(
        (name): [object, string] => [withEmail({ headers: { [name]: 'x' } }), `channels.email.headers.${name}`],
      ),
      ...[-1, 21, 1e9, '3', 0.5].map((max): [object, string] => [{ max_retry_attempts: max }, 'max_retry_attempts']),
    ];
    for (const [more, field] of refused) {
      const sent = { recipients: to, channels: { email }, ...more };
      const { status, body } = await client.request('POST', '/notifications', { body: sent });
      expect([more, status, body.errors?.[0].field]).toEqual([more, 422, field]);
    }
  });

  it.each([
    ['no channel', { recipients: to, channels: {} }, 'channels'],
    ['no recipient', { channels: { email } }, 'recipients'],
    ['a recipient that is nobody', { recipients: [{}], channels: { email } }, 'recipients[0]'],
    [
      'a recipient whom no channel reaches',
      { recipients: [{ phone: '+4930123456' }], channels: { email } },
      'recipients[0]',
    ],
    [
      'a phone that is none',
      { recipients: [{ user_id: 'a', phone: '030 1' }], channels: { email } },
      'recipients[0].phone',
    ],
    [
      'a person and a room at once',
      { recipients: [{ user_id: 'a', room_id: '0199c2d4-7e1a-7000-8000-000000000000' }], channels: { email } },
      'recipients[0]',
    ],
    ['an email without a body', { recipients: to, channels: { email: { subject: 's' } } }, 'channels.email'],
    [
      'a header of ours',
      { recipients: to, channels: { email: { ...email, headers: { bcc: 'x' } } } },
      'channels.email.headers.bcc',
    ],
    [
      'a header that is two',
      { recipients: to, channels: { email: { ...email, headers: { 'X-A': 'a\nb' } } } },
      'channels.email.headers.X-A',
    ],
    [
      'a subject of two lines',
      { recipients: to, channels: { email: { ...email, subject: 'a\r\nBcc: x' } } },
      'channels.email.subject',
    ],
    [
      'a sender that is two',
      { recipients: to, channels: { email: { ...email, from: 'a@b.c, d@e.f' } } },
      'channels.email.from',
    ],
    [
      'an attachment that is not base64',
      { recipients: to, channels: { email: { ...email, attachments: [{ filename: 'a', content: '%%' }] } } },
      'channels.email.attachments[0].content',
    ],
    [
      'a provider that there is not',
      { recipients: to, channels: { email: { ...email, provider: 'nobody' } } },
      'channels.email.provider',
    ],
    [
      'a URL with a password',
      { channels: { webhook: { ...webhook, url: 'https://u:p@example.com/' } } },
      'channels.webhook.url',
    ],
    [
      'a URL of another scheme',
      { channels: { webhook: { ...webhook, url: 'ftp://example.com/' } } },
      'channels.webhook.url',
    ],
    ['a time that is past', { channels: { webhook }, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['a strategy that there is not', { channels: { webhook }, strategy: 'some' }, 'strategy'],
    ['no order of its channels', { channels: { webhook }, strategy: 'fallback' }, 'fallback'],
    [
      'an order for all at once',
      { channels: { webhook }, strategy: 'all', fallback: [{ channel: 'webhook' }] },
      'fallback',
    ],
    [
      'an order that forgets one',
      { recipients: to, channels: { webhook, email }, fallback: [{ channel: 'email' }] },
      'fallback',
    ],
    [
      'an order with one too many',
      { channels: { webhook }, fallback: [{ channel: 'webhook' }, { channel: 'email' }] },
      'fallback[1].channel',
    ],
    [
      'an order that repeats itself',
      { channels: { webhook }, fallback: [{ channel: 'webhook' }, { channel: 'webhook' }] },
      'fallback[1].channel',
    ],
    [
      'a short form without its channel',
      { channels: { webhook }, email_fallback: { subject: 's', text: 't' } },
      'email_fallback',
    ],
    [
      'a short form of two lines',
      { recipients: to, channels: { websocket: {} }, email_fallback: { subject: 'a\nb', text: 't' } },
      'email_fallback.subject',
    ],
    ['a time that is over', { channels: { webhook }, scheduled_for: '2020-01-01T00:00:00Z' }, 'scheduled_for'],
    ['a time that is too far away', { channels: { webhook }, scheduled_for: '2999-01-01T00:00:00Z' }, 'scheduled_for'],
    [
      'an end before its beginning',
      { channels: { webhook }, scheduled_for: soon(2), expires_at: soon(1) },
      'expires_at',
    ],
    ['tracking', { recipients: to, channels: { email: { ...email, tracking: true } } }, 'channels.email.tracking'],
    ['an endpoint', { channels: { webhook: { endpoint_id: 'x', payload: {} } } }, 'channels.webhook.endpoint_id'],
  ])('is refused with %s', async (_, body, field) => {
    const answer = await client.request('POST', '/notifications', { body });
    expect([answer.status, answer.body.code]).toEqual([422, 'validation_failed']);
    expect(answer.body.errors.map((error: any) => error.field)).toContain(field);
  });

  it('may hold attachments beyond the size of other bodies, up to a limit', async () => {
    const content = 'A'.repeat(3 * 1024 * 1024);
    const channels = { email: { ...email, attachments: [{ filename: 'a.bin', content }] } };
    expect((await client.request('POST', '/notifications', { body: { recipients: to, channels } })).status).toBe(202);
    const tooLarge = { recipients: to, channels: { email: { ...email, text: 'x'.repeat(21 * 1024 * 1024) } } };
    expect((await client.request('POST', '/notifications', { body: tooLarge })).status).toBe(413);
  });
});
