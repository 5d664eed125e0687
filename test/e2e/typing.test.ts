import type { TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

/** What a socket heard of who types, in order. */
const heard = (socket: TestSocket): string[] =>
  socket.bodies('typing.updated').map(({ data }) => data.user_ids.join(' '));

describe('typing', () => {
  const on = oneApp();
  const { socketOf } = on;

  it('is told to the readers of the room when it begins and ends, not when it goes on', async () => {
    const room = await makeRoom(on.client, ['alice', 'bob']);
    const [alice, bob] = [await socketOf('alice'), await socketOf('bob')];
    const stranger = await socketOf('carol');
    const mute = await connect(
      on.app,
      (await on.client.login('bob', { permissions: ['send_messages'], device_id: 'x' })).key,
    );
    for (let i = 0; i < 5; i++) expect(await alice.get('typing.start', { room_id: room.id })).toEqual({});
    expect(await bob.waitFor('typing.updated')).toEqual({
      id: expect.any(String),
      type: 'typing.updated',
      v: 1,
      client_id: on.client.id,
      stream: `room:${room.id}`,
      room_id: room.id,
      occurred_at: expect.any(String),
      actor: { id: 'alice', type: 'user' },
      data: { room_id: room.id, user_ids: ['alice'] },
    });
    await bob.get('typing.start', { room_id: room.id });
    await until('both', () => heard(alice).includes('alice bob'));
    await alice.get('typing.stop', { room_id: room.id });
    await alice.get('typing.stop', { room_id: room.id });
    await until('one', () => heard(bob).at(-1) === 'bob');
    await bob.get('typing.stop', { room_id: room.id });
    await until('nobody', () => heard(bob).at(-1) === '');
    await say(on.client.master('bob').request, room.id, 'done');
    await alice.waitFor('message.created');
    expect(heard(alice)).toEqual(['alice', 'alice bob', 'bob', '']);
    expect([...heard(stranger), ...heard(mute)]).toEqual([]);
  });

  it('ends with the connection that said so, not with another of the same user', async () => {
    const room = await makeRoom(on.client, ['alice', 'bob']);
    const { key } = await on.client.login('alice');
    const [phone, laptop, bob] = [await connect(on.app, key), await connect(on.app, key), await socketOf('bob')];
    await phone.get('typing.start', { room_id: room.id });
    await laptop.get('typing.start', { room_id: room.id });
    await until('alice', () => heard(bob).length === 1);
    phone.socket.disconnect();
    await bob.get('typing.start', { room_id: room.id });
    await until('both', () => heard(bob).at(-1) === 'alice bob');
    laptop.socket.disconnect();
    await until('her end', () => heard(bob).at(-1) === 'bob');
    expect(heard(bob)).toEqual(['alice', 'alice bob', 'bob']);
  });

  it('begins and stops over REST, and ends by itself', async () => {
    const room = await makeRoom(on.client, ['alice', 'bob']);
    const alice = await on.client.login('alice');
    const bob = await socketOf('bob');
    const type = (typing: boolean) => alice.request('POST', `/rooms/${room.id}/typing`, { body: { typing } });
    expect(await type(true)).toMatchObject({ status: 204, body: undefined });
    await until('alice', () => heard(bob).join() === 'alice');
    expect((await type(false)).status).toBe(204);
    await until('nobody', () => heard(bob).join() === 'alice,');
    expect((await type(true)).status).toBe(204);
    // Nobody says so again.
    await until('the end', () => heard(bob).join() === 'alice,,alice,');
  });

  it('is not told of whom nobody reads, nor where nothing is taken, and not refused either', async () => {
    const [room, archived] = [
      await makeRoom(on.client, ['ann', 'bob', 'mud']),
      await makeRoom(on.client, ['ann', 'bob']),
    ];
    ok(await on.client.request('POST', `/rooms/${archived.id}/archive`));
    const [bob, mud] = [on.client.master('bob').request, on.client.master('mud').request];
    const direct = ok(await bob('POST', '/rooms', { body: { room_type: 'direct', members: ['ann'] } }));
    ok(await on.client.master('ann').request('PUT', '/users/me/blocks/bob'));
    ok(await on.client.request('PUT', '/users/mud/ban', { body: { shadow: true } }));
    const ann = await socketOf('ann');
    for (const [who, where] of [
      [bob, archived],
      [bob, direct],
      [mud, room],
    ] as const) {
      expect((await who('POST', `/rooms/${where.id}/typing`, { body: { typing: true } })).status).toBe(204);
    }
    ok(await bob('POST', `/rooms/${room.id}/typing`, { body: { typing: true } }));
    await ann.waitFor('typing.updated');
    expect(heard(ann)).toEqual(['bob']);
  });

  it('is for members, of rooms that are there, and for users', async () => {
    const room = await makeRoom(on.client, ['alice']);
    const other = await on.app.client();
    const type = async (request: TestClient['request']) => {
      const { status, body } = await request('POST', `/rooms/${room.id}/typing`, { body: { typing: true } });
      return [status, body?.code];
    };
    expect(await type((await on.client.login('bob')).request)).toEqual([404, 'not_found']);
    expect(await type(other.master('alice').request)).toEqual([404, 'not_found']);
    expect(await type(on.client.master().request)).toEqual([403, 'forbidden']);
    expect(await type(on.client.master('alice').request)).toEqual([204, undefined]);
    const reader = await on.client.login('alice', { permissions: ['read_messages'] });
    expect(await type(reader.request)).toEqual([403, 'forbidden']);
    const bob = await socketOf('bob');
    expect(await bob.ask('typing.start', { room_id: room.id })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
  });

  it('names ten at most, in few events however many type at once', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `user-${n}`);
    const room = await makeRoom(on.client, [...names, 'reader']);
    const reader = await socketOf('reader');
    const type = async (user: string, typing: boolean) =>
      ok(await on.client.master(user).request('POST', `/rooms/${room.id}/typing`, { body: { typing } }));
    await Promise.all(names.map((name) => type(name, true)));
    await until('ten names', () => heard(reader).at(-1)?.split(' ').length === 10);
    const events = heard(reader).length;
    expect(events).toBeLessThanOrEqual(10);
    expect(heard(reader).every((list) => list.split(' ').length <= 10)).toBe(true);
    // Of who is not among the ten nobody need hear.
    const [shown] = heard(reader).slice(-1);
    const hidden = names.filter((name) => !shown!.split(' ').includes(name));
    await Promise.all(hidden.map((name) => type(name, false)));
    await say(on.client.master('reader').request, room.id, 'after it');
    await reader.waitFor('message.created');
    expect(heard(reader)).toHaveLength(events);
  });

  it('takes starts and stops in the order in which they came, however close they are', async () => {
    const rooms = await Promise.all(Array.from({ length: 25 }, () => makeRoom(on.client, ['alice', 'bob'])));
    const [alice, bob] = [await socketOf('alice'), await socketOf('bob')];
    const both = (id: string) => [
      alice.get('typing.start', { room_id: id }),
      alice.get('typing.stop', { room_id: id }),
    ];
    await Promise.all(rooms.flatMap(({ id }) => both(id)));
    const nobodyIsLeft = (): boolean => {
      const last = new Map(bob.bodies('typing.updated').map(({ data }) => [data.room_id, data.user_ids.length]));
      return [...last.values()].every((count) => count === 0);
    };
    // Sooner than those end by themselves whose stop was lost.
    await until('nobody to be left anywhere', nobodyIsLeft, { timeout: 6_000 });
    await alice.get('typing.start', { room_id: rooms[0]!.id });
    await until('alice', () => heard(bob).at(-1) === 'alice');
    expect(nobodyIsLeft()).toBe(false);
  });

  it('is told to nobody in a room of more than 100', async () => {
    const many = Array.from({ length: 99 }, (_, n) => `member-${n}`);
    const room = await makeRoom(on.client, [...many, 'alice', 'bob']);
    const [alice, bob] = [await socketOf('alice'), await socketOf('bob')];
    expect(await alice.get('typing.start', { room_id: room.id })).toEqual({});
    await say(on.client.master('alice').request, room.id, 'after it');
    await bob.waitFor('message.created');
    ok(await on.client.request('DELETE', `/rooms/${room.id}/members/member-1`));
    await alice.get('typing.start', { room_id: room.id });
    await until('alice', () => heard(bob).join() === 'alice');
  });

  it('is limited by itself, and refused with the time to wait', async () => {
    const client = await on.app.client({ limits: { typing_per_user_per_minute: 2 } });
    const room = await makeRoom(client, ['alice']);
    const { key, request } = await client.login('alice');
    const alice = await connect(on.app, key);
    await alice.get('typing.start', { room_id: room.id });
    const rest = await request('POST', `/rooms/${room.id}/typing`, { body: { typing: true } });
    expect([rest.status, rest.headers.get('ratelimit-policy')]).toEqual([204, '"typing";q=2;w=60']);
    expect(await alice.ask('typing.start', { room_id: room.id })).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', retryable: true, retry_after_s: expect.any(Number) },
    });
    await alice.get('message.send', { room_id: room.id, content: 'still allowed' });
  });
});
