import type { ProblemDocument } from '../../src/platform/common/problem.js';
import { sharedApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, Reader, say } from '../support/chat.js';
import { closeSockets, connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;

beforeAll(async () => {
  app = await sharedApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
});
afterEach(closeSockets);

const contentsOf = (socket: TestSocket): string[] =>
  socket.bodies('message.created').map(({ data }) => data.content as string);

describe('two users in a room', () => {
  it('hear each other, by REST and by socket, in one envelope', async () => {
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const room = await makeRoom(client, ['alice', 'bob']);
    const [a, b] = [await connect(app, alice.key), await connect(app, bob.key)];
    const sent = await a.get('message.send', { room_id: room.id, content: 'by socket', client_msg_id: 'm1' });
    expect(sent).toMatchObject({ room_id: room.id, seq: 1, sender_id: 'alice', content: 'by socket' });
    await say(bob.request, room.id, 'by REST');
    for (const socket of [a, b]) {
      await until('both messages', () => socket.bodies('message.created').length === 2);
      expect(contentsOf(socket)).toEqual(['by socket', 'by REST']);
    }
    const [envelope] = b.bodies('message.created');
    expect(envelope).toEqual({
      id: expect.any(String),
      type: 'message.created',
      v: 1,
      client_id: client.id,
      stream: `room:${room.id}`,
      room_id: room.id,
      epoch: room.epoch,
      rev: sent.rev,
      seq: 1,
      occurred_at: expect.any(String),
      actor: { id: 'alice', type: 'user' },
      data: sent,
    });
  });

  it('get from events up what the route of the same action answers', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice']);
    const socket = await connect(app, alice.key);
    const first = await socket.get('message.send', { room_id: room.id, content: 'a', client_msg_id: 'm1' });
    const again = await socket.get('message.send', { room_id: room.id, content: 'a', client_msg_id: 'm1' });
    expect(again).toEqual({ ...first, deduplicated: true });
    const other = { room_id: room.id, content: 'b', client_msg_id: 'm1' };
    expect(await socket.ask('message.send', other)).toMatchObject({
      ok: false,
      error: { code: 'idempotency_conflict', status: 409, instance: 'message.send', retryable: false },
    });
    const list = ok(await alice.request('GET', `/rooms/${room.id}/messages?limit=1`));
    expect(await socket.get('message.list', { room_id: room.id, limit: 1 })).toEqual(list);
    expect(await socket.get('room.list', {})).toEqual(ok(await alice.request('GET', '/rooms')));
  });

  it('cannot be heard, read or entered by others', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const mallory = await connect(app, (await client.login('mallory')).key);
    const foreign = await connect(app, (await app.client()).key);
    await say(client.master('alice').request, room.id, 'secret');
    for (const socket of [mallory, foreign]) {
      for (const [event, more] of [
        ['message.send', { content: 'x' }],
        ['message.list', {}],
        ['room.subscribe', {}],
      ] as const) {
        const ack = await socket.ask(event, { room_id: room.id, ...more });
        expect(ack).toMatchObject({ ok: false, error: { code: 'not_found', status: 404 } });
      }
    }
    await say(client.master('alice').request, room.id, 'still secret');
    expect([...contentsOf(mallory), ...contentsOf(foreign)]).toEqual([]);
  });
});

describe('who comes back', () => {
  it('catches up without loss or repeat', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice', 'bob']);
    const bob = client.master('bob').request;
    const before = await connect(app, alice.key);
    const [position] = (await before.waitForReady()).rooms;
    const reader = new Reader(room.id, position!.epoch, position!.rev);
    await say(bob, room.id, '1');
    await before.waitFor('message.created');
    before.received.forEach(({ body }) => reader.apply(body));
    before.socket.disconnect();
    for (const content of ['2', '3', '4', '5', '6']) await say(bob, room.id, content);

    const after = await connect(app, alice.key);
    const answer = await after.get('sync.resume', { rooms: [reader.position] });
    await say(bob, room.id, '7');
    await after.waitFor('message.created');
    expect(answer).toMatchObject({ more: false, rooms: [{ room_id: room.id, recovered: true }] });
    const events = [...answer.rooms[0].events, ...after.bodies('message.created')];
    expect(events.every((event) => reader.apply(event))).toBe(true);
    expect(reader.contents).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  });

  it('misses nothing while messages pour in', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice', 'bob']);
    const bob = client.master('bob').request;
    const total = 150;
    const sending = (async () => {
      for (let i = 0; i < total; i += 3) await Promise.all([0, 1, 2].map((j) => say(bob, room.id, String(i + j))));
    })();
    const reader = new Reader(room.id, room.epoch, room.last_rev);
    for (let session = 0; reader.contents.length < total; session++) {
      const socket = await connect(app, alice.key);
      const answer = await socket.get('sync.resume', { rooms: [reader.position] });
      expect(answer.rooms[0].recovered).toBe(true);
      for (const event of answer.rooms[0].events) expect(reader.apply(event)).toBe(true);
      // Some live ones, then gone again without a word.
      const wanted = Math.min(total, reader.contents.length + 10);
      await until('live messages', () => {
        socket.received.forEach(({ body }) => body.stream && reader.apply(body));
        return reader.contents.length >= wanted;
      });
      socket.socket.disconnect();
    }
    await sending;
    expect([...reader.contents].sort((x, y) => Number(x) - Number(y))).toEqual(
      Array.from({ length: total }, (_, i) => String(i)),
    );
  });

  it('finds rooms gained and lost meanwhile in the user’s stream', async () => {
    const alice = await client.login('alice');
    const lost = await makeRoom(client, ['alice', 'bob']);
    const before = await connect(app, alice.key);
    const { user } = await before.waitForReady();
    before.socket.disconnect();
    ok(await client.request('DELETE', `/rooms/${lost.id}/members/alice`));
    const gained = await makeRoom(client, ['alice', 'bob']);
    const after = await connect(app, alice.key);
    expect((await after.waitForReady()).rooms.map(({ room_id }) => room_id)).toEqual([gained.id]);
    const answer = await after.get('sync.resume', {
      user,
      rooms: [{ room_id: lost.id, epoch: lost.epoch, rev: lost.last_rev }],
    });
    expect(answer.rooms).toEqual([]);
    expect(answer.user.recovered).toBe(true);
    expect(answer.user.events.map((event: any) => [event.type, event.room_id])).toEqual([
      ['room.removed', lost.id],
      ['room.added', gained.id],
    ]);
  });
});

describe('subscriptions', () => {
  it('are told one by one of a few who join, and of very many only that the room moved on; the log has them all', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice']);
    const socket = await connect(app, alice.key);
    const add = async (prefix: string, count: number) => {
      const members = Array.from({ length: count }, (_, n) => `${prefix}${n}`);
      ok(await client.request('POST', `/rooms/${room.id}/members`, { body: { members } }));
      return (await alice.request('GET', `/rooms/${room.id}`)).body;
    };
    await add('few', 3);
    await until('those few', () => socket.bodies('member.joined').length === 3);
    const { epoch, last_rev, last_seq } = await add('many', 301);
    // They come from time to time, too: of what was before, perhaps.
    const isOfNow = ({ room_id, data }: any) => room_id === room.id && data.rooms[0].rev >= last_rev;
    const heads = await socket.waitFor('sync.heads', isOfNow);
    expect(heads.data).toEqual({ rooms: [{ room_id: room.id, epoch, rev: last_rev, last_seq }] });
    await say(client.master('alice').request, room.id, 'the end');
    await until('the end', () => contentsOf(socket).includes('the end'));
    expect(socket.bodies('member.joined')).toHaveLength(3);
    const position = { room_id: room.id, epoch, rev: last_rev - 300 };
    const answer = await socket.get('sync.resume', { rooms: [position] });
    expect(answer.rooms[0]).toMatchObject({ recovered: false, rev: last_rev + 1 });
    const later = await socket.get('sync.resume', { rooms: [{ ...position, rev: last_rev - 100 }] });
    expect(later.rooms[0].events).toHaveLength(101);
  });

  it('follow the membership: gained rooms are heard at once, lost ones no more', async () => {
    const alice = await connect(app, (await client.login('alice')).key);
    const bob = client.master('bob').request;
    const room = await makeRoom(client, ['bob']);
    ok(await client.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'alice' } }));
    await say(bob, room.id, 'welcome');
    await alice.waitFor('message.created');
    expect(await alice.waitFor('room.added')).toMatchObject({ data: { room: { id: room.id } } });
    ok(await client.request('DELETE', `/rooms/${room.id}/members/alice`));
    await alice.waitFor('room.removed');
    await say(bob, room.id, 'she is gone');
    const other = await makeRoom(client, ['alice', 'bob']);
    await say(bob, other.id, 'elsewhere');
    await alice.waitFor('message.created', ({ data }) => data.content === 'elsewhere');
    expect(contentsOf(alice)).toEqual(['welcome', 'elsewhere']);
  });

  it('can be left and taken up again by one socket, with history', async () => {
    const { key } = await client.login('alice');
    const [quiet, loud] = [await connect(app, key), await connect(app, key)];
    const room = await makeRoom(client, ['alice', 'bob']);
    const bob = client.master('bob').request;
    await quiet.waitFor('room.added');
    expect(await quiet.get('room.unsubscribe', { room_id: room.id })).toEqual({ room_id: room.id });
    const unheard = await say(bob, room.id, 'unheard');
    await loud.waitFor('message.created');
    const answer = await quiet.get('room.subscribe', { room_id: room.id.toUpperCase(), history: 5 });
    expect(answer).toMatchObject({ room_id: room.id, epoch: room.epoch, rev: unheard.rev, last_seq: 1 });
    expect(answer.history.data).toEqual([unheard]);
    await say(bob, room.id, 'heard');
    await quiet.waitFor('message.created');
    expect(contentsOf(quiet)).toEqual(['heard']);
  });

  it('of a master key are the client’s stream, and any room it asks for', async () => {
    const socket = await connect(app, client.key);
    const room = await makeRoom(client, ['alice']);
    await socket.get('room.subscribe', { room_id: room.id });
    expect(await socket.get('message.send', { room_id: room.id, content: 'from the client' })).toMatchObject({
      sender_type: 'client',
      sender_id: null,
    });
    await socket.waitFor('message.created');
  });
});

describe('permissions', () => {
  it('decide which events a key may send', async () => {
    const room = await makeRoom(client, ['alice']);
    const as = async (...permissions: any[]) =>
      connect(app, (await client.login('alice', { permissions, device_id: permissions.join() })).key);
    const [reader, sender, none] = [await as('read_messages'), await as('send_messages'), await as('read_analytics')];
    const send = { room_id: room.id, content: 'x' };
    const outcome = async (socket: TestSocket, event: string, data: object): Promise<string> => {
      const ack = await socket.ask(event, data);
      return ack.ok ? 'ok' : ack.error.code;
    };
    expect(await outcome(reader, 'message.send', send)).toBe('forbidden');
    expect(await outcome(sender, 'message.send', send)).toBe('ok');
    expect(await outcome(none, 'message.send', send)).toBe('forbidden');
    const position = { room_id: room.id, epoch: room.epoch, rev: 0 };
    for (const [event, data] of [
      ['message.list', { room_id: room.id }],
      ['room.list', {}],
      ['sync.resume', { rooms: [position] }],
      ['room.subscribe', { room_id: room.id, history: 1 }],
    ] as const) {
      expect(await outcome(reader, event, data)).toBe('ok');
      expect(await outcome(sender, event, data)).toBe('forbidden');
    }
    expect(await outcome(none, 'room.subscribe', { room_id: room.id })).toBe('ok');
    expect(await outcome(none, 'sync.resume', {})).toBe('ok');
  });

  it('keep messages from a socket without read_messages, not the rest; auth.refresh opens and closes that', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const bob = client.master('bob').request;
    const deaf = await client.login('alice', { permissions: ['send_messages'], device_id: 'a' });
    const socket = await connect(app, deaf.key);
    await say(bob, room.id, 'unheard');
    ok(await client.request('PATCH', `/rooms/${room.id}`, { body: { name: 'Other' } }));
    await socket.waitFor('room.updated');
    expect(contentsOf(socket)).toEqual([]);

    const hearing = await client.login('alice', { permissions: ['read_messages'], device_id: 'b' });
    await socket.get('auth.refresh', { api_key: hearing.key });
    await say(bob, room.id, 'heard');
    await socket.waitFor('message.created');
    const gained = await makeRoom(client, ['alice', 'bob']);
    await say(bob, gained.id, 'heard too');
    await until('the second', () => contentsOf(socket).length === 2);

    await socket.get('auth.refresh', { api_key: deaf.key });
    await say(bob, room.id, 'unheard again');
    ok(await client.request('PATCH', `/rooms/${room.id}`, { body: { name: 'Again' } }));
    await until('the second update', () => socket.bodies('room.updated').length === 2);
    expect(contentsOf(socket)).toEqual(['heard', 'heard too']);
  });
});

describe('limits', () => {
  it('count messages of a user by socket and by REST together', async () => {
    const small = await app.client({ limits: { messages_per_user_per_minute: 3 } });
    const alice = await small.login('alice');
    const room = await makeRoom(small, ['alice']);
    const socket = await connect(app, alice.key);
    await say(alice.request, room.id, '1');
    await socket.get('message.send', { room_id: room.id, content: '2' });
    await socket.get('message.send', { room_id: room.id, content: '3' });
    expect(await socket.ask('message.send', { room_id: room.id, content: '4' })).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', status: 429, retryable: true },
    });
  });
});

describe('a notification', () => {
  it('reaches the user’s sockets, waits in the stream for who is away, and is delivered when acknowledged', async () => {
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const [online, other] = [await connect(app, alice.key), await connect(app, bob.key)];
    const { user } = await online.waitForReady();
    const accepted = ok(
      await client.request('POST', '/notifications', {
        body: {
          recipients: [{ user_id: 'alice' }],
          channels: { websocket: { title: 'Hello', body: 'Hi', data: { n: 1 } } },
        },
      }),
    );
    const event = await online.waitFor<any>('notification.created');
    expect(event).toMatchObject({
      stream: 'user:alice',
      rev: user!.rev + 1,
      data: { notification_id: accepted.id, title: 'Hello', body: 'Hi', data: { n: 1 } },
    });
    const later = await connect(app, alice.key);
    const answer = await later.get('sync.resume', { user });
    expect(answer.user.events).toEqual([event]);

    const id = event.data.delivery_id;
    const delivery = async () =>
      ok<any>(await client.request('GET', `/notifications/${accepted.id}`)).deliveries[0].status;
    await until('it to be sent', async () => (await delivery()) === 'sent');
    await other.ask('notification.ack', { id });
    expect(await delivery()).toBe('sent');
    expect(await later.get('notification.ack', { id })).toMatchObject({ id });
    await until('the delivery', async () => (await delivery()) === 'delivered');
  });
});

describe('one connection', () => {
  it('may ask for much at once, and is answered in turn', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice']);
    const socket = await connect(app, alice.key);
    const reads = Array.from({ length: 300 }, () => socket.get('message.list', { room_id: room.id }));
    const sends = Array.from({ length: 300 }, (_, i) =>
      socket.get('message.send', { room_id: room.id, content: String(i) }),
    );
    const messages = await Promise.all(sends);
    expect(messages.map(({ seq }) => seq).sort((x, y) => x - y)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect((await Promise.all(reads)).every(({ data }) => Array.isArray(data))).toBe(true);
  });

  it('is refused what is beyond a thousand in hand, and goes on', async () => {
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice']);
    const socket = await connect(app, alice.key);
    // Nothing is answered before all have come: who asks slowly would never have a thousand in hand.
    const holder = await app.database.connect();
    await holder.query('begin');
    await holder.query('lock table messages in access exclusive mode');
    const refused: ProblemDocument[] = [];
    const asked = Array.from({ length: 1_200 }, async () => {
      const ack = await socket.ask('message.list', { room_id: room.id, limit: 1 });
      if (!ack.ok) refused.push(ack.error);
      return ack.ok;
    });
    await until('what is beyond a thousand to be refused', () => refused.length === 200);
    await holder.query('commit');
    await holder.end();
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1_000);
    expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(['overloaded']));
    expect(refused[0]).toMatchObject({ status: 503, retryable: true });
    expect(await socket.ask('message.list', { room_id: room.id })).toMatchObject({ ok: true });
  });

  it('sends under the name that its user has by now', async () => {
    const alice = await client.login('alice', { display_name: 'Alice' });
    const room = await makeRoom(client, ['alice']);
    const socket = await connect(app, alice.key);
    ok(await client.request('PATCH', '/users/alice', { body: { display_name: 'Alice B.' } }));
    await until('the new name', async () => {
      const message = await socket.get('message.send', { room_id: room.id, content: 'x' });
      return message.sender_display_name === 'Alice B.';
    });
    expect((await socket.waitFor<any>('message.created')).data.sender_id).toBe('alice');
  });
});
