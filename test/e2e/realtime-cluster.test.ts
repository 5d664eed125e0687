import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { Receiver } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { closeSockets, connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

describe('two nodes on one database and Redis', () => {
  let redis: TestRedis;
  let here: TestApp;
  let there: TestApp;
  let client: TestClient;

  beforeAll(async () => {
    redis = await TestRedis.start();
    // Jobs are left to the workers.
    const env = { REDIS_URL: redis.url, CHATAPI_ROLE: 'api', FAILED_KEYS_PER_MINUTE: '3' };
    here = await startApp({ env });
    there = await startApp({ env, database: here.database });
  });
  afterAll(async () => {
    await there?.stop();
    await here?.stop();
    await redis?.stop();
  });
  beforeEach(async () => {
    client = await here.client();
  });
  afterEach(closeSockets);

  const contentsOf = (socket: TestSocket): string[] => socket.bodies('message.created').map(({ data }) => data.content);

  it('reach users wherever they are connected, in rooms joined later too, and no longer once they are removed', async () => {
    const alice = await connect(there, (await client.login('alice')).key);
    const bob = client.master('bob').request;
    const room = await makeRoom(client, ['bob']);
    ok(await client.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'alice' } }));
    await say(bob, room.id, 'welcome');
    await alice.waitFor('message.created');
    ok(await client.request('DELETE', `/rooms/${room.id}/members/alice`));
    await alice.waitFor('room.removed');
    await say(bob, room.id, 'she is gone');
    const other = await makeRoom(client, ['alice', 'bob']);
    await say(bob, other.id, 'elsewhere');
    await until('the last', () => contentsOf(alice).includes('elsewhere'));
    expect(contentsOf(alice)).toEqual(['welcome', 'elsewhere']);
  });

  it('end a revoked key and its connections on every node, and share the limit of wrong keys', async () => {
    const alice = await client.login('alice');
    const onThere = () => there.request('GET', '/users/me', { key: alice.key });
    expect((await onThere()).status).toBe(200);
    const sockets = [await connect(here, alice.key), await connect(there, alice.key)];
    await here.request('POST', '/auth/logout', { key: alice.key, body: { user_id: 'alice' } });
    for (const socket of sockets) expect(await socket.waitForEnd()).toBe('io server disconnect');
    await until('the other node to refuse', async () => (await onThere()).status === 401);

    // One wrong key was counted above.
    const wrong = async (app: TestApp) => (await app.request('GET', '/clients/me', { key: 'x' })).status;
    await wrong(here);
    await wrong(there);
    expect([await wrong(here), await wrong(there)]).toEqual([429, 429]);
  });

  it('say how many topics each of them hears of the others', async () => {
    const topicsOf = async (app: TestApp) =>
      Number(/^chatapi_bus_topics (\d+)$/m.exec((await app.request('GET', '//metrics')).body)?.[1]);
    await until('what is not about anybody', async () => (await topicsOf(here)) > 0 && (await topicsOf(there)) > 0);
    const rooms = [await makeRoom(client, ['alice', 'bob']), await makeRoom(client, ['alice'])];
    const alice = (await client.login('alice')).key;
    const bob = (await client.login('bob')).key;
    const before = { here: await topicsOf(here), there: await topicsOf(there) };
    await connect(there, alice);
    // Each room, and she herself.
    await until('her topics', async () => (await topicsOf(there)) === before.there + rooms.length + 1);
    await connect(there, alice);
    await connect(there, bob);
    await until('his own', async () => (await topicsOf(there)) === before.there + rooms.length + 2);
    expect(await topicsOf(here)).toBe(before.here);
    await connect(here, bob);
    await until('his there', async () => (await topicsOf(here)) === before.here + 2);
  });

  it('hear a worker, which takes no connections itself', async () => {
    const receiver = await Receiver.start();
    const sockets = [await connect(here, client.key), await connect(there, client.key)];
    const body = { channels: { webhook: { url: receiver.url, payload: {} } } };
    const { id } = ok(await client.request('POST', '/notifications', { body }));
    const worker = await startApp({ env: { REDIS_URL: redis.url, CHATAPI_ROLE: 'worker' }, database: here.database });
    for (const socket of sockets) {
      const { data } = await socket.waitFor('notification.completed');
      expect(data).toMatchObject({ id });
    }
    expect((await worker.request('GET', '//sockets/?EIO=4&transport=polling')).status).toBe(404);
    await worker.stop();
    await receiver.stop();
  });

  it('go on without Redis, and make good what they could not tell each other once it is back', async () => {
    const alice = await client.login('alice');
    const [near, far] = [await connect(here, alice.key), await connect(there, alice.key)];
    const bob = client.master('bob').request;
    const kept = await makeRoom(client, ['alice', 'bob']);
    const lost = await makeRoom(client, ['alice', 'bob']);
    await until('both rooms', () => far.bodies('room.added').length === 2);

    await redis.stop();
    await say(bob, kept.id, 'on this node');
    await until('the message', () => contentsOf(near).length === 1);
    ok(await client.request('DELETE', `/rooms/${lost.id}/members/alice`));
    const gained = await makeRoom(client, ['alice', 'bob']);

    await redis.restart();
    // The other node reads the memberships again.
    await until(
      'the room gained on the other node',
      async () => {
        await say(bob, gained.id, 'gained');
        return contentsOf(far).includes('gained');
      },
      { every: 200 },
    );
    await say(bob, lost.id, 'not for alice');
    await say(bob, kept.id, 'the end');
    await until('the end', () => contentsOf(near).includes('the end') && contentsOf(far).includes('the end'));
    expect([...contentsOf(near), ...contentsOf(far)]).not.toContain('not for alice');
  });
});
