import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom } from '../support/chat.js';
import { TestRedis } from '../support/redis.js';
import { closeSockets, connect, refusal } from '../support/socket.js';
import { until } from '../support/until.js';

describe('two nodes on one database and Redis', () => {
  let redis: TestRedis;
  let here: TestApp;
  let there: TestApp;
  let client: TestClient;
  let env: Record<string, string>;

  beforeAll(async () => {
    redis = await TestRedis.start();
    env = { REDIS_URL: redis.url, CHATAPI_ROLE: 'api' };
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

  it('count the connections of a user together, and no longer those of a node that was killed', async () => {
    client = await here.client({ limits: { sockets_per_user: 2 } });
    const { key } = await client.login('alice');
    const third = await startApp({ env, database: here.database });
    await connect(here, key);
    await connect(third, key);
    for (const app of [here, there, third]) {
      expect(await refusal(app, { api_key: key })).toMatchObject({ code: 'rate_limited' });
    }
    await third.kill();
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
    await third.stop();
  });

  it('hear of each other who types, and believe nothing for long of a node that was killed', async () => {
    const room = await makeRoom(client, ['alice', 'bob', 'carol']);
    const third = await startApp({ env, database: here.database });
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const carol = await connect(there, (await client.login('carol')).key);
    const heard = () => carol.bodies('typing.updated').map(({ data }) => data.user_ids.join(' '));
    const onHere = await connect(here, alice.key);
    await onHere.get('typing.start', { room_id: room.id });
    await until('alice', () => heard().at(-1) === 'alice');
    await (await connect(third, bob.key)).get('typing.start', { room_id: room.id });
    await until('both', () => heard().at(-1) === 'alice bob');
    await onHere.get('typing.stop', { room_id: room.id });
    await until('bob', () => heard().at(-1) === 'bob');
    await third.kill();
    await until('nobody', () => heard().at(-1) === '');
    expect(heard()).toEqual(['alice', 'alice bob', 'bob', '']);
    await third.stop();
  });
});
