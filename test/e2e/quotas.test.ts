import type { TestClient } from '../support/app.js';
import { makeRoom } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

const shared = oneApp();

describe('what providers take', () => {
  let sink: SmtpSink;
  beforeAll(async () => {
    sink = await SmtpSink.start();
  });
  afterAll(() => sink.stop());

  it('is told with what is left of it, and what is beyond it is held', async () => {
    const { client } = shared;
    const add = (name: string, caps: object) =>
      client.request('POST', '/clients/me/email-providers', {
        body: {
          name,
          provider_type: 'smtp',
          from_email: 'a@example.com',
          config: { host: '127.0.0.1', port: sink.port, secure: false },
          ...caps,
        },
      });
    expect((await add('main', { rate_limit_per_second: 50, hourly_cap: 2, daily_cap: 40 })).status).toBe(201);
    expect((await add('free', {})).status).toBe(201);
    const of = async (key = client.key) =>
      (await client.request('GET', '/rate-limits', { key })).body.limits.filter(
        ({ scope }: any) => scope === 'provider',
      );
    const whole = { scope: 'provider', channel: 'email', provider: 'main', reset_at: expect.any(String) };
    expect(await of()).toEqual([
      { ...whole, name: 'deliveries_second', limit: 50, remaining: 50, window_s: 1 },
      { ...whole, name: 'deliveries_hour', limit: 2, remaining: 2, window_s: 3_600 },
      { ...whole, name: 'deliveries_day', limit: 40, remaining: 40, window_s: 86_400 },
    ]);
    const channels = { email: { subject: 's', text: 't', provider: 'main' } };
    const recipients = ['b', 'c', 'd'].map((name) => ({ email: `${name}@example.com` }));
    const { body: sent } = await client.request('POST', '/notifications', { body: { recipients, channels } });
    const counts = await until('two mails and one that waits', async () => {
      const { body } = await client.request('GET', `/notifications/${sent.id}`);
      return body.counts.sent === 2 && body.counts.held === 1 && body;
    });
    expect(counts.deliveries.find(({ status }: any) => status === 'held').reason).toBe('quota_exhausted');
    const [second, hour, day] = await of();
    expect([hour.remaining, day.remaining]).toEqual([0, 38]);
    expect(second.remaining).toBeLessThanOrEqual(50);
    for (const { reset_at, window_s } of [second, hour, day])
      expect(Date.parse(reset_at) - Date.now()).toBeLessThanOrEqual(window_s * 1_000 + 1_000);
    // Who manages no providers sees none.
    const { body: narrow } = await client.request('POST', '/clients/me/keys', {
      body: { name: 'narrow', permissions: ['read_messages'] },
    });
    expect(await of(narrow.api_key)).toEqual([]);
    expect(await of((await client.login('ann')).key)).toEqual([]);
    expect(await of((await shared.app.client()).key)).toEqual([]);
    await client.request('PATCH', '/clients/me/email-providers/main', {
      body: { hourly_cap: 5, rate_limit_per_second: null },
    });
    expect((await of()).map(({ name, limit, remaining }: any) => [name, limit, remaining])).toEqual([
      ['deliveries_hour', 5, expect.any(Number)],
      ['deliveries_day', 40, expect.any(Number)],
    ]);
    await until(
      'the third',
      async () => (await client.request('GET', `/notifications/${sent.id}`)).body.counts.sent === 3,
    );
  });
});

describe('quotas', () => {
  const clientWith = (quotas: object): Promise<TestClient> => shared.app.client({ limits: { quotas } });
  const notify = (
    client: TestClient,
    users: string[],
    channels: object = { websocket: { title: 't' } },
    key?: string,
  ) =>
    client.request('POST', '/notifications', {
      ...(key && { key }),
      body: { recipients: users.map((user_id) => ({ user_id })), channels },
    });
  const listed = async (client: TestClient, key = client.key) => {
    const { body } = await client.request('GET', '/rate-limits', { key });
    return body.limits.filter(({ name }: any) => /_(second|hour|day)$/.test(name));
  };

  it('of deliveries are taken whole, named when they are used up, and given back by what is refused', async () => {
    const client = await clientWith({
      deliveries_per_client: { per_hour: 5 },
      deliveries_per_channel: [{ channel: 'email', per_day: 1 }],
    });
    const first = await notify(client, ['a', 'b', 'c']);
    expect(first.status).toBe(202);
    expect(first.headers.get('ratelimit-policy')).toBe('"deliveries-hour";q=5;w=3600');
    expect(first.headers.get('ratelimit')).toMatch(/^"deliveries-hour";r=2;t=\d+$/);

    const refused = await notify(client, ['a', 'b', 'c']);
    expect(refused).toMatchObject({
      status: 429,
      body: { code: 'rate_limited', retryable: true, violated_policies: ['deliveries-hour'] },
    });
    expect(refused.body.detail).toMatch(/begins anew in \d+ s\.$/);
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.body.retry_after_s);
    expect(refused.body.retry_after_s).toBeLessThanOrEqual(3_600);

    const mail = { email: { subject: 's', text: 't' } };
    const both = await notify(client, ['a', 'b'], mail);
    expect(both).toMatchObject({ status: 429, body: { violated_policies: ['email-deliveries-day'] } });
    expect(both.body.detail).toContain('never grants so many at once');
    expect(both.headers.get('ratelimit-policy')).toBe(
      '"deliveries-hour";q=5;w=3600, "email-deliveries-day";q=1;w=86400',
    );
    expect((await notify(client, ['a'], mail)).status).toBe(202);
    expect(await listed(client)).toEqual([
      expect.objectContaining({ name: 'deliveries_hour', scope: 'client', limit: 5, remaining: 1, window_s: 3_600 }),
      expect.objectContaining({ name: 'deliveries_day', scope: 'channel', channel: 'email', limit: 1, remaining: 0 }),
    ]);
    expect((await notify(client, ['a'])).status).toBe(202);
    const [{ n }] = await shared.app.sql('select count(*)::int as n from notifications where client_id = $1', [
      client.id,
    ]);
    expect(n).toBe(3);
    expect((await notify(await clientWith({}), ['a'])).headers.get('ratelimit')).toBeNull();

    const bursts = await clientWith({ deliveries_per_client: { per_second: 2 } });
    const burst = await notify(bursts, ['a', 'b', 'c']);
    expect(burst).toMatchObject({ status: 429, body: { violated_policies: ['deliveries-second'], retry_after_s: 1 } });
    expect(burst.headers.get('ratelimit-policy')).toBe('"deliveries-second";q=2;w=1');
    // Whenever the next second begins.
    await until('the next second', async () => (await notify(bursts, ['a', 'b'])).status === 202);
  });

  it('of users hold for who sends with a key of its own, those of the client for all', async () => {
    const client = await clientWith({
      messages_per_user: { per_day: 2 },
      messages_per_client: { per_hour: 4 },
      notifications_per_user: { per_day: 1 },
    });
    const [ann, ben] = [await client.login('ann'), await client.login('ben')];
    const room = await makeRoom(client, ['ann', 'ben']);
    const say = (key: string) => client.request('POST', `/rooms/${room.id}/messages`, { key, body: { content: 'x' } });
    const first = await say(ann.key);
    expect(first.headers.get('ratelimit')).toMatch(
      /^"messages";r=599;t=\d+, "messages-day";r=1;t=\d+, "client-messages-hour";r=3;t=\d+$/,
    );
    expect((await say(ann.key)).status).toBe(201);
    expect(await say(ann.key)).toMatchObject({ status: 429, body: { violated_policies: ['messages-day'] } });
    expect((await say(ben.key)).status).toBe(201);
    expect((await say(client.key)).headers.get('ratelimit')).toMatch(/^"client-messages-hour";r=0;/);
    expect(await say(client.key)).toMatchObject({ status: 429, body: { violated_policies: ['client-messages-hour'] } });
    expect(await listed(client, ann.key)).toEqual([
      expect.objectContaining({ name: 'messages_day', scope: 'user', remaining: 0 }),
      expect.objectContaining({ name: 'messages_hour', scope: 'client', remaining: 0 }),
      expect.objectContaining({ name: 'notifications_day', scope: 'user', remaining: 1 }),
    ]);

    const { body } = await client.request('POST', '/clients/scoped-keys', {
      body: { user_id: 'ann', permissions: ['send_notifications'] },
    });
    expect((await notify(client, ['ben'], { websocket: { title: 't' } }, body.api_key)).status).toBe(202);
    expect(await notify(client, ['ben'], { websocket: { title: 't' } }, body.api_key)).toMatchObject({
      status: 429,
      body: { violated_policies: ['notifications-day'] },
    });
    expect((await notify(client, ['ben'])).status).toBe(202);
  });

  it('count each notification of a batch on its own, and nothing that is only simulated, refused or there already', async () => {
    const client = await clientWith({ notifications_per_user: { per_day: 3 }, deliveries_per_client: { per_hour: 4 } });
    const { body: key } = await client.request('POST', '/clients/scoped-keys', {
      body: { user_id: 'ann', permissions: ['send_notifications'] },
    });
    await makeRoom(client, ['ann', 'ben', 'cleo', 'dan']);
    const to = (...users: string[]) => ({
      recipients: users.map((user_id) => ({ user_id })),
      channels: { websocket: { title: 't' } },
    });
    const batch = async (...notifications: object[]) => {
      const answer = await client.request('POST', '/notifications/batch', {
        key: key.api_key,
        body: { notifications },
      });
      expect(answer.status).toBe(202);
      return { ...answer, statuses: answer.body.results.map(({ status }: any) => status) };
    };
    const once = { ...to('ben'), dedup_key: 'k' };
    const first = await batch({ ...to('ben'), simulate: true }, to('stranger'), to('ben'), once, once, once);
    expect(first.statuses).toEqual([200, 422, 202, 202, 200, 200]);
    expect(first.headers.get('ratelimit-policy')).toBe('"notifications-day";q=3;w=86400, "deliveries-hour";q=4;w=3600');
    const left = async () => (await listed(client, key.api_key)).map(({ name, remaining }: any) => [name, remaining]);
    expect(await left()).toEqual([
      ['notifications_day', 1],
      ['deliveries_hour', 2],
    ]);
    // Too many deliveries: it counts as no notification either.
    const second = await batch(to('ben', 'cleo', 'dan'), to('ben'), to('ben'));
    expect(second.statuses).toEqual([429, 202, 429]);
    expect(second.body.results[0].error).toMatchObject({
      code: 'rate_limited',
      retryable: true,
      retry_after_s: expect.any(Number),
      violated_policies: ['deliveries-hour'],
    });
    expect(second.body.results[2].error.violated_policies).toEqual(['notifications-day']);
    expect(second.headers.get('ratelimit')).toMatch(/^"notifications-day";r=0;t=\d+, "deliveries-hour";r=\d;t=\d+$/);
    expect(await left()).toEqual([
      ['notifications_day', 0],
      ['deliveries_hour', 1],
    ]);
    expect(
      (await client.request('POST', '/notifications', { key: key.api_key, body: { ...to('ben'), simulate: true } }))
        .status,
    ).toBe(200);
    expect((await notify(client, ['ben'], undefined, key.api_key)).status).toBe(429);
    // What was there already is answered with it, though no other could be sent any more.
    const again = await client.request('POST', '/notifications', { key: key.api_key, body: once });
    expect(again).toMatchObject({ status: 200, body: { deduplicated: true } });
    const third = await batch({ ...once, dedup_key: 'another' }, once);
    expect(third.statuses).toEqual([429, 200]);
    expect(third.body.results[1].notification.id).toBe(again.body.id);
    expect(await left()).toEqual([
      ['notifications_day', 0],
      ['deliveries_hour', 1],
    ]);
  });

  it('are used up by the first of many who send the same, and keep the others from nothing', async () => {
    const client = await clientWith({ deliveries_per_client: { per_day: 1 } });
    const body = { recipients: [{ user_id: 'a' }], channels: { websocket: { title: 't' } }, dedup_key: 'same' };
    const first = await client.request('POST', '/notifications', { body });
    expect(first.status).toBe(202);
    const all = await Promise.all(Array.from({ length: 8 }, () => client.request('POST', '/notifications', { body })));
    for (const { status, body: again } of all) {
      expect({ status, id: again.id, deduplicated: again.deduplicated }).toEqual({
        status: 200,
        id: first.body.id,
        deduplicated: true,
      });
    }
    expect(await listed(client)).toMatchObject([{ remaining: 0 }]);
  });

  it('are left whole to what comes behind repeats in a batch', async () => {
    const client = await clientWith({ deliveries_per_client: { per_day: 11 } });
    const wish = { recipients: [{ user_id: 'a' }], channels: { websocket: { title: 't' } } };
    const once = { ...wish, dedup_key: 'once' };
    expect((await client.request('POST', '/notifications', { body: once })).status).toBe(202);
    const notifications = Array.from({ length: 15 }, (_, at) => (at < 5 ? once : wish));
    const { body } = await client.request('POST', '/notifications/batch', { body: { notifications } });
    expect(body.results.map(({ status }: any) => status)).toEqual([...Array(5).fill(200), ...Array(10).fill(202)]);
    expect(await listed(client)).toMatchObject([{ remaining: 0 }]);
  });

  it('are granted as a whole, and taken away by null', async () => {
    const client = await clientWith({ deliveries_per_client: { per_day: 1 }, messages_per_user: { per_hour: 3 } });
    const grant = async (quotas: unknown) =>
      (await shared.app.admin().request('PATCH', `/clients/${client.id}`, { body: { limits: { quotas } } })).body;
    expect((await grant({ deliveries_per_client: { per_hour: 7 } })).limits.quotas).toEqual({
      deliveries_per_client: { per_hour: 7 },
    });
    expect((await grant(null)).limits.quotas).toEqual({});
    expect(await listed(client)).toEqual([]);
    expect((await grant({ deliveries_per_client: { per_hour: 0 } })).code).toBe('validation_failed');
    expect((await grant({ everything: { per_hour: 1 } })).code).toBe('validation_failed');
  });
});
