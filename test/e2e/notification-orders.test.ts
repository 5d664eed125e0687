import { randomUUID } from 'node:crypto';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const here = oneApp();
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
});
beforeEach(() => receiver.respond(() => ({ status: 200 })));
afterAll(() => receiver.stop());

const soon = (seconds = 3_600) => new Date(Date.now() + seconds * 1_000).toISOString();
const websocket = { title: 'T' };
const toAlice = { recipients: [{ user_id: 'alice' }], channels: { websocket } };
const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  here.client.request('POST', path, { body, headers });
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
const rows = async () =>
  (await here.app.sql('select count(*)::int as n from notifications where client_id = $1', [here.client.id]))[0].n;
/** The deliveries' times have come. */
const age = (id: string) =>
  here.app.sql(`update open_deliveries set next_attempt_at = clock_timestamp() where source_id = $1`, [id]);
const failing = (path: string = randomUUID()) => ({ url: `${receiver.url}/fails/${path}`, payload: {} });

describe('many notifications in one call', () => {
  it('are answered each on its own, and the ones at fault keep no other from being sent', async () => {
    const key = randomUUID();
    const { status, body } = await post('/notifications/batch', {
      notifications: [
        toAlice,
        { channels: { websocket } },
        { ...toAlice, nonsense: 1 },
        { ...toAlice, dedup_key: key },
        { ...toAlice, dedup_key: key },
        { ...toAlice, simulate: true },
        7,
      ],
    });
    expect(status).toBe(202);
    expect(body.results.map((one: any) => [one.index, one.status])).toEqual([
      [0, 202],
      [1, 422],
      [2, 422],
      [3, 202],
      [4, 200],
      [5, 200],
      [6, 422],
    ]);
    expect(body.results[1].error).toMatchObject({ code: 'validation_failed', errors: [{ field: 'recipients' }] });
    expect(body.results[2].error.errors[0].field).toBe('nonsense');
    expect(body.results[4].notification).toMatchObject({
      id: body.results[3].notification.id,
      deduplicated: true,
    });
    await becomes(body.results[0].notification.id, 'completed');
    await becomes(body.results[3].notification.id, 'completed');
    expect(await rows()).toBe(2);
  });

  it('are answered each on its own also where one holds what no request may hold', async () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const rest = JSON.stringify(toAlice).slice(1);
    const items: [metadata: string, field: string | undefined][] = [
      ['{"id":1}', undefined],
      ['{"ids":[1,9007199254740993]}', 'metadata.ids[1]'],
      ['{"ids":[1,9007199254740993.0]}', 'metadata.ids[1]'],
      ['{"far":-1e400}', 'metadata.far'],
      ['{"nul":"a\\u0000"}', 'metadata.nul'],
      ['{"half\\ud800":1}', 'metadata'],
      // With the item itself, as deep as a body may be.
      [deep(31), undefined],
      [deep(32), `metadata${'.a'.repeat(31)}`],
      [deep(20_000), `metadata${'.a'.repeat(31)}`],
      ['{"id":"9007199254740993"}', undefined],
    ];
    const notifications = `"notifications":[${items.map(([metadata]) => `{"metadata":${metadata},${rest}`).join()}]`;
    const headers = { 'content-type': 'application/json' };
    const sendRaw = async (body: string, more: Record<string, string> = {}) =>
      here.client.request('POST', '/notifications/batch', { body, headers: { ...headers, ...more } });
    const { status, body } = await sendRaw(`{${notifications}}`);
    expect(status).toBe(202);
    expect(body.results.map(({ error, ...one }: any) => [one.status, error?.errors[0].field])).toEqual(
      items.map(([, field]) => (field === undefined ? [202, undefined] : [422, field])),
    );
    for (const [metadata, field] of items) {
      const alone = await here.client.request('POST', '/notifications', {
        body: `{"metadata":${metadata},${rest}`,
        headers,
      });
      expect([metadata.slice(0, 40), alone.body.errors?.[0]?.field]).toEqual([metadata.slice(0, 40), field]);
    }
    // What is not of an item is of the whole.
    for (const beside of ['"x":"\\u0000"', '"x":9007199254740993'])
      expect((await sendRaw(`{${notifications},${beside}}`)).status).toBe(422);
    const shallow = `{${notifications.replace(deep(20_000), '{"big":12345678901234567890}')}}`;
    const keyed = { 'idempotency-key': randomUUID() };
    const [first, again] = [await sendRaw(shallow, keyed), await sendRaw(shallow, keyed)];
    expect([first.status, first.body.results[8].status, again.body]).toEqual([202, 422, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('are carried out once per Idempotency-Key, and are a hundred at most', async () => {
    const headers = { 'idempotency-key': 'b1' };
    const body = { notifications: [toAlice, toAlice] };
    const first = await post('/notifications/batch', body, headers);
    const again = await post('/notifications/batch', body, headers);
    expect([first.status, again.body]).toEqual([202, first.body]);
    expect(await rows()).toBe(2);
    const many = { notifications: Array.from({ length: 101 }, () => toAlice) };
    expect((await post('/notifications/batch', many)).status).toBe(422);
    expect((await post('/notifications/batch', { notifications: [] })).status).toBe(422);
  });
});

describe('a dedup_key', () => {
  it('answers the first notification for as long as it holds, to its own sender', async () => {
    const body = { ...toAlice, dedup_key: 'order-1', dedup_window_s: 60 };
    const first = await send(body);
    const holds = async (id: string) =>
      (
        await here.app.sql(
          `select extract(epoch from k.expires_at - n.created_at)::float8 as s from notification_dedup_keys k
             join notifications n on n.id = k.notification_id where n.id = $1`,
          [id],
        )
      )[0].s;
    expect(Math.round((await holds(first.id)) / 10)).toBe(6);
    const forADay = await send({ ...toAlice, dedup_key: 'order-2' });
    expect(Math.round((await holds(forADay.id)) / 100)).toBe(864);
    const again = await post('/notifications', body);
    expect([again.status, again.body]).toMatchObject([200, { id: first.id, deduplicated: true }]);
    const other = await here.as('bob', 'POST', '/notifications', body);
    expect([other.status, other.body.deduplicated]).toEqual([202, undefined]);
    await here.app.sql(`update notification_dedup_keys set expires_at = clock_timestamp() where notification_id = $1`, [
      first.id,
    ]);
    expect((await send(body)).id).not.toBe(first.id);
    expect((await post('/notifications', body)).status).toBe(200);
  });
});

describe('a simulated notification', () => {
  it('shows its deliveries with their providers, and is nowhere', async () => {
    const { status, body } = await post('/notifications', {
      recipients: [{ user_id: 'nobody-yet' }, { email: 'x@example.com' }],
      channels: { websocket, email: { subject: 's', text: 't' } },
      simulate: true,
      dedup_key: 'sim',
    });
    expect([status, body.counts]).toMatchObject([200, { total: 4, pending: 2, suppressed: 2 }]);
    expect(body.deliveries.map((one: any) => [one.channel, one.recipient, one.status, one.reason])).toEqual(
      expect.arrayContaining([
        ['websocket', { user_id: 'nobody-yet' }, 'pending', null],
        ['email', { user_id: 'nobody-yet' }, 'suppressed', 'no_address'],
        ['email', { address: 'x@example.com' }, 'pending', null],
      ]),
    );
    expect(body.deliveries.find((one: any) => one.channel === 'websocket')).toMatchObject({
      provider: 'websocket',
      routing: { decision: 'websocket', reason: 'only' },
    });
    expect(await rows()).toBe(0);
    expect((await here.client.request('GET', '/users/nobody-yet')).status).toBe(404);
    expect((await here.client.request('GET', `/notifications/${body.id}`)).status).toBe(404);
    expect((await send({ ...toAlice, dedup_key: 'sim' })).deduplicated).toBeUndefined();
  });
});

describe('a decision that is simulated', () => {
  it('is the one that would be made, and takes from nothing', async () => {
    const quotas = { deliveries_per_client: { per_hour: 2 } };
    const provider = (more: object) =>
      post('/clients/me/email-providers?verify=false', {
        provider_type: 'smtp',
        from_email: 'a@example.com',
        config: { host: '127.0.0.1', port: 1, secure: false },
        hourly_cap: 1,
        ...more,
      });
    await here.app.admin().request('PATCH', `/clients/${here.client.id}`, { body: { limits: { quotas } } });
    await here.client.request('PATCH', '/clients/me', { body: { settings: { bulk_threshold: 3, primary_max: 0 } } });
    await provider({ name: 'bulk', is_bulk: true });
    await provider({ name: 'small', is_primary: true });
    await post('/suppressions', { address: 'gone@example.com', reason: 'complaint' });
    await here.client.request('PUT', '/users/alice', { body: {} });
    await here.client.request('PUT', '/users/alice/opt-outs', { body: { channels: ['email'] } });
    const decided = async (recipients: object[], email: object = {}) => {
      const channels = { email: { subject: 's', text: 't', ...email } };
      const { status, body } = await post('/notifications', { recipients, channels, simulate: true });
      expect(status).toBe(200);
      return body.deliveries.map((one: any) => [one.status, one.provider ?? one.reason, one.routing?.reason]);
    };
    const people = (n: number) => Array.from({ length: n }, (_, at) => ({ email: `p${at}@example.com` }));
    expect(await decided(people(2))).toEqual(Array.from({ length: 2 }, () => ['pending', 'small', 'primary']));
    expect(await decided(people(3))).toEqual(Array.from({ length: 3 }, () => ['pending', 'bulk', 'bulk']));
    expect(await decided(people(3), { provider: 'small' })).toContainEqual(['pending', 'small', 'explicit']);
    const refused = [{ email: 'gone@example.com' }, { user_id: 'alice', email: 'al@example.com' }];
    expect(await decided([...people(2), ...refused])).toEqual([
      ['pending', 'small', 'primary'],
      ['pending', 'small', 'primary'],
      ['suppressed', 'complaint', undefined],
      ['suppressed', 'opted_out', undefined],
    ]);
    const batch = {
      notifications: [{ recipients: people(3), channels: { email: { subject: 's', text: 't' } }, simulate: true }],
    };
    expect((await post('/notifications/batch', batch)).body.results).toMatchObject([{ status: 200 }]);

    const { limits } = (await here.client.request('GET', '/rate-limits')).body;
    expect(limits).toContainEqual(expect.objectContaining({ name: 'deliveries_hour', remaining: 2 }));
    const used = await here.app.sql('select from provider_usage where client_id = $1 and hour_used > 0', [
      here.client.id,
    ]);
    const events = await here.app.sql('select from events where client_id = $1', [here.client.id]);
    const ledger = (await here.client.request('GET', '/analytics/ledger')).body;
    expect([used, events, ledger.accepted, await rows()]).toEqual([[], [], 0, 0]);
    expect(
      (await post('/notifications', { recipients: [{ user_id: 'a' }, { user_id: 'b' }], channels: { websocket } }))
        .status,
    ).toBe(202);
  });
});

describe('a scheduled notification', () => {
  it('waits, can be changed, and goes at its time with what it says then', async () => {
    const scheduled_for = soon();
    const made = await send({
      channels: { webhook: { url: `${receiver.url}/first`, payload: { n: 1 } } },
      scheduled_for,
      priority: 'low',
      metadata: { a: 1, b: 2 },
      tags: ['x'],
    });
    expect(made).toMatchObject({ status: 'scheduled', scheduled_for, counts: { total: 1, pending: 1 } });
    const changed = await here.client.request('PATCH', `/notifications/${made.id}`, {
      body: {
        channels: { webhook: { url: `${receiver.url}/second`, payload: { n: 2 } } },
        priority: 'urgent',
        metadata: { a: null, c: 3 },
        tags: ['y'],
        scheduled_for: soon(7_200),
        expires_at: soon(9_000),
      },
    });
    expect([changed.status, changed.body]).toMatchObject([
      200,
      { status: 'scheduled', priority: 'urgent', metadata: { b: 2, c: 3 }, tags: ['y'] },
    ]);
    expect((await here.client.request('GET', '/notifications?tag=x')).body.data).toEqual([]);
    expect((await here.client.request('GET', '/notifications?tag=y&status=scheduled')).body.data).toHaveLength(1);
    await here.client.request('PUT', `/notifications/${made.id}`, { body: { scheduled_for: null } });
    const done = await becomes(made.id, 'completed');
    expect(done).toMatchObject({
      scheduled_for: null,
      deliveries: [{ recipient: { address: `${receiver.url}/second` } }],
    });
    const got = receiver.requests.filter(({ path }) => path === '/first' || path === '/second');
    expect(got.map(({ path, body }) => [path, body.toString()])).toEqual([['/second', '{"n":2}']]);
    const late = await here.client.request('PATCH', `/notifications/${made.id}`, { body: { priority: 'low' } });
    expect([late.status, late.body.code]).toEqual([409, 'not_pending']);
  });

  it('goes by itself when its time has come', async () => {
    const { id } = await send({ ...toAlice, scheduled_for: soon() });
    await age(id);
    expect((await becomes(id, 'completed')).counts.sent).toBe(1);
  });

  it('ends at the time that is set anew, in each of its deliveries', async () => {
    const { id } = await send({ ...toAlice, scheduled_for: soon(), expires_at: soon(7_200) });
    for (const expires_at of [soon(9_000), null]) {
      const { status, body } = await here.client.request('PATCH', `/notifications/${id}`, { body: { expires_at } });
      expect([status, body.expires_at]).toEqual([200, expires_at]);
      const ends = await here.app.sql('select expires_at from open_deliveries where source_id = $1', [id]);
      expect(ends).toEqual([{ expires_at: expires_at && new Date(expires_at) }]);
    }
  });

  it('is not begun by what was cancelled, and expires where its time is over first', async () => {
    const cancelled = await send({ ...toAlice, scheduled_for: soon() });
    const answer = await post(`/notifications/${cancelled.id}/cancel`);
    expect([answer.status, answer.body]).toMatchObject([200, { status: 'cancelled', counts: { cancelled: 1 } }]);
    expect((await post(`/notifications/${cancelled.id}/cancel`)).status).toBe(200);
    const expiring = await send({ ...toAlice, scheduled_for: soon(), expires_at: soon(7_200) });
    await here.app.sql('update open_deliveries set expires_at = clock_timestamp() where source_id = $1', [expiring.id]);
    expect((await becomes(expiring.id, 'expired')).counts.expired).toBe(1);
    await age(cancelled.id);
    expect(await read(cancelled.id)).toMatchObject({ status: 'cancelled', deliveries: [{ reason: 'cancelled' }] });
    const types = await here.app.sql('select type from events where client_id = $1 order by rev', [here.client.id]);
    expect(types.map(({ type }) => type)).toEqual(['notification.completed', 'notification.failed']);
  });

  it.each([
    ['a channel that it has not', { channels: { email: { subject: 's', text: 't' } } }, 'channels.email'],
    ['a time that is over', { scheduled_for: '2020-01-01T00:00:00Z' }, 'scheduled_for'],
    ['an end that is over', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    ['a field that there is not', { recipients: [] }, 'recipients'],
  ])('is not changed to %s', async (_, body, field) => {
    const { id } = await send({ ...toAlice, scheduled_for: soon() });
    const answer = await here.client.request('PATCH', `/notifications/${id}`, { body });
    expect([answer.status, answer.body.errors?.[0].field]).toEqual([422, field]);
  });
});

describe('a notification that is cancelled', () => {
  it('is not sent where it waits, nor tried again where it is being sent', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    receiver.respond(async ({ path }) => {
      if (path.startsWith('/fails')) await held;
      return { status: 500 };
    });
    const { id } = await send({ channels: { webhook: failing('held') } });
    await until('it to be sent', () => receiver.requests.some(({ path }) => path.endsWith('/held')));
    const changed = await here.client.request('PATCH', `/notifications/${id}`, {
      body: { channels: { webhook: failing() } },
    });
    expect([changed.status, changed.body.code]).toEqual([409, 'not_pending']);
    expect((await post(`/notifications/${id}/cancel`)).body.status).toBe('pending');
    release();
    const done = await becomes(id, 'cancelled');
    expect(done).toMatchObject({ counts: { cancelled: 1 }, deliveries: [{ attempt_count: 1, reason: 'cancelled' }] });
    expect(receiver.requests.filter(({ path }) => path.endsWith('/held'))).toHaveLength(1);
  });

  it('stays on record after DELETE, which answers alike every time', async () => {
    const { id } = await send({ ...toAlice, scheduled_for: soon() });
    const remove = () => here.client.request('DELETE', `/notifications/${id}`);
    expect([(await remove()).status, (await remove()).status]).toEqual([204, 204]);
    expect((await read(id)).status).toBe('cancelled');
    const unknown = `/notifications/${randomUUID()}`;
    expect((await here.client.request('DELETE', unknown)).status).toBe(404);
    const sent = await send(toAlice);
    await becomes(sent.id, 'completed');
    expect((await post(`/notifications/${sent.id}/cancel`)).body.code).toBe('not_pending');
  });

  it('is its sender’s affair, and the client’s', async () => {
    await post('/rooms', { room_type: 'group', name: 'r', members: ['alice', 'bob'] });
    const permissions = ['send_notifications' as const];
    const [alice, bob] = await Promise.all(['alice', 'bob'].map((name) => here.client.login(name, { permissions })));
    const body = { recipients: [{ user_id: 'bob' }], channels: { websocket }, scheduled_for: soon() };
    const { id } = (await alice!.request('POST', '/notifications', { body })).body;
    const byBob = await bob!.request('POST', `/notifications/${id}/cancel`);
    expect([byBob.status, byBob.body.code]).toEqual([403, 'forbidden']);
    const carol = await here.client.login('carol', { permissions });
    expect((await carol.request('POST', `/notifications/${id}/cancel`)).status).toBe(404);
    expect((await alice!.request('POST', `/notifications/${id}/cancel`)).body.status).toBe('cancelled');
  });
});

describe('a notification that failed', () => {
  it('is tried again, under the same ids, and says so of itself', async () => {
    receiver.respond(() => ({ status: 500 }));
    const { id } = await send({ channels: { webhook: failing('again') }, max_retry_attempts: 0 });
    const failed = await becomes(id, 'failed');
    receiver.respond(() => ({ status: 200 }));
    const headers = { 'idempotency-key': 'r1' };
    const retried = await post(`/notifications/${id}/retry`, {}, headers);
    expect([retried.status, retried.body.status]).toEqual([200, 'processing']);
    const done = await becomes(id, 'completed');
    expect(done).toMatchObject({ counts: { total: 1, delivered: 1, failed: 0 } });
    expect(done.deliveries[0]).toMatchObject({ id: failed.deliveries[0].id, attempt_count: 2 });
    expect(done.deliveries[0].attempts.map(({ status }: any) => status)).toEqual(['failed', 'sent']);
    const ids = receiver.requests.filter(({ path }) => path.endsWith('/again')).map((one) => one.headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect((await post(`/notifications/${id}/retry`, {}, headers)).headers.get('idempotency-replayed')).toBe('true');
    expect((await post(`/notifications/${id}/retry`)).body.code).toBe('not_pending');
  });
});

describe('what a user opted out of', () => {
  it('is on record as suppressed, and every other channel and category goes on', async () => {
    await here.client.request('PUT', '/users/alice', { body: { email: 'alice@example.com' } });
    const alice = await here.client.login('alice');
    const path = (user: string) => `/users/${user}/opt-outs`;
    expect((await alice.request('GET', path('me'))).body).toEqual({ categories: [], channels: [] });
    const wish = { categories: ['marketing'], channels: ['email'] };
    expect((await alice.request('PUT', path('me'), { body: wish })).body).toEqual(wish);
    expect((await here.client.request('GET', path('alice'))).body).toEqual(wish);
    expect((await alice.request('GET', path('bob'))).status).toBe(404);
    expect((await here.client.request('PUT', path('nobody'), { body: wish })).status).toBe(404);
    const bad = await here.client.request('PUT', path('alice'), { body: { channels: ['pigeon'] } });
    expect([bad.status, bad.body.errors[0].field]).toEqual([422, 'channels']);

    const channels = { websocket, email: { subject: 's', text: 't' } };
    const shown = async (category?: string) => {
      const { id } = await send({ recipients: [{ user_id: 'alice' }], channels, ...(category && { category }) });
      const { deliveries, category: stored } = await becomes(id, 'completed');
      return [stored, ...deliveries.map((one: any) => [one.channel, one.status, one.reason]).toSorted()];
    };
    const noMail = ['email', 'suppressed', 'opted_out'];
    expect(await shown('marketing')).toEqual(['marketing', noMail, ['websocket', 'suppressed', 'opted_out']]);
    expect(await shown('orders')).toEqual(['orders', noMail, ['websocket', 'sent', null]]);
    expect(await shown()).toEqual([null, noMail, ['websocket', 'sent', null]]);
    const order = { ...toAlice, channels, fallback: [{ channel: 'email' }, { channel: 'websocket', until: 'sent' }] };
    expect((await becomes((await send(order)).id, 'completed')).counts).toMatchObject({ suppressed: 1, sent: 1 });
    const later = { ...toAlice, channels, fallback: [{ channel: 'websocket', within_s: 3_600 }, { channel: 'email' }] };
    const { id } = await send(later);
    await until('it to be shown', async () => (await read(id)).counts.sent === 1);
    await here.app.sql('update notification_chains set due_at = clock_timestamp() where notification_id = $1', [id]);
    expect((await becomes(id, 'completed')).counts).toMatchObject({ total: 2, suppressed: 1, sent: 1 });
    await here.client.request('PUT', path('alice'), { body: {} });
    expect((await here.client.request('GET', path('alice'))).body).toEqual({ categories: [], channels: [] });
  });
});
