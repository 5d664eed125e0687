import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom } from '../support/chat.js';
import { TestRedis } from '../support/redis.js';
import { closeSockets, connect, refusal, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

describe('two nodes on one database and Redis', () => {
  let redis: TestRedis;
  let here: TestApp;
  let there: TestApp;
  let client: TestClient;
  let env: Record<string, string>;

  beforeAll(async () => {
    redis = await TestRedis.start();
    env = { REDIS_URL: redis.url, CHATAPI_ROLE: 'api', PRESENCE_GRACE_MS: '300' };
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

  const told = (socket: TestSocket): string[] =>
    socket
      .bodies('presence.updated')
      .flatMap(({ data }) => data.users.map(({ user_id, state }: any) => `${user_id} ${state}`));

  const seenOn = async (app: TestApp, user: string): Promise<string> =>
    (await app.request('GET', `/presence/online?user_ids=${user}`, { key: client.key })).body.data[0].state;

  /** Each says what holds before a third node is killed, and returns what must come true afterwards. */
  const places = async (third: TestApp) => {
    const limited = await here.client({ limits: { sockets_per_user: 2 } });
    const { key } = await limited.login('alice');
    await connect(here, key);
    await connect(third, key);
    for (const app of [here, there, third]) {
      expect(await refusal(app, { api_key: key })).toMatchObject({ code: 'rate_limited' });
    }
    return async () => {
      await until(
        'the place of the killed node',
        () =>
          connect(there, key).then(
            () => true,
            () => false,
          ),
        { every: 200 },
      );
      expect(await refusal(here, { api_key: key })).toMatchObject({ code: 'rate_limited' });
    };
  };

  const ghosts = async (third: TestApp) => {
    const room = await makeRoom(client, ['alice', 'bob', 'carol']);
    const alice = await connect(here, (await client.login('alice')).key);
    await alice.get('presence.subscribe', { user_ids: ['bob', 'carol'] });
    const [bob, carol] = [await client.login('bob'), await client.login('carol')];
    const [onThird, onThere] = [await connect(third, bob.key), await connect(there, bob.key)];
    await connect(third, carol.key);
    await until('both', () => told(alice).length === 2);
    for (const app of [here, there, third]) expect(await seenOn(app, 'bob')).toBe('online');

    // One of two devices changes nothing, wherever it was.
    onThere.socket.disconnect();
    await onThird.get('presence.set', { state: 'away' });
    await until('away', () => told(alice).at(-1) === 'bob away');
    await connect(there, bob.key);
    return async () => {
      await until('the end of who was there only', () => told(alice).at(-1) === 'carol offline');
      expect(await seenOn(here, 'carol')).toBe('offline');
      expect(await seenOn(there, 'bob')).toBe('away');
      const { data } = (await there.request('GET', `/rooms/${room.id}/online`, { key: client.key })).body;
      expect(data.map(({ user_id }: any) => user_id).toSorted()).toEqual(['alice', 'bob']);
      expect(told(alice).toSorted()).toEqual(['bob away', 'bob online', 'carol offline', 'carol online']);
    };
  };

  const typists = async (third: TestApp) => {
    const typing = await here.client();
    const room = await makeRoom(typing, ['alice', 'bob', 'carol']);
    const [alice, bob] = [await typing.login('alice'), await typing.login('bob')];
    const carol = await connect(there, (await typing.login('carol')).key);
    const heard = () => carol.bodies('typing.updated').map(({ data }) => data.user_ids.join(' '));
    const [onHere, onThird] = [await connect(here, alice.key), await connect(third, bob.key)];
    await onHere.get('typing.start', { room_id: room.id });
    await until('alice', () => heard().at(-1) === 'alice');
    await onThird.get('typing.start', { room_id: room.id });
    await until('both', () => heard().at(-1) === 'alice bob');
    await onHere.get('typing.stop', { room_id: room.id });
    await until('bob', () => heard().at(-1) === 'bob');
    return async () => {
      await until('nobody', () => heard().at(-1) === '');
      expect(heard()).toEqual(['alice', 'alice bob', 'bob', '']);
    };
  };

  it('know together of connections, of who is there and of who types, and believe nothing for long of a node that was killed', async () => {
    const third = await startApp({ env, database: here.database });
    // Who types does so for seconds only: last.
    const after = [await places(third), await ghosts(third), await typists(third)];
    await third.kill();
    await Promise.all(after.map((expectIt) => expectIt()));
    await third.stop();
  });

  it('know of their own users while Redis is away, hold up no send, and of all again once it is back', async () => {
    const room = await makeRoom(client, ['alice', 'bob', 'carol']);
    const alice = await connect(here, (await client.login('alice')).key);
    await alice.get('presence.subscribe', { user_ids: ['bob', 'carol'] });
    const bob = await connect(there, (await client.login('bob')).key);
    await until('bob', () => told(alice).at(-1) === 'bob online');

    await redis.stop();
    await alice.get('message.send', { room_id: room.id, content: 'without Redis' });
    const carol = await connect(here, (await client.login('carol')).key);
    await until('carol, on this node', () => told(alice).at(-1) === 'carol online');
    bob.socket.disconnect();
    carol.socket.disconnect();
    await until('her end, as far as this node knows', async () => (await seenOn(here, 'carol')) === 'offline');
    await alice.get('presence.set', { text: 'told to nobody' });
    // They may be on other nodes: of what isn't known nothing is told.
    expect(told(alice)).toEqual(['bob online', 'carol online']);

    await redis.restart();
    await until('what was missed', () => told(alice).length === 4);
    expect(told(alice).slice(2).toSorted()).toEqual(['bob offline', 'carol offline']);
    await connect(there, (await client.login('carol')).key);
    await until('carol, elsewhere', () => told(alice).at(-1) === 'carol online');
  });
});
