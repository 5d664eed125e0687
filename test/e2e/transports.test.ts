import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, Reader, say } from '../support/chat.js';
import { closeRawSockets, connectRaw } from '../support/raw-socket.js';
import { closeSockets, connect, type TestConnection } from '../support/socket.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

interface Transport {
  /** Its value of the metric's label. */
  label: string;
  connect(app: TestApp, key: string, options?: { user_id?: string }): Promise<TestConnection>;
  /** How a connection ends whose key did. */
  over: string;
  /** Where its client is suspended. */
  barred: string;
}

const TRANSPORTS: [string, Transport][] = [
  ['Socket.IO', { label: 'socket.io', connect, over: 'io server disconnect', barred: 'io server disconnect' }],
  ['raw WebSocket', { label: 'websocket', connect: connectRaw, over: '4401', barred: '4403' }],
];

/** As it is unless an operator sets it. */
const MAX_BODY_BYTES = 1_048_576;

const contentsOf = (socket: TestConnection): string[] =>
  socket.bodies('message.created').map(({ data }) => data.content as string);

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

/** What holds whatever carries a connection. */
describe.each(TRANSPORTS)('over %s', (_name, { connect: open, label, over, barred }) => {
  let client: TestClient;

  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(() => {
    closeSockets();
    closeRawSockets();
  });

  const connected = async (): Promise<number> => {
    const { body } = await app.request<string>('GET', '//metrics');
    return Number(new RegExp(`^chatapi_sockets_connected\\{transport="${label}"\\} (\\d+)$`, 'm').exec(body)?.[1] ?? 0);
  };

  it('a session says where everything stands', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice']);
    const socket = await open(app, alice.key);
    expect(await socket.waitForReady()).toEqual({
      session_id: expect.any(String),
      user_id: 'alice',
      server_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      heartbeat_ms: 25_000,
      user: { epoch: expect.stringMatching(/^\d+\.\d+$/), rev: 1 },
      rooms: [{ room_id: room.id, epoch: room.epoch, rev: room.last_rev }],
      rooms_truncated: false,
    });
  });

  it('what is sent is answered and heard as it is by REST, in one envelope, in its order', async () => {
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const room = await makeRoom(client, ['alice', 'bob']);
    const [a, b, other] = [await open(app, alice.key), await open(app, bob.key), await connect(app, bob.key)];
    const sent = await a.get('message.send', { room_id: room.id, content: 'by socket: é漢😀', client_msg_id: 'm1' });
    expect(await a.get('message.send', { room_id: room.id, content: 'by socket: é漢😀', client_msg_id: 'm1' })).toEqual(
      {
        ...sent,
        deduplicated: true,
      },
    );
    await say(bob.request, room.id, 'by REST');
    for (const socket of [a, b]) {
      await until('both messages', () => contentsOf(socket).length === 2);
      expect(contentsOf(socket)).toEqual(['by socket: é漢😀', 'by REST']);
    }
    // Word for word the same, whatever carries it.
    await until('both messages', () => contentsOf(other as TestConnection).length === 2);
    expect(b.bodies('message.created')).toEqual(other.bodies('message.created'));
    expect(b.bodies('message.created')[0]).toMatchObject({ type: 'message.created', seq: 1, data: sent });
    const list = ok(await alice.request('GET', `/rooms/${room.id}/messages?limit=1`));
    expect(await a.get('message.list', { room_id: room.id, limit: 1 })).toEqual(list);
  });

  it('many messages at once arrive whole and in their order, whatever their length', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const socket = await open(app, (await client.login('alice')).key);
    const bob = client.master('bob').request;
    const lengths = [1, 100, 130, 5_000, 9_990];
    const sent = await Promise.all(
      Array.from({ length: 60 }, (_, n) => say(bob, room.id, `${n} ${'😀'.repeat(lengths[n % 5]!)}`)),
    );
    await until('all', () => contentsOf(socket).length === 60);
    const ordered = sent.toSorted((x, y) => x.seq - y.seq).map(({ content }) => content);
    expect(contentsOf(socket)).toEqual(ordered);
  });

  it('who comes back catches up without loss or repeat', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice', 'bob']);
    const bob = client.master('bob').request;
    const before = await open(app, alice.key);
    const [position] = (await before.waitForReady()).rooms;
    const reader = new Reader(room.id, position!.epoch, position!.rev);
    await say(bob, room.id, '1');
    await before.waitFor('message.created');
    before.received.forEach(({ body }) => reader.apply(body));
    before.leave();
    for (const content of ['2', '3', '4']) await say(bob, room.id, content);
    const after = await open(app, alice.key);
    const answer = await after.get('sync.resume', { rooms: [reader.position] });
    await say(bob, room.id, '5');
    await after.waitFor('message.created');
    const events = [...answer.rooms[0].events, ...after.bodies('message.created')];
    expect(events.every((event) => reader.apply(event))).toBe(true);
    expect(reader.contents).toEqual(['1', '2', '3', '4', '5']);
  });

  it('subscriptions follow memberships, permissions and room.unsubscribe', async () => {
    const { key } = await client.login('alice');
    const [quiet, loud] = [await open(app, key), await open(app, key)];
    const reads = await client.login('alice', { permissions: ['send_messages'], device_id: 'deaf' });
    const deaf = await open(app, reads.key);
    const bob = client.master('bob').request;
    const room = await makeRoom(client, ['bob']);
    ok(await client.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'alice' } }));
    expect(await quiet.waitFor('room.added')).toMatchObject({ data: { room: { id: room.id } } });
    await quiet.get('room.unsubscribe', { room_id: room.id });
    const unheard = await say(bob, room.id, 'unheard');
    await loud.waitFor('message.created');
    const answer = await quiet.get('room.subscribe', { room_id: room.id, history: 5 });
    expect(answer).toMatchObject({ room_id: room.id, rev: unheard.rev, last_seq: 1 });
    expect(answer.history.data).toEqual([unheard]);
    await say(bob, room.id, 'heard');
    await quiet.waitFor('message.created');
    ok(await client.request('DELETE', `/rooms/${room.id}/members/alice`));
    for (const socket of [quiet, loud, deaf]) await socket.waitFor('room.removed');
    await say(bob, room.id, 'she is gone');
    const next = await makeRoom(client, ['alice', 'bob']);
    await say(bob, next.id, 'elsewhere');
    await quiet.waitFor('message.created', ({ data }) => data.content === 'elsewhere');
    expect([contentsOf(quiet), contentsOf(deaf)]).toEqual([['heard', 'elsewhere'], []]);
    expect(deaf.bodies('member.joined')).toHaveLength(1);
  });

  it('a master key hears the client’s stream, and acts for a user', async () => {
    const asBob = await open(app, client.key, { user_id: 'bob' });
    expect(await asBob.waitForReady()).toMatchObject({ user_id: 'bob' });
    const room = await makeRoom(client, ['bob']);
    await until('the room', () => asBob.bodies('room.added').length === 1);
    expect(await asBob.get('message.send', { room_id: room.id, content: 'x' })).toMatchObject({ sender_id: 'bob' });
  });

  it('a key is exchanged by auth.refresh, and its end ends the connection, and no other', async () => {
    const alice = await client.login('alice');
    const tablet = await client.login('alice', { device_id: 'tablet' });
    const [phone, other] = [await open(app, alice.key), await open(app, tablet.key)];
    const third = await client.login('alice', { device_id: 'third', permissions: ['read_messages'] });
    expect(await other.get('auth.refresh', { api_key: third.key })).toMatchObject({
      key_id: third.key_id,
      permissions: ['read_messages'],
    });
    for (const { key } of [tablet, alice]) {
      await app.request('POST', '/auth/logout', { key, body: { user_id: 'alice' } });
    }
    expect(await phone.waitForEnd()).toBe(over);
    expect(await other.get('ping', {})).toBeDefined();
    await app.admin().request('POST', `/clients/${client.id}/suspend`);
    expect(await other.waitForEnd()).toBe(barred);
  });

  it('limits count over all transports, and are followed by open connections', async () => {
    const small = await app.client({ limits: { messages_per_user_per_minute: 2 } });
    const alice = await small.login('alice');
    const room = await makeRoom(small, ['alice']);
    const socket = await open(app, alice.key);
    await say(alice.request, room.id, '1');
    await socket.get('message.send', { room_id: room.id, content: '2' });
    expect(await socket.ask('message.send', { room_id: room.id, content: '3' })).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', status: 429, instance: 'message.send' },
    });
    await app.admin().request('PATCH', `/clients/${small.id}`, {
      body: { limits: { messages_per_user_per_minute: 1_000 } },
    });
    await until('the new limit', async () => (await socket.ask('message.send', { room_id: room.id, content: '4' })).ok);
  });

  it('what is larger than a body may be ends the connection, and only that', async () => {
    const { key } = await client.login('alice');
    const [big, beside] = [await open(app, key), await open(app, key)];
    await until('no connections of other tests', async () => (await connected()) === 2);
    big.tell('message.send', { content: 'x'.repeat(MAX_BODY_BYTES + 1) });
    expect(await big.waitForEnd()).toMatch(label === 'websocket' ? /^4413$/ : /^transport/);
    expect(await beside.get('ping', {})).toBeDefined();
    await until('the metric', async () => (await connected()) === 1);
  });

  it('a node that goes away tells its connections, answers what it accepted, and makes them come back', async () => {
    const leaving = await startApp();
    const tenant = await leaving.client();
    const room = await makeRoom(tenant, ['alice']);
    const socket = await open(leaving, (await tenant.login('alice')).key);
    const holder = await leaving.database.connect();
    await holder.query('begin');
    await holder.query('lock table messages in exclusive mode');
    const sending = socket.ask('message.send', { room_id: room.id, content: 'last words' });
    await until('the send to wait', async () => (await leaving.database.waitingForLocks()) > 0);
    const stopped = leaving.stop();
    const { reconnect_after_ms } = await socket.waitFor<any>('session.draining');
    expect(reconnect_after_ms).toBeGreaterThanOrEqual(250);
    expect(await socket.ask('ping', {})).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    await holder.query('commit');
    await holder.end();
    expect(await sending).toMatchObject({ ok: true, data: { content: 'last words' } });
    await stopped;
    expect(await socket.waitForEnd()).not.toBe('io server disconnect');
    if (label === 'websocket') expect(socket.disconnects).toEqual(['4503']);
  });
});

describe('on two nodes', () => {
  let redis: TestRedis;
  let here: TestApp;
  let there: TestApp;

  beforeAll(async () => {
    redis = await TestRedis.start();
    const env = { REDIS_URL: redis.url, CHATAPI_ROLE: 'api' };
    here = await startApp({ env });
    there = await startApp({ env, database: here.database });
  });
  afterAll(async () => {
    await there?.stop();
    await here?.stop();
    await redis?.stop();
  });
  afterEach(() => {
    closeSockets();
    closeRawSockets();
  });

  it.each(TRANSPORTS)(
    'over %s users are reached wherever they are connected, in rooms joined later too, until they or their keys go',
    async (_name, { connect: open, over }) => {
      const tenant = await here.client();
      const login = await tenant.login('alice');
      const alice = await open(there, login.key);
      const bob = tenant.master('bob').request;
      const room = await makeRoom(tenant, ['bob']);
      ok(await tenant.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'alice' } }));
      await say(bob, room.id, 'welcome');
      await alice.waitFor('message.created');
      ok(await tenant.request('DELETE', `/rooms/${room.id}/members/alice`));
      await alice.waitFor('room.removed');
      await say(bob, room.id, 'she is gone');
      const next = await makeRoom(tenant, ['alice', 'bob']);
      await say(bob, next.id, 'elsewhere');
      await until('the last', () => contentsOf(alice).includes('elsewhere'));
      expect(contentsOf(alice)).toEqual(['welcome', 'elsewhere']);
      await here.request('POST', '/auth/logout', { key: login.key, body: { user_id: 'alice' } });
      expect(await alice.waitForEnd()).toBe(over);
    },
  );
});
