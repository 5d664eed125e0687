import { admin, makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';

describe('reactions', () => {
  const on = oneApp();
  const { as } = on;

  async function said(members = ['ann', 'bob', 'cid']) {
    const room = await makeRoom(on.client, members);
    const message = await say(on.client.master('ann').request, room.id, 'Hi');
    const path = `/rooms/${room.id}/messages/${message.id}`;
    const keyed = (key: string) => `${path}/reactions/${encodeURIComponent(key)}`;
    const react = (user: string | undefined, key: string) => as(user, 'PUT', keyed(key));
    const unreact = (user: string | undefined, key: string) => as(user, 'DELETE', keyed(key));
    const revOf = async () => ok(await as(undefined, 'GET', `/rooms/${room.id}`)).last_rev;
    return { room, message, path, react, unreact, revOf };
  }

  it('are counted once each, told to the room, and leave the message’s own rev alone', async () => {
    const { room, message, path, react, unreact, revOf } = await said();
    const cid = await on.socketOf('cid');
    expect(ok(await react('bob', '👍'))).toEqual([{ key: '👍', count: 1, user_ids: ['bob'] }]);
    const added = await cid.waitFor('reaction.added');
    expect(added).toMatchObject({
      stream: `room:${room.id}`,
      actor: { id: 'bob', type: 'user' },
      rev: message.rev + 1,
    });
    expect(added.data).toEqual({ room_id: room.id, message_id: message.id, key: '👍', user_id: 'bob', count: 1 });
    ok(await react('ann', '👍'));
    ok(await react('ann', 'a/b ok?'));
    const reactions = [
      { key: '👍', count: 2, user_ids: ['bob', 'ann'] },
      { key: 'a/b ok?', count: 1, user_ids: ['ann'] },
    ];
    const rev = await revOf();
    expect(ok(await react('ann', '👍'))).toEqual(reactions);
    expect(await revOf()).toBe(rev);
    expect(ok(await as('cid', 'GET', path))).toEqual({ ...message, reactions, me: { reactions: [] } });
    const { data } = ok(await as('ann', 'GET', `/rooms/${room.id}/messages`));
    expect(data).toEqual([{ ...message, reactions, me: { reactions: ['👍', 'a/b ok?'] } }]);
    expect(ok(await as(undefined, 'GET', path))).not.toHaveProperty('me');

    expect([(await unreact('bob', '👍')).status, (await unreact('bob', '👍')).status]).toEqual([204, 204]);
    expect((await cid.waitFor('reaction.removed')).data).toMatchObject({ key: '👍', user_id: 'bob', count: 1 });
    expect(await revOf()).toBe(rev + 1);
    ok(await unreact('ann', 'a/b ok?'));
    expect(ok(await as('bob', 'GET', path)).reactions).toEqual([{ key: '👍', count: 1, user_ids: ['ann'] }]);
    // What was missed says the same.
    const { rooms } = await cid.get('sync.resume', {
      rooms: [{ room_id: room.id, epoch: room.epoch, rev: message.rev }],
    });
    const told = rooms[0].events.map(({ type, data: { key, user_id, count } }: any) => [type, key, user_id, count]);
    expect(told).toEqual([
      ['reaction.added', '👍', 'bob', 1],
      ['reaction.added', '👍', 'ann', 2],
      ['reaction.added', 'a/b ok?', 'ann', 1],
      ['reaction.removed', '👍', 'bob', 1],
      ['reaction.removed', 'a/b ok?', 'ann', 0],
    ]);
  });

  it('of twenty users at once, over REST and sockets, are counted right', async () => {
    const users = Array.from({ length: 20 }, (_, n) => `user ${n}`);
    const { room, message, path, react, unreact, revOf } = await said(['ann', ...users]);
    const socket = await on.socketOf('ann');
    const before = await revOf();
    const dto = { room_id: room.id, message_id: message.id, key: '❤️' };
    await Promise.all([
      ...users.flatMap((user) => [react(user, '❤️'), react(user, '❤️')]).map(async (answer) => ok(await answer)),
      ...[1, 2, 3].map(() => socket.get('reaction.add', dto)),
    ]);
    const [summary] = ok(await as('ann', 'GET', path)).reactions;
    expect(summary).toMatchObject({ key: '❤️', count: 21 });
    expect(new Set(summary.user_ids).size).toBe(10);
    expect(await revOf()).toBe(before + 21);
    await Promise.all(users.slice(5).flatMap((user) => [unreact(user, '❤️'), unreact(user, '❤️')]));
    expect(await socket.get('reaction.remove', dto)).toMatchObject([{ key: '❤️', count: 5 }]);
    expect(await revOf()).toBe(before + 21 + 16);
    const { data } = ok(await as('ann', 'GET', `${path}/reactions`));
    expect(data.map(({ user_id }: any) => user_id).toSorted()).toEqual(users.slice(0, 5).toSorted());
  });

  it('are listed in pages, by key', async () => {
    const { path, react } = await said();
    for (const user of ['bob', 'ann', 'cid']) ok(await react(user, 'b'));
    ok(await react('cid', 'a'));
    const list = async (query: string) => ok(await as('ann', 'GET', `${path}/reactions?${query}`));
    const all = ['a cid', 'b bob', 'b ann', 'b cid'];
    const said_ = ({ data }: any) => data.map(({ key, user_id }: any) => `${key} ${user_id}`);
    expect(said_(await list(''))).toEqual(all);
    expect(Object.keys((await list('')).data[0]).toSorted()).toEqual(['created_at', 'key', 'user_id']);
    expect(said_(await list('key=b'))).toEqual(all.slice(1));
    const first = await list('limit=3');
    expect(said_(first)).toEqual(all.slice(0, 3));
    const second = await list(`limit=3&cursor=${first.page.next_cursor}`);
    expect([said_(second), second.page.has_more]).toEqual([all.slice(3), false]);
    expect(said_(await list(`limit=3&cursor=${second.page.prev_cursor}`))).toEqual(all.slice(0, 3));
    const bad = Buffer.from(JSON.stringify(['n', 'b', 'junk'])).toString('base64url');
    expect((await as('ann', 'GET', `${path}/reactions?cursor=${bad}`)).body.code).toBe('invalid_cursor');
  });

  it('have keys of 1 to 64 characters, fifty of them a message', async () => {
    const { path, react, unreact } = await said();
    for (const key of ['x'.repeat(65), 'a\u0007', '\u0000']) {
      expect((await react('bob', key)).body).toMatchObject({ code: 'validation_failed', errors: [{ field: 'key' }] });
    }
    expect((await react('bob', '👍'.repeat(64))).status).toBe(200);
    for (let n = 1; n < 49; n++) ok(await react('bob', `${n}`));
    const last = await Promise.all(['ann', 'bob', 'cid'].map((user) => react(user, `of ${user}`)));
    expect(last.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect((await react('cid', '1')).status).toBe(200);
    expect(ok(await as('ann', 'GET', path)).reactions).toHaveLength(50);
    ok(await unreact('bob', '2'));
    expect((await react('cid', 'another')).status).toBe(200);
  });

  it('are refused where writing is, and of what is not there to be seen', async () => {
    const { room, path, react, unreact } = await said();
    expect((await react('eve', '👍')).status).toBe(404);
    expect((await react(undefined, '👍')).body.errors[0].field).toBe('X-User-Id');
    const codes = async () => [(await react('bob', '👍')).body?.code, (await unreact('bob', '👍')).body?.code];
    await on.app.sql('update rooms set frozen = true where id = $1', [room.id]);
    expect(await codes()).toEqual(['room_frozen', 'room_frozen']);
    await on.app.sql(`update rooms set frozen = false, status = 'archived' where id = $1`, [room.id]);
    expect(await codes()).toEqual(['room_inactive', 'room_inactive']);
    await on.app.sql(`update rooms set status = 'active' where id = $1`, [room.id]);
    const ban = `update users set banned_until = 'infinity' where user_id = 'bob' and client_id = $1`;
    await on.app.sql(ban, [on.client.id]);
    expect(await codes()).toEqual(['user_banned', 'user_banned']);
    await on.app.sql(ban.replace("'infinity'", 'null'), [on.client.id]);

    ok(await react('cid', '👍'));
    ok(await as('bob', 'DELETE', `${path}?for=me`));
    expect(await codes()).toEqual(['not_found', 'not_found']);
    ok(await as('ann', 'DELETE', path));
    expect((await react('cid', '👍')).body.code).toBe('conflict');
    // A tombstone shows none of them; who brings the message back finds them again.
    expect(ok(await as('cid', 'GET', path))).toMatchObject({ content: null, reactions: [] });
    expect(ok(await as('cid', 'GET', `${path}/reactions`)).data).toEqual([]);
    expect(ok(await as(undefined, 'POST', `${path}/undelete`)).reactions).toMatchObject([{ count: 1 }]);

    const direct = await makeRoom(on.client, ['ann', 'bob'], { room_type: 'direct', name: undefined });
    const hello = await say(on.client.master('ann').request, direct.id, 'Hello');
    await on.app.sql(
      `insert into user_blocks (client_id, user_pk, blocked_pk)
       select a.client_id, a.user_pk, b.user_pk from users a join users b using (client_id)
        where a.client_id = $1 and a.user_id = 'ann' and b.user_id = 'bob'`,
      [on.client.id],
    );
    const toHello = `/rooms/${direct.id}/messages/${hello.id}/reactions/x`;
    expect((await as('bob', 'PUT', toHello)).body.code).toBe('user_unavailable');
    expect((await as('ann', 'PUT', toHello)).status).toBe(200);

    const channel = await makeRoom(on.client, ['bob', admin('ada')], {
      room_type: 'channel',
    });
    const news = await say(on.client.master('ada').request, channel.id, 'News');
    const at = `/rooms/${channel.id}/messages/${news.id}/reactions/x`;
    expect((await as('bob', 'PUT', at)).body.code).toBe('insufficient_role');
    expect((await as('ada', 'PUT', at)).status).toBe(200);
  });

  it('of a shadow-banned user are seen by itself only', async () => {
    const { message, path, react, unreact, revOf } = await said();
    await on.app.sql(
      `update users set banned_until = 'infinity', shadow_banned = true where user_id = 'bob' and client_id = $1`,
      [on.client.id],
    );
    ok(await react('cid', '👍'));
    const rev = await revOf();
    const mine = [
      { key: '👍', count: 2, user_ids: ['cid', 'bob'] },
      { key: 'own', count: 1, user_ids: ['bob'] },
    ];
    ok(await react('bob', '👍'));
    expect(ok(await react('bob', 'own'))).toEqual(mine);
    expect(ok(await as('bob', 'GET', path))).toMatchObject({ reactions: mine, me: { reactions: ['👍', 'own'] } });
    for (const other of ['ann', 'cid']) {
      expect(ok(await as(other, 'GET', path)).reactions).toEqual([{ key: '👍', count: 1, user_ids: ['cid'] }]);
      expect(ok(await as(other, 'GET', `${path}/reactions`)).data).toHaveLength(1);
    }
    expect(ok(await as('bob', 'GET', `${path}/reactions`)).data).toHaveLength(3);
    ok(await unreact('bob', 'own'));
    expect(await revOf()).toBe(rev);
    // Once it may be heard again, what it says counts.
    await on.app.sql(`update users set banned_until = null where client_id = $1`, [on.client.id]);
    ok(await unreact('bob', '👍'));
    expect(ok(await react('bob', '👍'))).toMatchObject([{ key: '👍', count: 2 }]);
    expect(ok(await as('ann', 'GET', path))).toMatchObject({ id: message.id, reactions: [{ count: 2 }] });
    expect(await revOf()).toBe(rev + 1);
  });
});
