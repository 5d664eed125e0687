import type { TestClient } from '../support/app.js';
import { makeRoom } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';

const shared = oneApp();

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
    expect(Number(refused.headers.get('retry-after'))).toBe(refused.body.retry_after_s);
    expect(refused.body.retry_after_s).toBeLessThanOrEqual(3_600);

    const mail = { email: { subject: 's', text: 't' } };
    const both = await notify(client, ['a', 'b'], mail);
    expect(both).toMatchObject({ status: 429, body: { violated_policies: ['email-deliveries-day'] } });
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
