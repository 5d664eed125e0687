import { startApp, type TestApp } from '../support/app.js';
import { inTime } from '../support/in-time.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

describe('login and logout', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  afterEach(closeSockets);

  const works = async (key: string): Promise<boolean> =>
    (await app.request('GET', '/users/me', { key })).status === 200;

  it('make the user and a key with the default permissions', async () => {
    const client = await app.client();
    const { status, body } = await client.request('POST', '/auth/login', {
      body: { user_id: 'alice', display_name: 'Alice' },
    });
    expect(status).toBe(201);
    expect(body).toEqual({
      user_id: 'alice',
      display_name: 'Alice',
      api_key: expect.stringMatching(/^ck_user_/),
      key_id: expect.any(String),
      permissions: ['read_messages', 'send_messages', 'join_rooms'],
      device_id: null,
      expires_at: null,
    });
    expect((await client.request('GET', '/users/alice')).body.display_name).toBe('Alice');
    // A login without a name keeps the one there is.
    expect((await client.login('alice')).display_name).toBe('Alice');
  });

  it('end earlier logins: of the device when named, else all', async () => {
    const client = await app.client();
    const phone = await client.login('alice', { device_id: 'phone' });
    const laptop = await client.login('alice', { device_id: 'laptop' });
    const bob = await client.login('bob');
    expect(await works(phone.key)).toBe(true);
    const phoneAgain = await client.login('alice', { device_id: 'phone' });
    expect([await works(phone.key), await works(laptop.key)]).toEqual([false, true]);
    await client.login('alice');
    expect([await works(phoneAgain.key), await works(laptop.key), await works(bob.key)]).toEqual([false, false, true]);
  });

  it('keep the old key alive for overlap_s, and tell when it ends', async () => {
    const client = await app.client();
    const { old, socket } = await inTime(async (overlap_s) => {
      const old = await client.login('alice');
      const socket = await connect(app, old.key);
      await client.login('alice', { overlap_s });
      expect(await works(old.key)).toBe(true);
      expect(socket.disconnects).toEqual([]);
      return { old, socket };
    });
    await until('the overlap to end', async () => !(await works(old.key)));
    await until('its sockets to be closed', () => socket.disconnects.length > 0);
    const tooLong = await client.request('POST', '/auth/login', { body: { user_id: 'alice', overlap_s: 301 } });
    expect(tooLong).toMatchObject({ status: 422, body: { errors: [{ field: 'overlap_s' }] } });
  });

  it('leave exactly one key of twenty logins at once', async () => {
    const client = await app.client();
    const logins = await Promise.all(Array.from({ length: 20 }, () => client.login('alice')));
    const alive = await Promise.all(logins.map(({ key }) => works(key)));
    expect(alive.filter(Boolean)).toHaveLength(1);
  });

  it('take a master key for login', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    for (const key of [alice.key, app.admin().key]) {
      const answer = await app.request('POST', '/auth/login', { key, body: { user_id: 'bob' } });
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  it('log out by master key, a device or all', async () => {
    const client = await app.client();
    const [phone, laptop] = [
      await client.login('alice', { device_id: 'phone' }),
      await client.login('alice', { device_id: 'laptop' }),
    ];
    const logout = (body: object) => client.request('POST', '/auth/logout', { body });
    expect((await logout({ user_id: 'alice', device_id: 'phone' })).body).toEqual({ user_id: 'alice', revoked: 1 });
    expect([await works(phone.key), await works(laptop.key)]).toEqual([false, true]);
    expect((await logout({ user_id: 'alice' })).body.revoked).toBe(1);
    expect(await works(laptop.key)).toBe(false);
    expect((await logout({ user_id: 'nobody' })).body).toEqual({ user_id: 'nobody', revoked: 0 });
    expect(await logout({})).toMatchObject({ status: 422, body: { errors: [{ field: 'user_id' }] } });
  });

  it('log a scoped key out by itself, and no other', async () => {
    const client = await app.client();
    const [alice, other] = [
      await client.login('alice', { device_id: 'a' }),
      await client.login('alice', { device_id: 'b' }),
    ];
    const mismatch = await alice.request('POST', '/auth/logout', { body: { user_id: 'bob' } });
    expect(mismatch).toMatchObject({ status: 403, body: { code: 'user_mismatch' } });
    expect((await alice.request('POST', '/auth/logout', { body: { device_id: 'b' } })).status).toBe(422);
    expect((await alice.request('POST', '/auth/logout')).body).toEqual({ user_id: 'alice', revoked: 1 });
    expect([await works(alice.key), await works(other.key)]).toEqual([false, true]);
  });

  it('do not reach other tenants', async () => {
    const [client, other] = [await app.client(), await app.client()];
    const alice = await client.login('alice');
    expect((await other.request('POST', '/auth/logout', { body: { user_id: 'alice' } })).body.revoked).toBe(0);
    await other.login('alice');
    expect(await works(alice.key)).toBe(true);
  });

  it('limit wrong keys per address, also one that a trusted proxy names; valid ones pass, missing ones do not count', async () => {
    const limited = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '5', TRUST_PROXY: 'true' } });
    try {
      const client = await limited.client();
      const wrong = (headers: Record<string, string> = {}) =>
        limited.request('GET', '/clients/me', { key: 'wrong', headers });
      for (let i = 0; i < 10; i++) expect((await limited.request('GET', '/clients/me')).status).toBe(401);
      for (let i = 0; i < 5; i++) expect((await wrong()).status).toBe(401);
      const refused = await wrong();
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited', retryable: true } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('ratelimit-policy')).toBe('"failed-keys";q=5;w=60');
      expect(refused.headers.get('ratelimit')).toMatch(/^"failed-keys";r=0;t=\d+$/);
      expect((await client.request('GET', '/clients/me')).status).toBe(200);

      const from = async (address: string) => (await wrong({ 'x-forwarded-for': address })).status;
      const five = async (...addresses: string[]) => {
        for (let i = 0; i < 5; i++) expect(await from(addresses[i % addresses.length]!)).toBe(401);
      };
      await five('203.0.113.1');
      expect([await from('203.0.113.1'), await from('203.0.113.2')]).toEqual([429, 401]);
      // One IPv6 customer has at least a /64.
      await five('2001:db8::1', '2001:db8:0:0:9::2');
      expect([await from('2001:db8:0:0:a::3'), await from('2001:db8:1::1')]).toEqual([429, 401]);
      expect(await from('junk')).toBeLessThan(500);
    } finally {
      await limited.stop();
    }
  });

  it('count the address before as many proxies as are trusted', async () => {
    const limited = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '1', TRUST_PROXY: '1' } });
    try {
      const wrong = async (forwarded: string): Promise<number> =>
        (await limited.request('GET', '/clients/me', { key: 'x', headers: { 'x-forwarded-for': forwarded } })).status;
      // What the proxy wrote stands last; who forges the rest is still one address.
      expect([
        await wrong('203.0.113.1'),
        await wrong('203.0.113.2'),
        await wrong('198.51.100.7, 203.0.113.2'),
      ]).toEqual([401, 401, 429]);
    } finally {
      await limited.stop();
    }
  });
});
