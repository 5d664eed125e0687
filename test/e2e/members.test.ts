import type { MemberDto } from '../../src/messaging/rooms/membership/member.dto.js';
import type { Answer, Requester } from '../support/app.js';
import { admin, loginToAll, makeRoom, ok, owner, rolesOf } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';
import { until } from '../support/until.js';

const on = oneApp();

const login = (user: string) => loginToAll(on.client, user);

const post = (request: Requester, path: string, body?: object) => request('POST', path, body ? { body } : {});
const revOf = async (roomId: string): Promise<number> =>
  ok(await on.client.request('GET', `/rooms/${roomId}`)).last_rev;
/** Types and bodies of what a user's own stream holds. */
const ownEvents = (user: string) =>
  on.app.sql(
    `select e.type, e.data from events e join users u on u.client_id = e.client_id and u.user_pk = e.stream_id
      where e.client_id = $1 and u.user_id = $2 order by e.rev`,
    [on.client.id, user],
  );

describe('joining', () => {
  it('takes anybody into a public room, once', async () => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'public' });
    const bob = await on.client.login('bob');
    const socket = await connect(on.app, bob.key);
    const joined = ok(await post(bob.request, `/rooms/${room.id}/join`));
    expect(joined).toMatchObject({ user_id: 'bob', role: 'member', status: 'active', room_id: room.id });
    await socket.waitFor('room.added', ({ data }) => data.room.id === room.id);
    const rev = await revOf(room.id);
    expect(ok(await post(bob.request, `/rooms/${room.id}/join`))).toEqual(joined);
    expect(await revOf(room.id)).toBe(rev);
    expect(ok(await bob.request('GET', `/rooms/${room.id}`)).me).toMatchObject({ role: 'member', unread: 0 });
  });

  it.each(['private', 'invite_only'])(
    'shows a %s room to nobody, but lets the client put its users in',
    async (privacy) => {
      const room = await makeRoom(on.client, [owner('ann')], { privacy });
      const bob = await on.client.login('bob');
      expect((await post(bob.request, `/rooms/${room.id}/join`)).body.code).toBe('not_found');
      expect((await post(on.client.master().request, `/rooms/${room.id}/join`)).body.code).toBe('forbidden');
      expect(ok(await post(on.client.master('bob').request, `/rooms/${room.id}/join`)).status).toBe('active');
      expect(ok(await post(bob.request, `/rooms/${room.id}/join`)).user_id).toBe('bob');
    },
  );

  it('lets no third one into a direct room, and nobody into an archived one', async () => {
    const direct = await makeRoom(on.client, ['ann', 'ben'], { room_type: 'direct', privacy: 'public', name: null });
    const bob = await on.client.login('bob');
    expect((await post(bob.request, `/rooms/${direct.id}/join`)).status).toBe(404);
    expect((await post(on.client.master('bob').request, `/rooms/${direct.id}/join`)).body.code).toBe('direct_room');
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'public' });
    await on.app.sql(`update rooms set status = 'archived' where id = $1`, [room.id]);
    expect((await post(bob.request, `/rooms/${room.id}/join`)).body.code).toBe('room_inactive');
  });

  it('gives the last place to one of twenty', async () => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'public', max_members: 2 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(on.client.master(`u${n}`).request, `/rooms/${room.id}/join`)),
    );
    const codes = answers.map(({ status, body }) => (status === 200 ? 'joined' : body.code)).toSorted();
    expect(codes).toEqual(['joined', ...Array(19).fill('room_full')]);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`))).toMatchObject({ member_count: 2, last_rev: 2 });
  });
});

describe('leaving', () => {
  it('hands the room of a last owner on: to the oldest admin, else to the oldest member', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    for (const one of ['bob', admin('carol'), admin('dora')]) {
      ok(await post(on.client.master().request, `/rooms/${room.id}/members`, { members: [one] }));
    }
    const watcher = await connect(on.app, (await login('dora')).key);
    expect((await post((await login('ann')).request, `/rooms/${room.id}/leave`)).status).toBe(204);
    expect(await rolesOf(on.client, room.id)).toEqual({ bob: 'member', carol: 'owner', dora: 'admin' });
    const [left, updated] = await until('both', () => {
      const heard = watcher.received.filter(({ name }) => name.startsWith('member.'));
      return heard.length >= 2 && heard;
    });
    expect([left!.name, left!.body.data.user_id]).toEqual(['member.left', 'ann']);
    expect([updated!.name, updated!.body.data]).toMatchObject(['member.updated', { user_id: 'carol', role: 'owner' }]);
    expect(updated!.body.rev).toBe(left!.body.rev + 1);
    ok(await on.client.request('DELETE', `/rooms/${room.id}/members/dora`));
    expect((await (await login('carol')).request('DELETE', `/rooms/${room.id}/members/me`)).status).toBe(204);
    expect(await rolesOf(on.client, room.id)).toEqual({ bob: 'owner' });
    const bob = await login('bob');
    for (let times = 0; times < 2; times++) {
      expect((await post(bob.request, `/rooms/${room.id}/leave`)).status).toBe(204);
    }
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`)).member_count).toBe(0);
  });

  it('takes a member, and no direct room', async () => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'public' });
    expect((await post(on.client.master('bob').request, `/rooms/${room.id}/leave`)).status).toBe(404);
    expect((await post(on.client.master().request, `/rooms/${room.id}/leave`)).body.code).toBe('forbidden');
    const direct = await makeRoom(on.client, ['ann', 'ben'], { room_type: 'direct', name: null });
    expect((await post(on.client.master('ann').request, `/rooms/${direct.id}/leave`)).body.code).toBe('direct_room');
  });

  it('leaves one heir, whichever of two owners goes first', async () => {
    const room = await makeRoom(on.client, [owner('ann'), owner('ben'), 'bob']);
    await Promise.all(['ann', 'ben'].map((user) => post(on.client.master(user).request, `/rooms/${room.id}/leave`)));
    expect(await rolesOf(on.client, room.id)).toEqual({ bob: 'owner' });
  });
});

describe('handing a room on', () => {
  it('makes the owner an admin, and may be said twice', async () => {
    const room = await makeRoom(on.client, [owner('ann'), owner('ben'), 'bob', 'carol']);
    const ann = await login('ann');
    const path = `/rooms/${room.id}/transfer`;
    expect((await post((await login('bob')).request, path, { user_id: 'bob' })).body.code).toBe('insufficient_role');
    expect((await post(ann.request, path, { user_id: 'nobody' })).status).toBe(404);
    expect(ok(await post(ann.request, path, { user_id: 'bob' }))).toMatchObject({ user_id: 'bob', role: 'owner' });
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'admin', ben: 'owner', bob: 'owner', carol: 'member' });
    const rev = await revOf(room.id);
    expect(rev).toBe(3);
    expect(ok(await post(ann.request, path, { user_id: 'bob' })).role).toBe('owner');
    expect((await post(ann.request, path, { user_id: 'carol' })).body.code).toBe('insufficient_role');
    expect(await revOf(room.id)).toBe(rev);
    ok(await post(on.client.master().request, path, { user_id: 'carol' }));
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'admin', ben: 'admin', bob: 'admin', carol: 'owner' });
  });
});

describe('banning', () => {
  const ban = (request: Requester, roomId: string, user: string, body: object = {}) =>
    request('PUT', `/rooms/${roomId}/members/${user}/ban`, { body });

  it('removes a member and keeps him out of a public room, until it is lifted', async () => {
    const room = await makeRoom(on.client, [owner('ann'), admin('ada'), 'bob'], { privacy: 'public' });
    const [ada, bob] = [await login('ada'), await login('bob')];
    const [hers, his] = [await connect(on.app, ada.key), await connect(on.app, bob.key)];
    const banned = ok(await ban(ada.request, room.id, 'bob', { reason: 'Spam' }));
    expect(banned).toMatchObject({ user_id: 'bob', status: 'banned', reason: 'Spam', banned_until: null });
    await his.waitFor('room.removed', ({ data }) => data.reason === 'banned' && data.room_id === room.id);
    const left = await hers.waitFor('member.left');
    expect(left.data).toMatchObject({ user_id: 'bob', status: 'banned' });
    expect(left.data).not.toHaveProperty('reason');
    const rev = await revOf(room.id);
    expect(ok(await ban(ada.request, room.id, 'bob', { reason: 'Spam' }))).toEqual(banned);
    expect(await revOf(room.id)).toBe(rev);

    expect((await bob.request('GET', `/rooms/${room.id}`)).status).toBe(404);
    expect((await post(bob.request, `/rooms/${room.id}/join`)).body.code).toBe('user_banned');
    expect((await post(bob.request, `/rooms/${room.id}/leave`)).status).toBe(204);
    const added = await post(ada.request, `/rooms/${room.id}/members`, { user_id: 'bob' });
    expect(added.body.code).toBe('user_unavailable');
    const send = await post(bob.request, `/rooms/${room.id}/messages`, { content: 'x' });
    expect(send.body.code).toBe('user_banned');
    expect(ok(await ada.request('GET', `/rooms/${room.id}/bans`)).data).toEqual([banned]);

    for (let times = 0; times < 2; times++) {
      expect((await ada.request('DELETE', `/rooms/${room.id}/members/bob/ban`)).status).toBe(204);
    }
    expect(ok(await ada.request('GET', `/rooms/${room.id}/bans`)).data).toEqual([]);
    expect(ok(await post(bob.request, `/rooms/${room.id}/join`))).toMatchObject({ status: 'active', role: 'member' });
  });

  it('holds until its time, and keeps out who never was a member', async () => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'public' });
    const bob = await on.client.login('bob');
    const rev = await revOf(room.id);
    const banned = ok(await ban(on.client.master('ann').request, room.id, 'bob', { expires_in: 3600 }));
    expect(Date.parse(banned.banned_until) - Date.now()).toBeGreaterThan(3_000_000);
    expect(await revOf(room.id)).toBe(rev);
    expect(await ownEvents('bob')).toEqual([]);
    expect((await post(bob.request, `/rooms/${room.id}/join`)).body.code).toBe('user_banned');
    await on.app.sql(
      `update room_members set banned_until = clock_timestamp() where room_id = $1 and status = 'banned'`,
      [room.id],
    );
    expect(ok(await on.client.request('GET', `/rooms/${room.id}/bans`)).data).toEqual([]);
    const joined = ok(await post(bob.request, `/rooms/${room.id}/join`));
    expect(joined).toMatchObject({ status: 'active', banned_until: null });
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`)).member_count).toBe(2);
  });

  it('is for admins against members, for owners against all but the last owner', async () => {
    const room = await makeRoom(on.client, [owner('ann'), admin('ada'), admin('abe'), 'bob', 'carol']);
    const [ann, ada, bob] = [await login('ann'), await login('ada'), await login('bob')];
    const codeOf = async (answer: Promise<Answer>) => (await answer).body?.code;
    expect(await codeOf(ban(bob.request, room.id, 'carol'))).toBe('insufficient_role');
    expect(await codeOf(bob.request('GET', `/rooms/${room.id}/bans`))).toBe('insufficient_role');
    expect(await codeOf(ban(ada.request, room.id, 'ann'))).toBe('insufficient_role');
    expect(await codeOf(ban(ada.request, room.id, 'abe'))).toBe('insufficient_role');
    expect(await codeOf(ban(ann.request, room.id, 'ann'))).toBe('conflict');
    expect(await codeOf(ban(on.client.master().request, room.id, 'ann'))).toBe('last_owner');
    expect(await codeOf(ban(ann.request, room.id, 'nobody'))).toBe('user_unavailable');
    expect((await ban(ann.request, room.id, 'abe')).status).toBe(200);
    const plain = await on.client.login('ada');
    expect(await codeOf(ban(plain.request, room.id, 'carol'))).toBe('forbidden');
    expect(await codeOf(ban((await login('eve')).request, room.id, 'carol'))).toBe('not_found');
    expect(await codeOf(ban(ann.request, room.id, 'carol', { expires_in: 0 }))).toBe('validation_failed');
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner', ada: 'admin', bob: 'member', carol: 'member' });
  });

  it('and joining at once leave nobody in who is banned', async () => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'public' });
    const users = Array.from({ length: 10 }, (_, n) => `u${n}`);
    for (const user of users) await on.client.login(user);
    await Promise.all(
      users.flatMap((user) => [
        post(on.client.master(user).request, `/rooms/${room.id}/join`),
        ban(on.client.master().request, room.id, user),
      ]),
    );
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner' });
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`)).member_count).toBe(1);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}/bans?limit=4`)).page.has_more).toBe(true);
  });
});

describe("a member's own side of a room", () => {
  const patch = (request: Requester, roomId: string, body: object) => request('PATCH', `/rooms/${roomId}/me`, { body });

  it('is muted, hidden and pinned, which its own devices hear of once', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    const [ann, bob] = [await login('ann'), await login('bob')];
    const [hers, his] = [await connect(on.app, ann.key), await connect(on.app, bob.key)];
    const me = ok(await patch(ann.request, room.id, { muted: true, pinned: true, mentions_only: true }));
    expect(me).toMatchObject({ role: 'member', muted: true, muted_until: null, mentions_only: true, hidden: false });
    expect(ok(await ann.request('GET', `/rooms/${room.id}`)).me).toEqual(me);
    const heard = await hers.waitFor('room.settings_updated');
    expect(heard).toMatchObject({ stream: 'user:ann', room_id: room.id, rev: expect.any(Number) });
    const all = { room_id: room.id, muted: true, muted_until: null, mentions_only: true, hidden: false, pinned: true };
    expect(heard.data).toEqual(all);
    expect(ok(await patch(ann.request, room.id, { muted: true, pinned: true }))).toEqual(me);
    expect(ok(await patch(ann.request, room.id, {}))).toEqual(me);
    ok(await patch(ann.request, room.id, { muted: false, hidden: true }));
    const second = await hers.waitFor('room.settings_updated', ({ data }) => data.hidden);
    expect(second.rev).toBe(heard.rev! + 1);
    expect(second.data).toMatchObject({ muted: false, pinned: true });
    expect(his.bodies('room.settings_updated')).toEqual([]);
    expect(ok(await bob.request('GET', `/rooms/${room.id}`)).me).toMatchObject({ muted: false, pinned: false });
    expect(await revOf(room.id)).toBe(1);
  });

  it('is muted until a time, after which it is not', async () => {
    const room = await makeRoom(on.client, ['ann']);
    const { request } = on.client.master('ann');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect(ok(await patch(request, room.id, { muted_until: until }))).toMatchObject({
      muted: true,
      muted_until: until,
    });
    expect(ok(await patch(request, room.id, { hidden: true }))).toMatchObject({ muted: true, muted_until: until });
    await on.app.sql('update room_members set muted_until = clock_timestamp() where room_id = $1', [room.id]);
    expect(ok(await patch(request, room.id, { hidden: false }))).toMatchObject({ muted: false, muted_until: null });
    ok(await patch(request, room.id, { muted_until: until }));
    expect(ok(await patch(request, room.id, { muted_until: null }))).toMatchObject({ muted: true, muted_until: null });
    expect(ok(await patch(request, room.id, { muted: false }))).toMatchObject({ muted: false });
    expect(ok(await patch(request, room.id, { muted_until: null }))).toMatchObject({ muted: false });
    expect((await patch(request, room.id, { muted: false, muted_until: until })).status).toBe(422);
    expect((await patch(request, room.id, { muted_until: 'soon' })).status).toBe(422);
    expect((await patch(on.client.master('eve').request, room.id, { muted: true })).status).toBe(404);
    expect((await patch(on.client.master().request, room.id, { muted: true })).body.code).toBe('forbidden');
  });

  it('begins anew when a member comes back', async () => {
    const room = await makeRoom(on.client, ['ann'], { privacy: 'public' });
    const { request } = on.client.master('ann');
    ok(await patch(request, room.id, { muted: true, hidden: true, pinned: true }));
    ok(await post(request, `/rooms/${room.id}/leave`));
    ok(await post(request, `/rooms/${room.id}/join`));
    const { me } = ok(await request('GET', `/rooms/${room.id}`));
    expect(me).toMatchObject({ muted: false, hidden: false, pinned: false });
  });
});

describe('adding many', () => {
  it('is 200 where nobody came in by it', async () => {
    const room = await makeRoom(on.client, [owner('ann'), 'bob']);
    const add = async (body: object) => {
      const answer = await post(on.client.master().request, `/rooms/${room.id}/members`, body);
      return [answer.status, answer.body.results.map(({ status }: any) => status)];
    };
    expect(await add({ user_id: 'bob' })).toEqual([200, [200]]);
    expect(await add({ members: ['bob', 'ann'] })).toEqual([200, [200, 200]]);
    expect(await add({ members: ['bob', 'cid'] })).toEqual([201, [200, 201]]);
  });

  it('to a room that its owner was the last to leave makes the first one its owner', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    ok(await post(on.client.master('ann').request, `/rooms/${room.id}/leave`));
    const { data } = ok(
      await post(on.client.master().request, `/rooms/${room.id}/members`, { members: ['bob', 'cid'] }),
    );
    expect(data.map((one: MemberDto) => [one.user_id, one.role])).toEqual([
      ['bob', 'owner'],
      ['cid', 'member'],
    ]);
    for (const user of ['bob', 'cid']) ok(await post(on.client.master(user).request, `/rooms/${room.id}/leave`));
    ok(await post(on.client.master().request, `/rooms/${room.id}/members`, { members: ['dan', owner('ann')] }));
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner', dan: 'member' });
    // One that never had an owner keeps none.
    const other = await makeRoom(on.client, []);
    ok(await post(on.client.master().request, `/rooms/${other.id}/members`, { user_id: 'bob' }));
    expect(await rolesOf(on.client, other.id)).toEqual({ bob: 'member' });
  });

  it('takes `me` for who acts, who neither bans himself nor is somebody of that name', async () => {
    const room = await makeRoom(on.client, [owner('ann'), 'bob']);
    const path = `/rooms/${room.id}/members/me`;
    const ann = on.client.master('ann');
    const codeOf = async (method: string, to: string, body?: object, by = ann) =>
      (await by.request(method, to, body && { body })).body?.code;
    expect(await codeOf('PUT', `${path}/ban`, {})).toBe('conflict');
    expect(await codeOf('PATCH', path, { role: 'member' })).toBe('last_owner');
    expect((await ann.request('DELETE', `${path}/ban`)).status).toBe(204);
    expect(await codeOf('PUT', `${path}/ban`, {}, on.client.master())).toBe('not_found');
  });

  it('answers each on its own', async () => {
    for (const user of ['bob', 'carol', 'dora', 'evil']) await on.client.login(user);
    const room = await makeRoom(on.client, [owner('ann'), admin('ada')], { max_members: 4 });
    ok(await on.client.request('PUT', `/rooms/${room.id}/members/evil/ban`, { body: {} }));
    const ada = await login('ada');
    const add = (members: unknown[]) => post(ada.request, `/rooms/${room.id}/members`, { members });
    const answer = await add(['bob', 'nobody', admin('dora'), 'ann', 'evil', 'carol', 'bob', 'dora']);
    expect(answer.status).toBe(201);
    expect(answer.body.data.map((member: MemberDto) => member.user_id)).toEqual(['bob', 'ann', 'carol']);
    const shown = answer.body.results.map((one: any) => [one.index, one.status, one.member?.user_id ?? one.error.code]);
    expect(shown).toEqual([
      [0, 201, 'bob'],
      [1, 422, 'user_unavailable'],
      [2, 403, 'insufficient_role'],
      [3, 200, 'ann'],
      [4, 422, 'user_unavailable'],
      [5, 201, 'carol'],
      [6, 201, 'bob'],
      [7, 409, 'room_full'],
    ]);
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner', ada: 'admin', bob: 'member', carol: 'member' });
    expect((await add(['dora', 'nobody'])).body.code).toBe('room_full');
    // So is what is no member at all.
    const junk = ['', 'me', { user_id: 'dora', role: 'king' }, { user_id: 'dora', colour: 1 }, null, 7, ['x'], 'bob'];
    const { status, body } = await add(junk);
    expect([status, body.results.map((one: any) => one.status)]).toEqual([
      200,
      [422, 422, 422, 422, 422, 422, 422, 200],
    ]);
    expect(body.results.slice(0, 7).map((one: any) => one.error.errors[0].field)).toEqual([
      'members[0].user_id',
      'members[1].user_id',
      'members[2].role',
      'members[3].colour',
      'members[4].user_id',
      'members[5]',
      'members[6]',
    ]);
    const none = await add([{ role: 'admin' }]);
    expect([none.status, none.body.errors.map((one: any) => one.field)]).toEqual([422, ['members[0].user_id']]);
    expect((await add([])).body.errors[0].field).toBe('members');
    expect((await add(Array.from({ length: 101 }, (_, n) => `u${n}`))).status).toBe(422);
  });

  it('refuses the same for who blocked the one that adds as for who is unknown', async () => {
    for (const user of ['bob', 'carol']) await on.client.login(user);
    const room = await makeRoom(on.client, [owner('ann')]);
    await on.app.sql(
      `insert into user_blocks (client_id, user_pk, blocked_pk)
       select b.client_id, b.user_pk, a.user_pk from users a join users b using (client_id)
        where a.client_id = $1 and a.user_id = 'ann' and b.user_id = 'bob'`,
      [on.client.id],
    );
    const ann = await login('ann');
    const add = async (user: string) => {
      const { body } = await post(ann.request, `/rooms/${room.id}/members`, { user_id: user });
      return JSON.stringify({ ...body, request_id: '' }).replaceAll(user, '…');
    };
    expect(await add('bob')).toBe(await add('nobody'));
    expect(JSON.parse(await add('bob')).code).toBe('user_unavailable');
    expect((await post(on.client.master().request, `/rooms/${room.id}/members`, { user_id: 'bob' })).status).toBe(201);
  });
});
