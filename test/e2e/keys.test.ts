import { startApp, type TestApp } from '../support/app.js';
import { inTime } from '../support/in-time.js';
import { until } from '../support/until.js';

const OTHERS_ORIGIN = 'https://evil.example';

describe('keys', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '1000' } });
  });
  afterAll(() => app.stop());

  const me = (key: string) => app.request('GET', '/clients/me', { key });

  describe('of a client', () => {
    it('are made, listed without their secret, and revoked', async () => {
      const client = await app.client();
      const made = await client.request('POST', '/clients/me/keys', { body: { name: 'CI' } });
      expect(made).toMatchObject({ status: 201, body: { name: 'CI', permissions: null, expires_at: null } });
      expect((await me(made.body.api_key)).status).toBe(200);

      const { data } = (await client.request('GET', '/clients/me/keys')).body;
      expect(data).toHaveLength(2);
      const { api_key, ...shown } = made.body;
      expect(data[1]).toEqual({ ...shown, last_used_at: data[1].last_used_at });
      expect(api_key.startsWith(`${shown.prefix}_`)).toBe(true);

      expect((await client.request('DELETE', `/clients/me/keys/${made.body.id}`)).status).toBe(204);
      expect(await me(api_key)).toMatchObject({ status: 401, body: { code: 'invalid_key' } });
      expect((await client.request('DELETE', `/clients/me/keys/${made.body.id}`)).status).toBe(204);
    });

    it('cannot all be revoked: one that manages the client and does not expire stays', async () => {
      const client = await app.client();
      await client.request('POST', '/clients/me/keys', { body: { name: 'narrow', permissions: ['send_messages'] } });
      await client.request('POST', '/clients/me/keys', { body: { name: 'short', expires_in: 60 } });
      const [first] = (await client.request('GET', '/clients/me/keys')).body.data;
      const refused = await client.request('DELETE', `/clients/me/keys/${first.id}`);
      expect(refused).toMatchObject({ status: 409, body: { code: 'conflict' } });

      const second = (await client.request('POST', '/clients/me/keys', { body: { name: 'second' } })).body;
      // Held at their last step, both requests have looked before either commits.
      const holder = await app.database.connect();
      await holder.query('begin');
      await holder.query('lock table auth_changes in share mode');
      const both = [first.id, second.id].map((id) => client.request('DELETE', `/clients/me/keys/${id}`));
      await until('both to wait', async () => (await app.database.waitingForLocks()) === 2);
      await holder.query('commit');
      await holder.end();
      expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([204, 409]);
    });

    it('are rotated at once or with an overlap', async () => {
      const client = await app.client();
      const make = async () => (await client.request('POST', '/clients/me/keys', { body: { name: 'CI' } })).body;
      const rotate = (id: string, body?: object) => client.request('POST', `/clients/me/keys/${id}/rotate`, { body });
      const old = await make();
      const now = await rotate(old.id);
      expect(now).toMatchObject({ status: 201, body: { name: 'CI' } });
      expect((await me(old.api_key)).status).toBe(401);
      expect((await me(now.body.api_key)).status).toBe(200);

      const later = await rotate(now.body.id, { overlap_s: 600 });
      expect((await me(now.body.api_key)).status).toBe(200);
      expect((await me(later.body.api_key)).status).toBe(200);
      // A second successor would end when the first one's overlap does.
      const again = await Promise.all([1, 2].map(() => rotate(now.body.id, { overlap_s: 3600 })));
      for (const { status, body } of again) expect([status, body.code]).toEqual([409, 'conflict']);
      const { body: listed } = await client.request('GET', '/clients/me/keys');
      const rotated = listed.data.find(({ id }: any) => id === now.body.id);
      expect(Date.parse(rotated.updated_at)).toBeGreaterThan(Date.parse(rotated.created_at));
      expect(later.body.updated_at).toBe(later.body.created_at);
      await app.sql('update api_keys set expires_at = clock_timestamp() where id = $1', [now.body.id]);
      await app.sql('insert into auth_changes (client_id, key_id) values ($1, $2)', [client.id, now.body.id]);
      await until('the overlap to end', async () => (await me(now.body.api_key)).status === 401);
    });

    it('may be narrowed to permissions, and then do not manage the client', async () => {
      const client = await app.client();
      const { body } = await client.request('POST', '/clients/me/keys', {
        body: { name: 'narrow', permissions: ['read_messages', 'read_messages'] },
      });
      expect(body.permissions).toEqual(['read_messages']);
      expect((await me(body.api_key)).status).toBe(200);
      const escalate = await app.request('POST', '/clients/me/keys', { key: body.api_key, body: { name: 'full' } });
      expect(escalate).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    });

    it('see and touch nobody but the user they act for, once narrowed', async () => {
      const client = await app.client();
      const narrow = async (permission: string) =>
        (await client.request('POST', '/clients/me/keys', { body: { name: permission, permissions: [permission] } }))
          .body.api_key as string;
      const [reader, notifier] = [await narrow('read_messages'), await narrow('send_notifications')];
      await client.request('PUT', '/users/alice', { body: { email: 'alice@example.com' } });
      const alice = await client.login('alice');
      const notification = { recipients: [{ user_id: 'alice' }], channels: { websocket: { title: 'Hi' } } };
      const { id } = (await client.request('POST', '/notifications', { body: notification })).body;

      const refused = { status: 403, body: { code: 'forbidden' } };
      const asReader = app.requester(reader);
      expect(await asReader('GET', '/users/alice')).toMatchObject(refused);
      expect(await asReader('PATCH', '/users/alice', { body: { email: 'eve@example.com' } })).toMatchObject(refused);
      expect(await asReader('POST', '/auth/logout', { body: { user_id: 'alice' } })).toMatchObject(refused);
      for (const path of ['', `/${id}`, `/${id}/deliveries`]) {
        expect(await asReader('GET', `/notifications${path}`)).toMatchObject(refused);
        expect((await app.request('GET', `/notifications${path}`, { key: notifier })).status).toBe(200);
      }
      expect((await me(alice.key)).status).toBe(200);

      const headers = { 'x-user-id': 'alice' };
      expect((await asReader('GET', '/users/me', { headers })).body.email).toBe('alice@example.com');
      expect((await asReader('PATCH', '/users/me', { headers, body: { display_name: 'Al' } })).status).toBe(200);
      expect(await asReader('PATCH', '/users/me', { headers, body: { email: 'a@b.co' } })).toMatchObject(refused);
    });

    it('are out of reach for other tenants', async () => {
      const [client, other] = [await app.client(), await app.client()];
      const key = (await client.request('POST', '/clients/me/keys', { body: { name: 'CI' } })).body;
      expect((await other.request('DELETE', `/clients/me/keys/${key.id}`)).status).toBe(404);
      expect((await other.request('POST', `/clients/me/keys/${key.id}/rotate`)).status).toBe(404);
      expect((await me(key.api_key)).status).toBe(200);
    });
  });

  describe('of a user', () => {
    it('are made, read, listed by user, and revoked; a login does not touch them', async () => {
      const client = await app.client();
      const body = { user_id: 'kiosk', name: 'Lobby', permissions: ['read_messages'] };
      const made = (await client.request('POST', '/clients/scoped-keys', { body })).body;
      expect(made).toMatchObject({ ...body, issued_by: 'api', device_id: null, expires_at: null });
      expect(made.api_key).toMatch(/^ck_user_/);
      await client.login('kiosk');
      await client.login('alice');
      const { api_key, ...shown } = made;
      expect((await client.request('GET', `/clients/scoped-keys/${made.id}`)).body).toMatchObject(shown);
      const ofKiosk = (await client.request('GET', '/clients/scoped-keys?user_id=kiosk')).body.data;
      expect(ofKiosk.map((key: { issued_by: string }) => key.issued_by)).toEqual(['api', 'login']);

      const admitted = async () => (await app.request('GET', '/users/me', { key: api_key })).status;
      expect(await admitted()).toBe(200);
      expect((await client.request('DELETE', `/clients/scoped-keys/${made.id}`)).status).toBe(204);
      expect((await client.request('DELETE', `/clients/scoped-keys/${made.id}`)).status).toBe(204);
      expect(await admitted()).toBe(401);
      expect((await client.request('GET', `/clients/scoped-keys/${made.id}`)).status).toBe(404);
    });

    it('are out of reach for other tenants and for scoped keys', async () => {
      const [client, other] = [await app.client(), await app.client()];
      const alice = await client.login('alice');
      expect((await other.request('GET', `/clients/scoped-keys/${alice.key_id}`)).status).toBe(404);
      expect((await other.request('DELETE', `/clients/scoped-keys/${alice.key_id}`)).status).toBe(404);
      expect((await alice.request('GET', `/clients/scoped-keys/${alice.key_id}`)).status).toBe(403);
      expect((await alice.request('GET', '/clients/me')).status).toBe(200);
    });

    it('expire, also when they are remembered', async () => {
      const client = await app.client();
      const alice = await inTime(async (expires_in) => {
        const login = await client.login('alice', { expires_in });
        expect((await login.request('GET', '/users/me')).status).toBe(200);
        return login;
      });
      await until('the key to expire', async () => (await alice.request('GET', '/users/me')).status === 401);
    });

    it('expire as the settings say when the request does not', async () => {
      const client = await app.client({ settings: { key_ttl_s: 600 } });
      const { expires_at } = await client.login('alice');
      expect(Date.parse(expires_at!) - Date.now()).toBeGreaterThan(500_000);
      expect(Date.parse((await client.login('bob', { expires_in: 60 })).expires_at!) - Date.now()).toBeLessThan(61_000);
      const key = await client.request('POST', '/clients/me/keys', { body: { name: 'CI' } });
      expect(key.body.expires_at).toBeNull();
    });
  });

  describe('are carried', () => {
    it('as Bearer or X-API-Key, not as two different ones', async () => {
      const client = await app.client();
      const get = (headers: Record<string, string>) => app.request('GET', '/clients/me', { headers });
      expect((await get({ authorization: `bearer ${client.key}` })).status).toBe(200);
      expect((await get({ 'x-api-key': client.key })).status).toBe(200);
      expect((await get({ 'x-api-key': client.key, authorization: `Bearer ${client.key}` })).status).toBe(200);
      const two = await get({ 'x-api-key': client.key, authorization: 'Bearer other' });
      expect(two).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
      expect((await get({ authorization: `Basic ${client.key}` })).body.code).toBe('unauthenticated');
      expect((await get({})).headers.get('www-authenticate')).toBe('Bearer');
    });

    it('as they are: junk, another secret and another kind are refused', async () => {
      const client = await app.client();
      const alice = await client.login('alice');
      const flipped = client.key.slice(0, -7) + (client.key.at(-7) === 'a' ? 'b' : 'a') + client.key.slice(-6);
      for (const key of ['x', 'ck_master_', flipped, client.key.replace('master', 'user'), alice.key.toUpperCase()]) {
        expect(await me(key)).toMatchObject({ status: 401, body: { code: 'invalid_key' } });
      }
    });

    it('from browsers by users only, and only from allowed origins', async () => {
      const client = await app.client({ allowed_origins: ['https://app.example'] });
      const alice = await client.login('alice');
      const from = (key: string, origin: string) => app.request('GET', '/clients/me', { key, headers: { origin } });
      expect((await from(alice.key, 'https://app.example')).status).toBe(200);
      expect((await from(alice.key, OTHERS_ORIGIN)).body.code).toBe('origin_not_allowed');
      expect((await from(alice.key, 'null')).body.code).toBe('origin_not_allowed');
      expect((await from(client.key, 'https://app.example')).body.code).toBe('server_key_in_browser');
      expect((await from(client.key, app.url)).status).toBe(200);
      const admin = await app.request('GET', '/clients', { key: app.admin().key, headers: { origin: OTHERS_ORIGIN } });
      expect(admin).toMatchObject({ status: 403, body: { code: 'server_key_in_browser' } });
      const open = await (await app.client()).login('bob');
      expect((await from(open.key, OTHERS_ORIGIN)).status).toBe(200);
    });
  });

  it('note when they were last used', async () => {
    const client = await app.client();
    const { key_id, request } = await client.login('alice');
    const lastUsed = async () => (await client.request('GET', `/clients/scoped-keys/${key_id}`)).body.last_used_at;
    expect(await lastUsed()).toBeNull();
    await request('GET', '/clients/me');
    const first = await until('the use to be noted', lastUsed);
    for (let i = 0; i < 3; i++) await request('GET', '/clients/me');
    expect(await lastUsed()).toBe(first);
  });
});
