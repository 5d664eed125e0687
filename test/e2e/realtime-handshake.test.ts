import { once, setMaxListeners } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom } from '../support/chat.js';
import { closeSockets, connect, refusal } from '../support/socket.js';
import { inTime } from '../support/in-time.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
});
afterEach(closeSockets);

describe('a handshake', () => {
  it('tells a user where everything stands', async () => {
    const alice = await client.login('alice');
    const socket = await connect(app, alice.key);
    const ready = await socket.waitForReady();
    expect(ready).toEqual({
      session_id: socket.socket.id,
      user_id: 'alice',
      server_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      heartbeat_ms: 25_000,
      user: { epoch: expect.stringMatching(/^\d+\.\d+$/), rev: 0 },
      rooms: [],
      rooms_truncated: false,
    });
  });

  it('works over polling too', async () => {
    const alice = await client.login('alice');
    const socket = await connect(app, alice.key, { transports: ['polling'] });
    expect(await socket.get('ping', {})).toEqual({ server_time: expect.any(String) });
  });

  it('takes a master key for nobody, or for a user that it makes and names', async () => {
    const nobody = await connect(app, client.key);
    expect(await nobody.waitForReady()).toMatchObject({ user_id: null, user: null, rooms: [] });
    const dora = await connect(app, client.key, { user_id: 'dora', display_name: 'Dora D.' });
    expect(await dora.waitForReady()).toMatchObject({ user_id: 'dora', user: { rev: 0 } });
    const { body } = await client.request('GET', '/users/dora');
    expect(body.display_name).toBe('Dora D.');
  });

  it('is refused with the problem of the same request', async () => {
    const alice = await client.login('alice');
    expect(await refusal(app, {})).toMatchObject({ code: 'unauthenticated', status: 401, instance: '/sockets' });
    expect(await refusal(app, { api_key: 'ck_user_x_y_z' })).toMatchObject({ code: 'invalid_key', status: 401 });
    expect(await refusal(app, { api_key: 17 })).toMatchObject({ code: 'validation_failed' });
    expect(await refusal(app, { api_key: alice.key, surprise: 1 })).toMatchObject({ code: 'validation_failed' });
    expect(await refusal(app, { api_key: app.admin().key })).toMatchObject({ code: 'forbidden' });
    expect(await refusal(app, { api_key: alice.key, user_id: 'bob' })).toMatchObject({ code: 'user_mismatch' });
    expect(await refusal(app, { api_key: alice.key, display_name: 'A' })).toMatchObject({ code: 'validation_failed' });
  });

  it('is refused for a suspended client, and its connections are closed', async () => {
    const alice = await client.login('alice');
    const socket = await connect(app, alice.key);
    await app.admin().request('POST', `/clients/${client.id}/suspend`);
    expect(await socket.waitForEnd()).toBe('io server disconnect');
    expect(await refusal(app, { api_key: alice.key })).toMatchObject({ code: 'client_suspended', status: 403 });
  });

  it('is refused from origins that the client did not allow, and for server keys in browsers', async () => {
    const alice = await client.login('alice');
    const from = (origin: string) => ({ headers: { origin } });
    expect(await refusal(app, { api_key: client.key }, from('https://evil.example'))).toMatchObject({
      code: 'server_key_in_browser',
    });
    await client.request('PATCH', '/clients/me', { body: { allowed_origins: ['https://app.example'] } });
    expect(await refusal(app, { api_key: alice.key }, from('https://evil.example'))).toMatchObject({
      code: 'origin_not_allowed',
      status: 403,
    });
    await connect(app, alice.key, from('https://app.example'));
    await connect(app, alice.key);
  });

  it('serves one key per connection', async () => {
    const alice = await client.login('alice');
    const socket = await connect(app, alice.key);
    // A second CONNECT packet on a connection that has its session.
    (socket.socket as any).packet({ type: 0, data: { api_key: alice.key } });
    expect(await socket.waitForEnd()).toBe('transport close');
  });

  it('answers CORS of polling for any origin, without credentials', async () => {
    const headers = { origin: 'https://app.example' };
    const answer = await app.request('GET', '//sockets/?EIO=4&transport=polling', { headers });
    expect(answer.status).toBe(200);
    expect(['*', 'https://app.example']).toContain(answer.headers.get('access-control-allow-origin'));
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });
});

describe('a key that ends', () => {
  it('closes its connections when it is revoked, and no other', async () => {
    const alice = await client.login('alice');
    const tablet = await client.login('alice', { device_id: 'tablet' });
    const [phone, other] = [await connect(app, alice.key), await connect(app, tablet.key)];
    await alice.request('POST', '/auth/logout', { body: { user_id: 'alice' } });
    expect(await phone.waitForEnd()).toBe('io server disconnect');
    expect(other.socket.connected).toBe(true);
    expect(await refusal(app, { api_key: alice.key })).toMatchObject({ code: 'invalid_key' });
  });

  it('is told a minute ahead, and closes the connection when it expires', async () => {
    const socket = await inTime(async (seconds) => {
      // A look each second tells, so it needs one second more.
      const alice = await client.login('alice', { expires_in: 1 + seconds });
      const session = await connect(app, alice.key);
      const told = () => session.bodies('session.expiring');
      await until('the warning', () => told().length > 0 || session.disconnects.length > 0);
      expect(told()).toEqual([{ expires_at: alice.expires_at }]);
      return session;
    });
    expect(await socket.waitForEnd()).toBe('io server disconnect');
    expect(socket.bodies('session.expiring')).toHaveLength(1);
  });

  it('is exchanged by auth.refresh, and the connection goes on with what the new key allows', async () => {
    const alice = await client.login('alice');
    const socket = await connect(app, alice.key);
    const next = await client.login('alice', { permissions: ['read_messages'], overlap_s: 60 });
    expect(await socket.waitFor('session.expiring')).toEqual({ expires_at: expect.any(String) });
    const refreshed = await socket.get('auth.refresh', { api_key: next.key });
    expect(refreshed).toEqual({
      user_id: 'alice',
      key_id: next.key_id,
      permissions: ['read_messages'],
      expires_at: null,
    });
    await client.request('POST', '/auth/logout', { body: { user_id: 'alice' } });
    expect(await socket.waitForEnd()).toBe('io server disconnect');
  });

  it('is not exchanged for a key of somebody else', async () => {
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const foreign = await (await app.client()).login('alice');
    const socket = await connect(app, alice.key);
    for (const api_key of [bob.key, foreign.key, client.key]) {
      expect(await socket.ask('auth.refresh', { api_key })).toMatchObject({ error: { code: 'user_mismatch' } });
    }
    expect(await socket.ask('auth.refresh', { api_key: 'x' })).toMatchObject({ error: { code: 'invalid_key' } });
    expect(await socket.ask('auth.refresh', {})).toMatchObject({ error: { code: 'validation_failed' } });
    expect(await socket.get('ping', {})).toBeDefined();
  });
});

describe('too many wrong keys', () => {
  it('are refused with 429 while right ones pass', async () => {
    const strict = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '3' } });
    const wrong = { api_key: 'ck_user_x_y_z' };
    const codes: string[] = [];
    for (let i = 0; i < 5; i++) codes.push((await refusal(strict, wrong)).code);
    expect(codes).toEqual(['invalid_key', 'invalid_key', 'invalid_key', 'rate_limited', 'rate_limited']);
    const alice = await (await strict.client()).login('alice');
    await connect(strict, alice.key);
    closeSockets();
    await strict.stop();
  });
});

/** What the system itself lets wait. */
const somaxconn = (): number => {
  const file = '/proc/sys/net/core/somaxconn';
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 128;
};

it('a node that is busy lets as many connections wait as the system does', async () => {
  const { hostname, port } = new URL(app.url);
  app.pause();
  const waiting = Array.from({ length: Math.min(800, somaxconn() - 50) }, () =>
    dial({ host: hostname, port: Number(port) }),
  );
  try {
    const signal = AbortSignal.timeout(60_000);
    setMaxListeners(0, signal);
    const connected = Promise.all(waiting.map((socket) => once(socket, 'connect', { signal })));
    await expect(connected).resolves.toHaveLength(waiting.length);
  } finally {
    app.resume();
    for (const socket of waiting) socket.destroy();
  }
});

describe('a node that goes away', () => {
  it('tells its clients, and cuts them off in a way that makes them come back', async () => {
    const leaving = await startApp();
    const alice = await (await leaving.client()).login('alice');
    const socket = await connect(leaving, alice.key);
    await leaving.stop();
    const { reconnect_after_ms } = (await socket.waitFor('session.draining')) as any;
    expect(reconnect_after_ms).toBeGreaterThanOrEqual(250);
    expect(reconnect_after_ms).toBeLessThan(5_000);
    expect(await until('the end', () => socket.disconnects[0])).not.toBe('io server disconnect');
  });

  it('answers what it has accepted', async () => {
    const leaving = await startApp();
    const tenant = await leaving.client();
    const alice = await tenant.login('alice');
    const room = await makeRoom(tenant, ['alice']);
    const socket = await connect(leaving, alice.key);
    const holder = await leaving.database.connect();
    await holder.query('begin');
    // Not the room, for which a send waits five seconds at most.
    await holder.query('lock table messages in exclusive mode');
    const sending = socket.ask('message.send', { room_id: room.id, content: 'last words' });
    await until('the send to wait', async () => (await leaving.database.waitingForLocks()) > 0);
    const stopped = leaving.stop();
    await socket.waitFor('session.draining');
    expect(await socket.ask('ping', {})).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } });
    await holder.query('commit');
    await holder.end();
    expect(await sending).toMatchObject({ ok: true, data: { content: 'last words', seq: 1 } });
    await stopped;
  });
});
