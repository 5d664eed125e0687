import { makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';
import { until } from '../support/until.js';

const on = oneApp();
const { as } = on;
const send = (user: string, roomId: string, content = 'hi') =>
  as(user, 'POST', `/rooms/${roomId}/messages`, { content });
const makeUsers = (...users: string[]) =>
  Promise.all(users.map(async (user) => ok(await as(undefined, 'PUT', `/users/${user}`, {}))));

describe('blocking somebody', () => {
  const block = (user: string, other: string) => as(user, 'PUT', `/users/me/blocks/${encodeURIComponent(other)}`);
  const unblock = (user: string, other: string) => as(user, 'DELETE', `/users/me/blocks/${encodeURIComponent(other)}`);
  const blocksOf = async (user: string, query = '') => ok(await as(user, 'GET', `/users/me/blocks${query}`));

  it('refuses direct messages, in the room that there is and in none that there was not', async () => {
    await makeUsers('ann', 'bob');
    const direct = ok(await as('bob', 'POST', '/rooms', { room_type: 'direct', members: ['ann'] }));
    const sent = ok(await send('bob', direct.id));
    expect((await block('ann', 'bob')).status).toBe(204);
    const edit = (content: string) => as('bob', 'PATCH', `/rooms/${direct.id}/messages/${sent.id}`, { content });
    for (const refused of [await send('bob', direct.id), await edit('read this instead')]) {
      expect(refused.body).toMatchObject({ status: 422, code: 'user_unavailable' });
    }
    // Who blocks may still write.
    expect((await send('ann', direct.id)).status).toBe(201);
    const bob = await on.client.login('bob');
    const unavailable = async (body: object) => {
      const { status, body: problem } = await bob.request('POST', '/rooms', { body });
      return [status, problem.code, problem.detail.replace(/ann|nobody/, '…'), problem.errors.length];
    };
    const unknown = await unavailable({ room_type: 'direct', members: ['nobody'] });
    expect(unknown.slice(0, 2)).toEqual([422, 'user_unavailable']);
    expect(await unavailable({ room_type: 'direct', members: ['ann'] })).toEqual(unknown);
    expect((await as('bob', 'POST', '/rooms', { room_type: 'group', name: 'G', members: ['ann'] })).status).toBe(422);
    expect((await unblock('ann', 'bob')).status).toBe(204);
    expect((await send('bob', direct.id)).status).toBe(201);
  });

  it('makes stubs of what they say elsewhere, for the blocker alone', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob', 'cid']);
    const said = await say(on.client.master('bob').request, room.id, 'rude');
    ok(await block('ann', 'bob'));
    const seenBy = async (user: string) => ok(await as(user, 'GET', `/rooms/${room.id}/messages`)).data;
    expect(await seenBy('ann')).toEqual([
      { id: said.id, room_id: room.id, seq: said.seq, rev: said.rev, hidden: true },
    ]);
    expect((await seenBy('cid'))[0].content).toBe('rude');
    ok(await unblock('ann', 'bob'));
    expect((await seenBy('ann'))[0].content).toBe('rude');
  });

  it('is told to all devices of the user, once, and to nobody else', async () => {
    await makeRoom(on.client, ['ann', 'bob']);
    const [phone, other] = [
      await connect(on.app, (await on.client.login('ann', { device_id: 'phone' })).key),
      await on.socketOf('bob'),
    ];
    const answers = await Promise.all(Array.from({ length: 20 }, () => block('ann', 'bob')));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 204));
    expect(await phone.waitFor('block.added')).toMatchObject({
      stream: 'user:ann',
      room_id: null,
      actor: { id: 'ann', type: 'user' },
      data: { user_id: 'bob' },
    });
    await Promise.all(Array.from({ length: 20 }, () => unblock('ann', 'bob')));
    await phone.waitFor('block.removed');
    expect(phone.bodies('block.added')).toHaveLength(1);
    expect(phone.bodies('block.removed')).toHaveLength(1);
    expect(other.received.filter(({ name }) => name.startsWith('block.'))).toEqual([]);
    const ready = (await phone.waitForReady()).user!;
    const { user } = await phone.get('sync.resume', { user: ready, rooms: [] });
    expect(user.events.map(({ type }: { type: string }) => type)).toEqual(['block.added', 'block.removed']);
  });

  it('is listed, page by page, to the user alone', async () => {
    await makeUsers('ann', 'bob', 'cid', 'dan');
    for (const other of ['cid', 'bob', 'dan']) ok(await block('ann', other));
    const first = await blocksOf('ann', '?limit=2');
    const second = await blocksOf('ann', `?limit=2&cursor=${first.page.next_cursor}`);
    expect([first.data.length, second.data.length, second.page.has_more]).toEqual([2, 1, false]);
    expect([...first.data, ...second.data].map(({ user_id }: { user_id: string }) => user_id).toSorted()).toEqual([
      'bob',
      'cid',
      'dan',
    ]);
    const back = await blocksOf('ann', `?limit=2&cursor=${second.page.prev_cursor}`);
    expect(back.data).toEqual(first.data);
    expect((await blocksOf('bob')).data).toEqual([]);
    expect((await as(undefined, 'GET', '/users/me/blocks')).status).toBe(404);
  });

  it('refuses oneself, and unknown users as unavailable ones; to unblock them is fine', async () => {
    await makeUsers('ann');
    for (const self of ['ann', 'me']) expect((await block('ann', self)).body.code).toBe('validation_failed');
    const { status, body } = await block('ann', 'nobody');
    expect([status, body.code]).toEqual([422, 'user_unavailable']);
    expect((await unblock('ann', 'nobody')).status).toBe(204);
    // Another tenant's user of that name is another.
    const stranger = await on.app.client();
    await stranger.request('PUT', '/users/nobody', { body: {} });
    expect((await block('ann', 'nobody')).status).toBe(422);
  });

  it('ends at ten thousand', async () => {
    await makeUsers('ann', 'bob', 'cid');
    ok(await block('ann', 'cid'));
    await on.app.sql(
      `with made as (insert into users (client_id, user_pk, user_id)
         select $1, gen_random_uuid(), 'u' || n from generate_series(1, 9999) n returning user_pk)
       insert into user_blocks (client_id, user_pk, blocked_pk)
       select $1, (select user_pk from users where client_id = $1 and user_id = 'ann'), user_pk from made`,
      [on.client.id],
    );
    expect((await block('ann', 'bob')).body).toMatchObject({ status: 409, code: 'conflict' });
    // What is there already still is.
    expect((await block('ann', 'cid')).status).toBe(204);
  });
});

describe('a ban', () => {
  const ban = (user: string, body: object = {}) => as(undefined, 'PUT', `/users/${user}/ban`, body);
  const unban = (user: string) => as(undefined, 'DELETE', `/users/${user}/ban`);

  it('keeps a user from everything but reading, with its key and by the client, until it is lifted', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    const message = await say(on.client.master('ann').request, room.id, 'before');
    const open = await makeRoom(on.client, ['bob'], { privacy: 'public' });
    const other = await makeRoom(on.client, ['bob']);
    const invite = ok(await as(undefined, 'POST', `/rooms/${other.id}/invites`, { kind: 'user', user_id: 'ann' }));
    const ann = await on.client.login('ann', {
      permissions: ['read_messages', 'send_messages', 'join_rooms', 'manage_rooms', 'invite_users'],
    });
    const socket = await connect(on.app, ann.key);
    const banned = ok(await ban('ann', { reason: 'spam' }));
    expect(banned).toMatchObject({
      user_id: 'ann',
      banned_until: '9999-12-31T23:59:59.999Z',
      ban_reason: 'spam',
      shadow_banned: false,
    });
    const path = `/rooms/${room.id}/messages`;
    const attempts = (): Promise<string[]> =>
      Promise.all(
        [ann.request, on.client.master('ann').request].flatMap((request) =>
          (
            [
              ['POST', path, { content: 'x' }],
              ['PATCH', `${path}/${message.id}`, { content: 'x' }],
              ['DELETE', `${path}/${message.id}`, undefined],
              ['POST', '/rooms', { room_type: 'group', name: 'G' }],
              ['POST', `/rooms/${room.id}/members`, { user_id: 'cid' }],
              ['POST', `/rooms/${open.id}/join`, {}],
              ['POST', `/invites/${invite.id}/accept`, {}],
              ['POST', `/rooms/${room.id}/typing`, { typing: true }],
              ['DELETE', `/rooms/${room.id}/members/bob`, undefined],
              ['POST', `/rooms/${room.id}/read`, { seq: 1 }],
              ['POST', `/rooms/${room.id}/delivered`, { seq: 1 }],
              ['POST', `/rooms/${room.id}/unread`, { seq: 1 }],
            ] as const
          ).map(async ([method, to, body]) => (await request(method, to, body ? { body } : {})).body.code),
        ),
      );
    expect(new Set(await attempts())).toEqual(new Set(['user_banned']));
    for (const [event, dto] of [
      ['message.send', { room_id: room.id, content: 'x' }],
      ['message.edit', { room_id: room.id, message_id: message.id, content: 'x' }],
      ['message.delete', { room_id: room.id, message_id: message.id }],
      ['receipt.read', { room_id: room.id, seq: 1 }],
    ] as const) {
      expect(await socket.ask(event, dto)).toMatchObject({ ok: false, error: { status: 403, code: 'user_banned' } });
    }
    // It may go, and mute; it reads on, and its sockets stay.
    const left = await makeRoom(on.client, ['ann', 'bob']);
    expect((await ann.request('PATCH', `/rooms/${left.id}/me`, { body: { muted: true } })).status).toBe(200);
    expect((await ann.request('POST', `/rooms/${left.id}/leave`)).status).toBe(204);
    expect(ok(await ann.request('GET', path)).data).toHaveLength(1);
    await say(on.client.master('bob').request, room.id, 'after');
    await socket.waitFor('message.created');
    expect(ok(await ann.request('GET', '/users/me')).banned_until).toBe(banned.banned_until);
    expect(ok(await ann.request('GET', '/users/me')).ban_reason).toBeUndefined();

    expect((await unban('ann')).status).toBe(204);
    expect((await unban('ann')).status).toBe(204);
    expect((await ann.request('POST', path, { body: { content: 'back' } })).status).toBe(201);
    expect((await ann.request('PATCH', `${path}/${message.id}`, { body: { content: 'back' } })).status).toBe(200);
    expect(await socket.get('message.send', { room_id: room.id, content: 'back' })).toMatchObject({ content: 'back' });
    expect(ok(await as(undefined, 'GET', '/users/ann'))).toMatchObject({ banned_until: null });
  });

  it('ends by itself', async () => {
    const room = await makeRoom(on.client, ['ann']);
    const { banned_until } = ok(await ban('ann', { expires_in: 3600 }));
    expect(Date.parse(banned_until) - Date.now()).toBeGreaterThan(3_000_000);
    expect((await send('ann', room.id)).body.code).toBe('user_banned');
    await on.app.sql(`update users set banned_until = clock_timestamp() - interval '1 s' where client_id = $1`, [
      on.client.id,
    ]);
    expect((await send('ann', room.id)).status).toBe(201);
    // What nodes remember of the user is renewed in time.
    await until(
      'the ban to be forgotten',
      async () => (await as('ann', 'POST', '/rooms', { room_type: 'group', name: 'G' })).status === 201,
    );
  });

  it('in the shadow: the user sees what it sends, and nobody else does; it is told nothing', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    const ann = await on.client.login('ann');
    const [hers, his] = [await connect(on.app, ann.key), await on.socketOf('bob')];
    const root = await say(on.client.master('bob').request, room.id, 'root');
    await hers.waitFor('message.created');
    await his.waitFor('message.created');
    for (const socket of [hers, his]) socket.received.length = 0;
    const before = ok(await ann.request('GET', '/users/me'));
    const shadowed = ok(await ban('ann', { shadow: true, reason: 'troll' }));
    expect(shadowed).toMatchObject({ banned_until: '9999-12-31T23:59:59.999Z', shadow_banned: true });
    const sent = ok(await ann.request('POST', `/rooms/${room.id}/messages`, { body: { content: 'buy' } }));
    expect(sent.content).toBe('buy');
    expect((await hers.waitFor('message.created')).data).toMatchObject({ id: sent.id, content: 'buy' });
    const stub = { id: sent.id, room_id: room.id, seq: sent.seq, rev: sent.rev, hidden: true };
    expect((await his.waitFor('message.created')).data).toEqual(stub);
    expect(hers.bodies('message.created')).toHaveLength(1);
    const path = `/rooms/${room.id}/messages/${sent.id}`;
    expect(ok(await as('bob', 'GET', path))).toEqual(stub);
    expect(ok(await ann.request('GET', path)).content).toBe('buy');
    expect(ok(await as(undefined, 'GET', path)).content).toBe('buy');
    // Nothing of what the user can ask for tells it.
    const profile = ok(await ann.request('GET', '/users/me'));
    expect(profile.updated_at).toBe(before.updated_at);
    const rootPath = `/rooms/${room.id}/messages/${root.id}`;
    const repliesSeenBy = async (user: string) => [
      ok(await as(user, 'GET', rootPath)).reply_count,
      ok(await as(user, 'GET', `/rooms/${room.id}/messages`)).data.find(({ id }: any) => id === root.id).reply_count,
    ];
    const reply = ok(
      await ann.request('POST', `/rooms/${room.id}/messages`, { body: { content: 'buy', reply_to_id: root.id } }),
    );
    expect([await repliesSeenBy('ann'), await repliesSeenBy('bob')]).toEqual([
      [1, 1],
      [0, 0],
    ]);
    ok(await ann.request('DELETE', `/rooms/${room.id}/messages/${reply.id}`));
    expect(await repliesSeenBy('ann')).toEqual([0, 0]);
    for (const socket of [hers, his]) socket.received.length = 0;
    expect([profile.banned_until, profile.shadow_banned]).toEqual([null, undefined]);
    const patched = ok(await ann.request('PATCH', '/users/me', { body: { display_name: 'Ann' } }));
    expect([patched.banned_until, patched.ban_reason]).toEqual([null, undefined]);
    ok(await ann.request('PATCH', path, { body: { content: 'sell' } }));
    expect((await his.waitFor('message.updated')).data).toMatchObject({ hidden: true });
    expect(hers.bodies('message.updated').map(({ data }) => data.content)).toEqual(['sell']);
    expect((await ann.request('POST', '/rooms', { body: { room_type: 'direct', members: ['bob'] } })).status).toBe(201);
    const { updated_at } = ok(await ann.request('GET', '/users/me'));
    ok(await unban('ann'));
    expect(ok(await ann.request('GET', '/users/me')).updated_at).toBe(updated_at);
    const heard = ok(await ann.request('POST', `/rooms/${room.id}/messages`, { body: { content: 'sorry' } }));
    expect(ok(await as('bob', 'GET', `/rooms/${room.id}/messages/${heard.id}`)).content).toBe('sorry');
    expect(ok(await as('bob', 'GET', path)).hidden).toBe(true);
  });

  it("is the client's alone, of its own users", async () => {
    await makeUsers('ann');
    const stranger = await on.app.client();
    expect((await stranger.request('PUT', '/users/ann/ban', { body: {} })).status).toBe(404);
    expect((await stranger.request('DELETE', '/users/ann/ban')).status).toBe(404);
    const ann = await on.client.login('ann', { permissions: ['manage_rooms'] });
    expect((await ann.request('PUT', '/users/ann/ban', { body: {} })).status).toBe(403);
    for (const body of [{ expires_in: 0 }, { expires_in: 'x' }, { shadow: 1 }, { reason: 'x'.repeat(501) }, { a: 1 }]) {
      expect((await ban('ann', body)).status).toBe(422);
    }
    expect(ok(await as(undefined, 'GET', '/users/ann')).banned_until).toBeNull();
  });
});
