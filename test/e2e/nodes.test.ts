import { startApp, TestClient, type TestApp } from '../support/app.js';
import { makeRoom, ok, Reader, say } from '../support/chat.js';
import { closeRawSockets, connectRaw } from '../support/raw-socket.js';
import { closeSockets, connect, type TestConnection } from '../support/socket.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

describe('three nodes on one Redis', () => {
  let redis: TestRedis;
  let here: TestApp;
  let there: TestApp;
  let third: TestApp;
  let client: TestClient;

  beforeAll(async () => {
    redis = await TestRedis.start();
    const env = { REDIS_URL: redis.url, CHATAPI_ROLE: 'api' };
    here = await startApp({ env });
    [there, third] = await Promise.all([
      startApp({ env, database: here.database }),
      startApp({ env, database: here.database }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([there?.stop(), third?.stop()]);
    await here?.stop();
    await redis?.stop();
  });
  beforeEach(async () => {
    client = await here.client({ limits: { messages_per_user_per_minute: 1_000_000 } });
  });
  afterEach(() => {
    closeSockets();
    closeRawSockets();
  });

  const heardOf = async (app: TestApp): Promise<number> => {
    const { body } = await app.request<string>('GET', '//metrics');
    return Number(/^chatapi_bus_messages_total\{direction="in"\} (\d+)$/m.exec(body)?.[1] ?? 0);
  };

  /** A user's requests to one of the nodes. */
  const on = (app: TestApp, user: string) => new TestClient(app, client.created).master(user).request;

  const contentsOf = (socket: TestConnection): string[] =>
    socket.bodies('message.created').map(({ data }) => data.content as string);

  it('hear the rooms that their sockets are in, and no others', async () => {
    const [alice, carol] = [await client.login('alice'), await client.login('carol')];
    const room = await makeRoom(client, ['alice', 'bob']);
    const other = await makeRoom(client, ['carol', 'bob']);
    const sockets = [await connect(there, alice.key), await connectRaw(there, alice.key)];
    const carols = await connect(third, carol.key);
    // Of both rooms' newcomers nobody else tells the third node.
    const before = [await heardOf(there), await heardOf(third)];
    const bob = on(here, 'bob');
    for (let n = 0; n < 20; n++) await say(bob, room.id, String(n));
    for (const socket of sockets) await until('all messages', () => contentsOf(socket).length === 20);
    await say(bob, other.id, 'for carol');
    await carols.waitFor('message.created');
    const after = [await heardOf(there), await heardOf(third)];
    expect(after[0]! - before[0]!).toBeGreaterThanOrEqual(20);
    // The one message, and the user's own way to it.
    expect(after[1]! - before[1]!).toBeLessThanOrEqual(2);
  });

  it('hear who types in those rooms and how the people are whom somebody watches there, and nothing of others', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const other = await makeRoom(client, ['carol', 'dave']);
    const [bob, carol] = [await client.login('bob'), await client.login('carol')];
    const [bobs, carols] = [await connect(there, bob.key), await connect(third, carol.key)];
    await bobs.get('presence.subscribe', { user_ids: ['alice'] });
    await carols.get('presence.subscribe', { user_ids: ['dave'] });
    const before = [await heardOf(there), await heardOf(third)];

    const alice = await connect(here, (await client.login('alice')).key);
    await bobs.waitFor('presence.updated', ({ data }) => data.users[0].state === 'online');
    for (let n = 1; n <= 10; n++) {
      await alice.get('typing.start', { room_id: room.id });
      await alice.get('typing.stop', { room_id: room.id });
      await alice.get('presence.set', { text: String(n) });
    }
    await bobs.waitFor('typing.updated');
    await bobs.waitFor('presence.updated', ({ data }) => data.users[0].text === '10');
    ok(await on(here, 'dave')('PUT', '/presence', { body: { text: 'the end' } }));
    ok(await on(here, 'dave')('POST', `/rooms/${other.id}/typing`, { body: { typing: true } }));
    // What was told before them has come, where it comes at all.
    await carols.waitFor('presence.updated', ({ data }) => data.users[0].text === 'the end');
    await carols.waitFor('typing.updated');
    const after = [await heardOf(there), await heardOf(third)];
    expect(after[0]! - before[0]!).toBeGreaterThanOrEqual(31);
    // What it was waited for, and the way of who is new in the room.
    expect(after[1]! - before[1]!).toBeLessThanOrEqual(3);
  });

  it('let a connection begin in the middle of a conversation without a gap', async () => {
    const users = Array.from({ length: 12 }, (_, n) => `u${n}`);
    const logins = await Promise.all(users.map((user) => client.login(user)));
    const rooms = await Promise.all(users.map((user) => makeRoom(client, [user, 'bob'])));
    const bob = on(third, 'bob');
    let talking = true;
    const sent = new Map<string, number>();
    // On another node than the one that told of the room.
    const talk = rooms.map(async ({ id }) => {
      for (let n = 1; talking; n++) sent.set(id, (await say(bob, id, String(n))).rev);
    });
    const sockets: TestConnection[] = [];
    for (const [nth, { key }] of logins.entries()) {
      const open = nth % 2 ? connect : connectRaw;
      sockets.push(await open(there, key));
    }
    talking = false;
    await Promise.all(talk);
    for (const [nth, socket] of sockets.entries()) {
      const { id } = rooms[nth]!;
      const [position] = (await socket.waitForReady()).rooms;
      const reader = new Reader(id, position!.epoch, position!.rev);
      await until('the last message', () => {
        const revs = socket.bodies('message.created').map(({ rev }) => rev as number);
        return position!.rev >= sent.get(id)! || revs.includes(sent.get(id)!);
      });
      const live = socket.bodies('message.created').filter(({ rev }) => rev > position!.rev);
      expect([nth, live.map((event) => reader.apply(event))]).toEqual([nth, live.map(() => true)]);
      expect(reader.position.rev).toBe(Math.max(position!.rev, sent.get(id)!));
    }
  });

  it('tell of what was said in a room just entered, whoever said it', async () => {
    const alice = await connect(there, (await client.login('alice')).key);
    const bob = on(third, 'bob');
    for (let round = 0; round < 10; round++) {
      const room = await makeRoom(client, ['bob']);
      const position = { epoch: room.epoch, rev: room.last_rev };
      const [, said] = await Promise.all([
        client.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'alice' } }).then(ok),
        say(bob, room.id, 'welcome'),
      ]);
      const last = await say(bob, room.id, 'and more');
      // By the socket, or by its heads, which make her ask.
      const standsAt = (): number =>
        Math.max(
          0,
          ...alice.bodies('message.created').flatMap(({ room_id, rev }) => (room_id === room.id ? [rev] : [])),
          ...alice
            .bodies('sync.heads')
            .flatMap(({ room_id, data }) => (room_id === room.id ? [data.rooms[0].rev] : [])),
        );
      await until('the room’s end', () => standsAt() >= last.rev);
      const answer = await alice.get('sync.resume', { rooms: [{ room_id: room.id, ...position }] });
      const contents = answer.rooms[0].events.flatMap(({ data }: any) => data.content ?? []);
      expect(contents).toEqual([said.content, 'and more']);
    }
  });

  it('take all of it up again when Redis comes back, without anybody connecting anew', async () => {
    const alice = await connect(there, (await client.login('alice')).key);
    const kept = await makeRoom(client, ['alice', 'bob']);
    const bob = on(here, 'bob');
    await say(bob, kept.id, 'before');
    await until('the first', () => contentsOf(alice).includes('before'));
    await redis.stop();
    const away = await connect(there, (await client.login('carol')).key);
    const gained = await makeRoom(client, ['carol', 'alice', 'bob']);
    await say(bob, kept.id, 'meanwhile');
    await redis.restart();
    const position = (socket: TestConnection, id: string) =>
      socket
        .bodies('sync.heads')
        .flatMap(({ data }) => data.rooms)
        .findLast(({ room_id }) => room_id === id);
    await until('the heads of what was missed', () => position(alice, kept.id)?.last_seq === 2);
    await until('all nodes', async () => {
      await say(bob, gained.id, 'again');
      await say(bob, kept.id, 'again');
      return contentsOf(away).includes('again') && contentsOf(alice).filter((x) => x === 'again').length >= 2;
    });
    expect([alice.disconnects, away.disconnects]).toEqual([[], []]);
  });
});
