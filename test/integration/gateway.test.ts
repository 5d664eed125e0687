import { Heads } from '../../src/edge/gateway/heads.js';
import { ConnectionEnds } from '../../src/platform/realtime/connection-ends.js';
import type { Connection } from '../../src/platform/realtime/connection.js';
import { RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import type { TestClient } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';
import { NestApp } from '../support/nest-app.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

let app: NestApp;
let client: TestClient;

beforeAll(async () => {
  app = await NestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
});
afterEach(closeSockets);

describe('a connection', () => {
  it('leaves no key in memory that can be read from a connection', async () => {
    const alice = await client.login('alice');
    const { socket } = await connect(app, alice.key);
    const served = app.get(RealtimePublisher).server.sockets.sockets.get(socket.id!)!;
    expect(JSON.stringify([served.handshake, served.data])).not.toContain(alice.key);
  });

  it('is told to features when it has ended, once, as the object that handlers know', async () => {
    const ended: Connection[] = [];
    app.get(ConnectionEnds).register((connection) => ended.push(connection));
    const [first, second] = [await connect(app, client.key), await connect(app, client.key)];
    const sessionOf = ({ socket }: typeof first): Connection =>
      app.get(RealtimePublisher).server.sockets.sockets.get(socket.id!)!.data;
    const [left, cut] = [sessionOf(first), sessionOf(second)];
    first.socket.disconnect();
    await until('the one that left', () => ended.length === 1);
    cut.close('cut');
    await until('the one that was cut', () => ended.length === 2);
    expect(ended[0]).toBe(left);
    expect(ended[1]).toBe(cut);
    expect(ended.map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });
});

describe('the key of a connection', () => {
  afterEach(() => jest.restoreAllMocks());

  it.each([
    ['an hour behind', -3_600_000],
    ['an hour ahead', 3_600_000],
  ])('ends by the database’s clock where the node’s is %s', async (_, wrongMs) => {
    const soon = await client.login('alice', { expires_in: 6 });
    const later = await client.login('bob', { expires_in: 600 });
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + wrongMs);
    const stays = await connect(app, later.key);
    const ends = await connect(app, soon.key);
    expect(await ends.waitForEnd()).toBe('io server disconnect');
    const { expires_at } = await ends.waitFor<{ expires_at: string }>('session.expiring');
    expect(expires_at).toBe(soon.expires_at);
    expect([stays.disconnects, stays.bodies('session.expiring')]).toEqual([[], []]);
  });
});

describe('sync.heads', () => {
  it('tells where a room stands whose event was lost on the way', async () => {
    const heads = app.get(Heads);
    const alice = await connect(app, (await client.login('alice')).key);
    const room = await makeRoom(client, ['alice', 'bob']);
    const { rev } = await say(client.master('bob').request, room.id, '1');
    await alice.waitFor('message.created');
    const ofRoom = () => alice.bodies('sync.heads').filter(({ room_id }) => room_id === room.id);
    await heads.run();
    await until('the first', () => ofRoom().length === 1);
    expect(ofRoom()[0]).toMatchObject({
      stream: `room:${room.id}`,
      data: { rooms: [{ room_id: room.id, epoch: room.epoch, rev, last_seq: 1 }] },
    });
    await heads.run();
    // Written behind the publisher's back, as by a node whose emit was lost.
    await app.sql('update rooms set last_rev = last_rev + 1 where id = $1', [room.id]);
    await heads.run();
    await until('the second', () => ofRoom().length >= 2);
    expect(ofRoom().map(({ data }) => data.rooms[0].rev)).toEqual([rev, rev + 1]);
    expect(ofRoom()[1]).not.toHaveProperty('rev');
  });

  it('tells where the user’s own stream stands', async () => {
    const heads = app.get(Heads);
    const alice = await connect(app, (await client.login('alice')).key);
    const { user } = await alice.waitForReady();
    await heads.run();
    expect(await alice.waitFor('sync.heads')).toMatchObject({
      stream: 'user:alice',
      room_id: null,
      data: { rooms: [], user },
    });
  });
});
