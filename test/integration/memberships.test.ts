import { Subscriptions } from '../../src/edge/gateway/subscriptions.js';
import { MembershipChangesRepository } from '../../src/messaging/sync/membership-changes.repository.js';
import { SyncRepository } from '../../src/messaging/sync/sync.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { channels, RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import { makeRoom, ok } from '../support/chat.js';
import { NestApp } from '../support/nest-app.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { closeSockets, connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

/** Does somebody listen to the room on this node? */
const heardOn = (node: NestApp, roomId: string): boolean =>
  node.get(RealtimePublisher).server.sockets.adapter.rooms.has(channels.room(roomId));

const contentsOf = (socket: TestSocket): string[] => socket.bodies('message.created').map(({ data }) => data.content);

afterEach(closeSockets);

describe('a node that another cannot tell of memberships', () => {
  let redis: TestRedis;
  let proxy: Proxy;
  let here: NestApp;
  let there: NestApp;
  beforeAll(async () => {
    redis = await TestRedis.start();
    proxy = await Proxy.start(redis.url);
    here = await NestApp.start({ env: { REDIS_URL: proxy.through(redis.url) } });
    there = await NestApp.start({ env: { REDIS_URL: redis.url }, database: here.database });
  });
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await proxy.stop();
    await redis.stop();
  });

  it('learns of them from the database: who was removed hears nothing more, who was added hears all', async () => {
    const client = await here.client();
    const bob = await connect(there, (await client.login('bob')).key);
    const alice = client.master('alice');
    const lost = await makeRoom(client, ['alice', 'bob']);
    const kept = await makeRoom(client, ['alice', 'bob']);
    await until('both rooms', () => heardOn(there, lost.id) && heardOn(there, kept.id));
    // What this node publishes from now on gets nowhere.
    proxy.hang();
    ok(await client.request('DELETE', `/rooms/${lost.id}/members/bob`));
    const gained = await makeRoom(client, ['alice', 'bob']);
    await until('the lost room to be left', () => !heardOn(there, lost.id));
    await until('the gained room to be heard', () => heardOn(there, gained.id));
    const onThere = (roomId: string, content: string) =>
      there.request('POST', `/rooms/${roomId}/messages`, {
        key: alice.key,
        headers: { 'x-user-id': 'alice' },
        body: { content },
      });
    ok(await onThere(lost.id, 'not for bob'));
    ok(await onThere(gained.id, 'for bob'));
    ok(await onThere(kept.id, 'the end'));
    await until('the end', () => contentsOf(bob).includes('the end'));
    expect(contentsOf(bob)).toEqual(['for bob', 'the end']);
  });
});

describe('a connection that is being opened', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterAll(() => app.stop());
  afterEach(() => jest.restoreAllMocks());

  /** Unheard, as on another node. */
  const setMember = (roomId: string, status: string) =>
    app.sql(
      `update room_members set status = $2 where room_id = $1
          and user_pk = (select user_pk from users u where u.client_id = room_members.client_id and user_id = 'bob')`,
      [roomId, status],
    );

  /** Before its reads of positions, the nth thing of `happens` happens, and no look at changes falls between. */
  const beforeReads = (happens: (() => Promise<unknown>)[]) => {
    const subscriptions = app.get(Subscriptions);
    jest.spyOn(subscriptions, 'follow').mockImplementation(() => undefined);
    jest.spyOn(subscriptions, 'reconcile').mockResolvedValue();
    const sync = app.get(SyncRepository);
    const read = sync.findSession.bind(sync);
    let nth = 0;
    return jest.spyOn(sync, 'findSession').mockImplementation(async (...of) => {
      await happens[nth++]?.();
      return read(...of);
    });
  };

  it('listens to no room that was gained and lost again meanwhile', async () => {
    const client = await app.client();
    const room = await makeRoom(client, ['alice', 'bob']);
    await setMember(room.id, 'left');
    const reads = beforeReads([() => setMember(room.id, 'active'), () => setMember(room.id, 'left')]);
    const bob = await connect(app, (await client.login('bob')).key);
    expect(reads).toHaveBeenCalledTimes(2);
    expect((await bob.waitForReady()).rooms).toEqual([]);
    expect(heardOn(app, room.id)).toBe(false);
  });

  it('listens to every room that it is told the position of, however many it gains meanwhile', async () => {
    const client = await app.client();
    const rooms = [];
    for (let n = 0; n < 4; n++) rooms.push(await makeRoom(client, ['alice', 'bob']));
    for (const { id } of rooms) await setMember(id, 'left');
    beforeReads(
      rooms.map(
        ({ id }) =>
          () =>
            setMember(id, 'active'),
      ),
    );
    const bob = await connect(app, (await client.login('bob')).key);
    const told = (await bob.waitForReady()).rooms.map(({ room_id }) => room_id);
    expect(told.toSorted()).toEqual(rooms.map(({ id }) => id).toSorted());
    expect(rooms.map(({ id }) => heardOn(app, id))).toEqual([true, true, true, true]);
  });
});

describe('changes of memberships', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterAll(() => app.stop());

  it('are told once, by the look after the commit, however long that comes after the change was written', async () => {
    const client = await app.client();
    const room = await makeRoom(client, ['alice', 'bob']);
    const changes = app.get(MembershipChangesRepository);
    const told: string[] = [];
    let { next } = await changes.read(null, 100);
    const look = async () => {
      const found = await changes.read(next, 100);
      next = found.next;
      told.push(...found.changes.map(({ active }) => (active ? 'gained' : 'lost')));
    };
    await app.get(Database).transaction(async (tx) => {
      await tx.execute(
        'insert into membership_changes (client_id, room_id, user_pk, active) values ($1, $2, $2, false)',
        [client.id, room.id],
      );
      await look();
      // Another's, which begins later and commits before.
      ok(await client.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'carol' } }));
      await look();
      await look();
      expect(told).toEqual(['gained']);
    });
    await look();
    await look();
    expect(told).toEqual(['gained', 'lost']);
  });
});
