import type { InviteDto } from '../../src/messaging/invitations/invites.dto.js';
import type { Answer, Requester } from '../support/app.js';
import { admin, loginToAll, makeRoom, ok, owner, rolesOf } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';

const on = oneApp();

const login = (user: string) => loginToAll(on.client, user);
const post = (request: Requester, path: string, body?: object): Promise<Answer> =>
  request('POST', path, body ? { body } : {});
const codeOf = async (answer: Promise<Answer>): Promise<string> => (await answer).body?.code;

const inviteTo = (request: Requester, roomId: string, body: object) => post(request, `/rooms/${roomId}/invites`, body);
const makeLink = async (request: Requester, roomId: string, fields: object = {}): Promise<InviteDto> =>
  ok(await inviteTo(request, roomId, { kind: 'link', ...fields }));
const expire = (id: string) => on.app.sql(`update invites set expires_at = clock_timestamp() where id = $1`, [id]);
const eventsOf = async (user: string): Promise<string[]> => {
  const rows = await on.app.sql(
    `select e.type from events e join users u on u.client_id = e.client_id and u.user_pk = e.stream_id
      where e.client_id = $1 and u.user_id = $2 order by e.rev`,
    [on.client.id, user],
  );
  return rows.map(({ type }) => type);
};

describe('an invitation', () => {
  it('is made, seen by who is invited, accepted once, and told to both', async () => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy: 'invite_only', name: 'Club' });
    const [ann, bob] = [await login('ann'), await on.client.login('bob')];
    const [hers, his] = [await connect(on.app, ann.key), await connect(on.app, bob.key)];
    const made = await inviteTo(ann.request, room.id, { kind: 'user', user_id: 'bob', role: 'admin', message: 'Hi' });
    expect(made.status).toBe(201);
    const invite: InviteDto = made.body;
    expect(invite).toEqual({
      id: expect.any(String),
      room_id: room.id,
      room: { room_type: 'group', name: 'Club', description: null, member_count: 1 },
      kind: 'user',
      user_id: 'bob',
      code: null,
      role: 'admin',
      message: 'Hi',
      invited_by: 'ann',
      status: 'pending',
      max_uses: null,
      uses: 0,
      expires_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const again = await inviteTo(ann.request, room.id, { kind: 'user', user_id: 'bob' });
    expect([again.status, again.body]).toEqual([200, invite]);
    expect((await his.waitFor('invite.created')).data).toEqual(invite);
    expect(ok(await bob.request('GET', '/invites')).data).toEqual([invite]);
    expect(ok(await ann.request('GET', `/rooms/${room.id}/invites`)).data).toEqual([invite]);
    expect((await bob.request('GET', `/rooms/${room.id}`)).status).toBe(404);

    const member = ok(await post(bob.request, `/invites/${invite.id}/accept`));
    expect(member).toMatchObject({ user_id: 'bob', role: 'admin', status: 'active', room_id: room.id });
    expect(ok(await post(bob.request, `/invites/${invite.id}/accept`))).toEqual(member);
    const heard = await hers.waitFor('invite.accepted');
    expect(heard).toMatchObject({
      stream: 'user:ann',
      actor: { id: 'bob' },
      data: { id: invite.id, status: 'accepted' },
    });
    await his.waitFor('invite.accepted');
    expect(await eventsOf('bob')).toEqual(['invite.created', 'room.added', 'invite.accepted']);
    expect(ok(await bob.request('GET', '/invites?status=pending')).data).toEqual([]);
    const [accepted] = ok(await bob.request('GET', '/invites?status=accepted')).data;
    expect(accepted).toMatchObject({ id: invite.id, uses: 1, room: null });
    const third = await inviteTo(ann.request, room.id, { kind: 'user', user_id: 'bob' });
    expect([third.status, third.body.id]).toEqual([200, invite.id]);
    expect(await codeOf(inviteTo(ann.request, room.id, { kind: 'user', user_id: 'ann' }))).toBe('conflict');
    // Who has left does not come back by what was accepted once.
    ok(await post(bob.request, `/rooms/${room.id}/leave`));
    expect(ok(await post(bob.request, `/invites/${invite.id}/accept`)).status).toBe('left');
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner' });
  });

  it('is declined or revoked, each once, and then opens nothing', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const [ann, bob] = [await login('ann'), await on.client.login('bob')];
    const one: InviteDto = ok(await inviteTo(ann.request, room.id, { kind: 'user', user_id: 'bob' }));
    for (let times = 0; times < 2; times++) {
      expect(ok(await post(bob.request, `/invites/${one.id}/decline`))).toMatchObject({
        id: one.id,
        status: 'declined',
      });
    }
    expect(await codeOf(post(bob.request, `/invites/${one.id}/accept`))).toBe('conflict');
    const two: InviteDto = ok(await inviteTo(ann.request, room.id, { kind: 'user', user_id: 'bob' }));
    expect(two.id).not.toBe(one.id);
    for (let times = 0; times < 2; times++) {
      expect((await ann.request('DELETE', `/rooms/${room.id}/invites/${two.id}`)).status).toBe(204);
    }
    expect(await codeOf(post(bob.request, `/invites/${two.id}/accept`))).toBe('conflict');
    expect(await codeOf(post(bob.request, `/invites/${two.id}/decline`))).toBe('conflict');
    expect(await eventsOf('ann')).toEqual(['room.added', 'invite.declined', 'invite.revoked']);
    expect(await eventsOf('bob')).toEqual(['invite.created', 'invite.declined', 'invite.created', 'invite.revoked']);
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner' });
  });

  it('expires by itself', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const { request } = on.client.master('bob');
    const body = { kind: 'user', user_id: 'bob', expires_in: 3600 };
    const first: InviteDto = ok(await inviteTo(on.client.master('ann').request, room.id, body));
    expect(Date.parse(first.expires_at!) - Date.now()).toBeGreaterThan(3_000_000);
    await expire(first.id);
    expect(ok(await request('GET', '/invites')).data).toMatchObject([{ id: first.id, status: 'expired', room: null }]);
    expect(ok(await request('GET', '/invites?status=pending')).data).toEqual([]);
    expect(await codeOf(post(request, `/invites/${first.id}/accept`))).toBe('conflict');
    const second = await inviteTo(on.client.master('ann').request, room.id, body);
    expect([second.status, second.body.id === first.id]).toEqual([201, false]);
    ok(await post(request, `/invites/${second.body.id}/accept`));
  });

  it("is the invited user's alone", async () => {
    const room = await makeRoom(on.client, [owner('ann'), 'carol']);
    const invite: InviteDto = ok(await inviteTo(on.client.master().request, room.id, { kind: 'user', user_id: 'bob' }));
    const other = await makeRoom(on.client, [owner('eve')]);
    for (const user of ['carol', 'ann', 'eve']) {
      const { request } = await login(user);
      expect(await codeOf(post(request, `/invites/${invite.id}/accept`))).toBe('not_found');
      expect(await codeOf(post(request, `/invites/${invite.id}/decline`))).toBe('not_found');
      expect(ok(await request('GET', '/invites')).data).toEqual([]);
    }
    const eve = await login('eve');
    expect((await eve.request('DELETE', `/rooms/${other.id}/invites/${invite.id}`)).status).toBe(404);
    expect((await eve.request('DELETE', `/rooms/${room.id}/invites/${invite.id}`)).status).toBe(404);
    expect(await codeOf(inviteTo(eve.request, room.id, { kind: 'link' }))).toBe('not_found');
    expect(await codeOf(on.client.request('GET', '/invites'))).toBe('forbidden');
    expect(await codeOf(post(on.client.master().request, `/invites/${invite.id}/accept`))).toBe('forbidden');
    expect(ok(await on.client.request('GET', `/rooms/${room.id}/invites`)).data).toMatchObject([
      { id: invite.id, invited_by: null, status: 'pending' },
    ]);
  });

  it('takes a role that may invite, and one that may delete for more than a member', async () => {
    const room = await makeRoom(on.client, [owner('ann'), admin('ada'), 'bob']);
    for (const user of ['carol', 'dora']) await on.client.login(user);
    const [ann, ada, bob] = [await login('ann'), await login('ada'), await login('bob')];
    const forCarol = { kind: 'user', user_id: 'carol' };
    expect(await codeOf(inviteTo(bob.request, room.id, forCarol))).toBe('insufficient_role');
    expect(await codeOf(bob.request('GET', `/rooms/${room.id}/invites`))).toBe('insufficient_role');
    expect(await codeOf(inviteTo(ada.request, room.id, { ...forCarol, role: 'admin' }))).toBe('insufficient_role');
    expect(await codeOf(inviteTo(ada.request, room.id, { kind: 'link', role: 'owner' }))).toBe('insufficient_role');
    expect((await inviteTo(ada.request, room.id, forCarol)).status).toBe(201);
    // A link to a role above her own is not hers to read.
    const up = await makeLink(ann.request, room.id, { role: 'admin' });
    expect(up.code).toMatch(/^[0-9A-Za-z]{22}$/);
    const seen = async (request: Requester) =>
      ok(await request('GET', `/rooms/${room.id}/invites`)).data.find(({ id }: InviteDto) => id === up.id).code;
    expect([await seen(ann.request), await seen(ada.request)]).toEqual([up.code, null]);
    // Members who may invite revoke their own.
    ok(await on.client.request('PUT', '/clients/me/permissions', { body: { group: { member: ['read', 'invite'] } } }));
    const his: InviteDto = ok(await inviteTo(bob.request, room.id, { kind: 'user', user_id: 'dora' }));
    expect(await codeOf(bob.request('DELETE', `/rooms/${room.id}/invites/${up.id}`))).toBe('insufficient_role');
    expect((await bob.request('DELETE', `/rooms/${room.id}/invites/${his.id}`)).status).toBe(204);
  });

  it('gives no role above member in the name of who may no longer give it', async () => {
    const room = await makeRoom(on.client, [owner('ann'), owner('eve')]);
    await on.client.login('bob');
    const [eve, bob] = [await login('eve'), await login('bob')];
    const link = await makeLink(eve.request, room.id, { role: 'owner' });
    const plain = await makeLink(eve.request, room.id);
    const his: InviteDto = ok(await inviteTo(eve.request, room.id, { kind: 'user', user_id: 'bob', role: 'admin' }));
    expect((await on.as('ann', 'DELETE', `/rooms/${room.id}/members/eve`)).status).toBe(204);
    const accept = (who: typeof eve, code: string | null) => who.request('POST', '/invites/accept', { body: { code } });
    expect((await accept(eve, link.code)).status).toBe(404);
    expect(await codeOf(bob.request('POST', `/invites/${his.id}/accept`))).toBe('conflict');
    expect(ok(await accept(eve, plain.code))).toMatchObject({ role: 'member' });
  });

  it('tells nobody whether a user is unknown or has blocked who invites, and reaches no banned one', async () => {
    for (const user of ['bob', 'evil']) await on.client.login(user);
    const room = await makeRoom(on.client, [owner('ann')]);
    await on.app.sql(
      `insert into user_blocks (client_id, user_pk, blocked_pk)
       select b.client_id, b.user_pk, a.user_pk from users a join users b using (client_id)
        where a.client_id = $1 and a.user_id = 'ann' and b.user_id = 'bob'`,
      [on.client.id],
    );
    ok(await on.client.request('PUT', `/rooms/${room.id}/members/evil/ban`, { body: {} }));
    const ann = await login('ann');
    const refusalOf = async (user: string) => {
      const { body } = await inviteTo(ann.request, room.id, { kind: 'user', user_id: user });
      return JSON.stringify({ ...body, request_id: '' }).replaceAll(user, '…');
    };
    expect(JSON.parse(await refusalOf('nobody')).code).toBe('user_unavailable');
    expect(await refusalOf('bob')).toBe(await refusalOf('nobody'));
    expect(await refusalOf('evil')).toBe(await refusalOf('nobody'));
    expect((await inviteTo(on.client.master().request, room.id, { kind: 'user', user_id: 'new' })).status).toBe(201);
  });

  it.each([
    [{ kind: 'user' }, 'user_id'],
    [{ kind: 'link', user_id: 'bob' }, 'user_id'],
    [{ kind: 'user', user_id: 'bob', max_uses: 1 }, 'max_uses'],
    [{ kind: 'link', max_uses: 0 }, 'max_uses'],
    [{ kind: 'link', expires_in: 0 }, 'expires_in'],
    [{ kind: 'letter' }, 'kind'],
    [{ kind: 'link', role: 'king' }, 'role'],
    [{ kind: 'user', user_id: 'bob', message: 'x'.repeat(501) }, 'message'],
  ])('refuses %j by name', async (body, field) => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const answer = await inviteTo(on.client.master('ann').request, room.id, body);
    expect([answer.status, answer.body.errors?.[0].field]).toEqual([422, field]);
  });

  it('is not for direct rooms; accepted into a full room it stays', async () => {
    const direct = await makeRoom(on.client, ['ann', 'ben'], { room_type: 'direct', name: null });
    expect(await codeOf(inviteTo(on.client.master('ann').request, direct.id, { kind: 'link' }))).toBe('direct_room');
    const room = await makeRoom(on.client, [owner('ann')], { max_members: 1 });
    const invite: InviteDto = ok(await inviteTo(on.client.master().request, room.id, { kind: 'user', user_id: 'bob' }));
    const bob = await on.client.login('bob');
    expect(await codeOf(post(bob.request, `/invites/${invite.id}/accept`))).toBe('room_full');
    ok(await on.client.request('PATCH', `/rooms/${room.id}`, { body: { max_members: 2 } }));
    expect(ok(await post(bob.request, `/invites/${invite.id}/accept`)).status).toBe('active');
  });

  it('is one, however many are made at once, and accepted once at once', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const made = await Promise.all(
      Array.from({ length: 10 }, () =>
        inviteTo(on.client.master('ann').request, room.id, { kind: 'user', user_id: 'bob' }),
      ),
    );
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(made.map(({ status }) => status).toSorted()).toEqual([...Array(9).fill(200), 201]);
    const { request } = on.client.master('bob');
    const accepted = await Promise.all(
      Array.from({ length: 10 }, () => post(request, `/invites/${made[0]!.body.id}/accept`)),
    );
    expect(accepted.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await eventsOf('bob')).toEqual(['invite.created', 'room.added', 'invite.accepted']);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`)).last_rev).toBe(2);
  });
});

describe('a link', () => {
  const accept = (request: Requester, code: string) => post(request, '/invites/accept', { code });

  it('lets in whoever has its code, and whoever is a member already stays', async () => {
    const room = await makeRoom(on.client, [owner('ann'), 'dora'], { privacy: 'invite_only' });
    const [ann, bob] = [await login('ann'), await on.client.login('bob')];
    const hers = await connect(on.app, ann.key);
    const link = await makeLink(ann.request, room.id, { max_uses: 2 });
    expect(link).toMatchObject({ kind: 'link', user_id: null, status: 'pending', max_uses: 2, uses: 0 });
    expect((await hers.waitFor('invite.created')).data).toMatchObject({ id: link.id, code: null });
    ok(await accept(ann.request, link.code!));
    const member = ok(await accept(bob.request, link.code!));
    expect(member).toMatchObject({ user_id: 'bob', role: 'member', status: 'active' });
    expect(ok(await accept(bob.request, link.code!))).toEqual(member);
    const heard = await hers.waitFor('invite.accepted');
    expect(heard).toMatchObject({
      actor: { id: 'bob' },
      data: { id: link.id, code: null, uses: 1, status: 'pending' },
    });
    ok(await accept((await on.client.login('carol')).request, link.code!));
    const [after] = ok(await ann.request('GET', `/rooms/${room.id}/invites`)).data;
    expect(after).toMatchObject({ uses: 2, status: 'accepted', code: link.code });
    expect(ok(await accept(bob.request, link.code!)).status).toBe('active');
    // No event and no row holds the code itself.
    const [{ held }] = await on.app.sql(
      `select count(*)::int as held from (select data::text as text from events union all select i::text from invites i) t
        where strpos(text, $1) > 0`,
      [link.code],
    );
    expect(held).toBe(0);
  });

  it('is not told apart from none when it is used up, expired or revoked', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const ann = await login('ann');
    const bob = await on.client.login('bob');
    const [used, expired, revoked] = [
      await makeLink(ann.request, room.id, { max_uses: 1 }),
      await makeLink(ann.request, room.id, { expires_in: 60 }),
      await makeLink(ann.request, room.id),
    ];
    ok(await accept((await on.client.login('carol')).request, used.code!));
    await expire(expired.id);
    expect((await ann.request('DELETE', `/rooms/${room.id}/invites/${revoked.id}`)).status).toBe(204);
    const gone = await makeRoom(on.client, [owner('ann')]);
    const ofGone = await makeLink(ann.request, gone.id);
    await on.app.sql(`update rooms set status = 'deleted' where id = $1`, [gone.id]);
    const foreign = await on.app.client();
    const theirs = await makeRoom(foreign, ['zoe']);
    const ofTheirs = await makeLink(foreign.master().request, theirs.id);
    const codes = [used, expired, revoked, ofGone, ofTheirs].map(({ code }) => code!);
    const answers = await Promise.all([...codes, 'unknown'].map((code) => accept(bob.request, code)));
    const shown = answers.map(({ status, body }) => JSON.stringify([status, { ...body, request_id: '' }]));
    expect(new Set(shown).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await rolesOf(on.client, room.id)).toEqual({ ann: 'owner', carol: 'member' });
  });

  it('with one use left lets one of twenty in', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const link = await makeLink(on.client.master('ann').request, room.id, { max_uses: 1 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => accept(on.client.master(`u${n}`).request, link.code!)),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(404)]);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}/invites`)).data).toMatchObject([
      { uses: 1, status: 'accepted' },
    ]);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`)).member_count).toBe(2);
  });

  it('opens no room to who is banned from it, nor to a key that may not join', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const link = await makeLink(on.client.master('ann').request, room.id);
    const invite: InviteDto = ok(await inviteTo(on.client.master().request, room.id, { kind: 'user', user_id: 'bob' }));
    ok(await on.client.request('PUT', `/rooms/${room.id}/members/bob/ban`, { body: {} }));
    const bob = await on.client.login('bob');
    expect(await codeOf(accept(bob.request, link.code!))).toBe('user_banned');
    expect(await codeOf(post(bob.request, `/invites/${invite.id}/accept`))).toBe('user_banned');
    const shy = await on.client.login('shy', { permissions: ['read_messages'] });
    expect(await codeOf(accept(shy.request, link.code!))).toBe('forbidden');
    expect(ok(await on.client.request('GET', `/rooms/${room.id}/invites?status=pending`)).data).toHaveLength(2);
  });

  it('is one of a hundred that a room has at most', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const { request } = on.client.master('ann');
    const first = await makeLink(request, room.id, { expires_in: 60 });
    // Not all at once: of one room one is made at a time, and nobody waits longer than five seconds for his turn.
    for (let made = 1; made < 100; made += 9) {
      await Promise.all(Array.from({ length: 9 }, () => makeLink(request, room.id)));
    }
    expect(await codeOf(inviteTo(request, room.id, { kind: 'link' }))).toBe('conflict');
    await expire(first.id);
    expect((await inviteTo(request, room.id, { kind: 'link' })).status).toBe(201);
    const seen: string[] = [];
    for (let cursor = ''; cursor !== null;) {
      const { data, page } = ok(
        await request('GET', `/rooms/${room.id}/invites?limit=40${cursor && `&cursor=${cursor}`}`),
      );
      seen.push(...data.map(({ id }: InviteDto) => id));
      cursor = page.next_cursor;
    }
    expect(seen).toEqual(seen.toSorted().toReversed());
    expect(new Set(seen).size).toBe(101);
  });
});

describe('a request to join', () => {
  const ask = (request: Requester, roomId: string, body: object = {}) =>
    post(request, `/rooms/${roomId}/join-requests`, body);

  it('is made once, listed, approved, and told to who asked and who decides', async () => {
    const room = await makeRoom(on.client, [owner('ann'), admin('ada'), 'dora']);
    const [ann, bob] = [await login('ann'), await on.client.login('bob', { display_name: 'Bob' })];
    const [hers, his] = [await connect(on.app, ann.key), await connect(on.app, bob.key)];
    const made = await ask(bob.request, room.id, { message: 'Please' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      room_id: room.id,
      user_id: 'bob',
      display_name: 'Bob',
      message: 'Please',
      status: 'pending',
    });
    const again = await ask(bob.request, room.id, { message: 'Again' });
    expect([again.status, again.body]).toEqual([200, made.body]);
    expect((await hers.waitFor('join_request.created')).data).toEqual(made.body);
    expect(ok(await ann.request('GET', `/rooms/${room.id}/join-requests`)).data).toEqual([made.body]);
    const path = `/rooms/${room.id}/join-requests/bob`;
    const dora = await login('dora');
    expect(await codeOf(dora.request('GET', `/rooms/${room.id}/join-requests`))).toBe('insufficient_role');
    expect(await codeOf(post(dora.request, `${path}/approve`))).toBe('insufficient_role');
    expect(await codeOf(post(dora.request, `${path}/reject`))).toBe('insufficient_role');
    expect(await codeOf(post((await login('eve')).request, `${path}/approve`))).toBe('not_found');
    expect(await codeOf(post(bob.request, `${path}/approve`))).toBe('forbidden');
    expect(await codeOf(post(ann.request, `/rooms/${room.id}/join-requests/dora/approve`))).toBe('not_found');
    const member = ok(await post(ann.request, `${path}/approve`));
    expect(member).toMatchObject({ user_id: 'bob', role: 'member', status: 'active' });
    expect(ok(await post(ann.request, `${path}/approve`))).toEqual(member);
    expect((await his.waitFor('join_request.approved')).data).toMatchObject({ status: 'approved', user_id: 'bob' });
    expect(await codeOf(post(ann.request, `${path}/reject`))).toBe('conflict');
    expect((await ask(bob.request, room.id)).status).toBe(200);
    expect(await codeOf(ask(dora.request, room.id))).toBe('conflict');
    expect(await eventsOf('bob')).toEqual(['join_request.created', 'room.added', 'join_request.approved']);
    expect(await eventsOf('ada')).toEqual(['room.added', 'join_request.created', 'join_request.approved']);
    expect(await eventsOf('dora')).toEqual(['room.added']);
    expect(ok(await ann.request('GET', `/rooms/${room.id}/join-requests?status=approved`)).data).toHaveLength(1);
  });

  it('is rejected, after which it may be made again', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const { request } = on.client.master('ann');
    const bob = await on.client.login('bob');
    ok(await ask(bob.request, room.id));
    for (let times = 0; times < 2; times++) {
      const rejected = ok(await post(request, `/rooms/${room.id}/join-requests/bob/reject`));
      expect(rejected).toMatchObject({ user_id: 'bob', status: 'rejected' });
    }
    expect(await codeOf(post(request, `/rooms/${room.id}/join-requests/bob/approve`))).toBe('conflict');
    expect((await bob.request('GET', `/rooms/${room.id}`)).status).toBe(404);
    expect(await ask(bob.request, room.id, { message: 'Again' })).toMatchObject({
      status: 201,
      body: { status: 'pending', message: 'Again' },
    });
    // Who comes in otherwise waits no more.
    ok(await post(request, `/rooms/${room.id}/members`, { user_id: 'bob' }));
    expect(ok(await request('GET', `/rooms/${room.id}/join-requests`)).data).toEqual([]);
  });

  it('is taken by private rooms only, and not from who is banned', async () => {
    const bob = await on.client.login('bob');
    const of = (privacy: string, fields = {}) => makeRoom(on.client, [owner('ann')], { privacy, ...fields });
    expect(await codeOf(ask(bob.request, (await of('invite_only')).id))).toBe('not_found');
    expect(await codeOf(ask(bob.request, (await of('public')).id))).toBe('conflict');
    const direct = await makeRoom(on.client, ['ann', 'ben'], { room_type: 'direct', name: null });
    expect(await codeOf(ask(bob.request, direct.id))).toBe('not_found');
    const room = await of('private');
    ok(await ask(bob.request, room.id));
    ok(await on.client.request('PUT', `/rooms/${room.id}/members/bob/ban`, { body: {} }));
    const path = `/rooms/${room.id}/join-requests`;
    expect(await codeOf(post(on.client.master().request, `${path}/bob/approve`))).toBe('user_unavailable');
    ok(await post(on.client.master().request, `${path}/bob/reject`));
    expect(await codeOf(ask(bob.request, room.id))).toBe('user_banned');
    expect(await codeOf(ask(on.client.master().request, room.id))).toBe('forbidden');
  });
});

describe('coming in another way', () => {
  const invited = (roomId: string, user: string) =>
    inviteTo(on.client.master('ann').request, roomId, { kind: 'user', user_id: user, role: 'admin' });
  const statusesOf = async (user: string): Promise<string[]> =>
    ok(await on.as(user, 'GET', '/invites')).data.map(({ status }: InviteDto) => status);

  it.each<[string, string, (roomId: string) => Promise<unknown>]>([
    ['added', 'private', (id) => on.as('ann', 'POST', `/rooms/${id}/members`, { members: ['cid', 'bob'] })],
    ['by joining a public room', 'public', (id) => on.as('bob', 'POST', `/rooms/${id}/join`)],
    [
      'by a link',
      'private',
      async (id) => {
        const { code } = await makeLink(on.client.master('ann').request, id);
        return on.as('bob', 'POST', '/invites/accept', { code });
      },
    ],
  ])('accepts the invitation that waits: %s', async (_, privacy, comeIn) => {
    const room = await makeRoom(on.client, [owner('ann')], { privacy });
    const elsewhere = await makeRoom(on.client, [owner('ann')]);
    ok(await invited(elsewhere.id, 'bob'));
    const invite: InviteDto = ok(await invited(room.id, 'bob'));
    ok(await invited(room.id, 'dan'));
    ok((await comeIn(room.id)) as Answer);
    expect(await statusesOf('bob')).toEqual(['accepted', 'pending']);
    expect(await statusesOf('dan')).toEqual(['pending']);
    expect((await eventsOf('bob')).slice(2)).toEqual(['room.added', 'invite.accepted']);
    expect(await eventsOf('ann')).toContain('invite.accepted');
    // Answered as accepted ever after: as whom the other way made bob, and for good.
    const member = ok(await post(on.client.master('bob').request, `/invites/${invite.id}/accept`));
    expect(member).toMatchObject({ user_id: 'bob', role: 'member', status: 'active' });
    expect(await codeOf(post(on.client.master('bob').request, `/invites/${invite.id}/decline`))).toBe('conflict');
    expect(ok(await on.as('bob', 'GET', `/invites?status=accepted`)).data).toEqual([
      expect.objectContaining({ id: invite.id, uses: 1 }),
    ]);
  });

  it('accepts nothing that had expired, been declined or been revoked', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const ids = [];
    for (const user of ['bob', 'cid', 'dan']) ids.push(ok(await invited(room.id, user)).id);
    await expire(ids[0]);
    ok(await on.as('cid', 'POST', `/invites/${ids[1]}/decline`));
    ok(await on.as('ann', 'DELETE', `/rooms/${room.id}/invites/${ids[2]}`));
    ok(await on.as('ann', 'POST', `/rooms/${room.id}/members`, { members: ['bob', 'cid', 'dan'] }));
    expect([await statusesOf('bob'), await statusesOf('cid'), await statusesOf('dan')].flat()).toEqual([
      'expired',
      'declined',
      'revoked',
    ]);
    expect(await eventsOf('bob')).toEqual(['invite.created', 'room.added']);
  });

  it('approves the request that waits, also together with an invitation', async () => {
    const room = await makeRoom(on.client, [owner('ann')]);
    const requests = async (status: string) =>
      ok(await on.as('ann', 'GET', `/rooms/${room.id}/join-requests?status=${status}`)).data.length;
    ok(await on.as('bob', 'POST', `/rooms/${room.id}/join-requests`, {}));
    const invite: InviteDto = ok(await invited(room.id, 'bob'));
    expect([await requests('pending'), await requests('approved')]).toEqual([1, 0]);
    ok(await on.as('bob', 'POST', `/invites/${invite.id}/accept`));
    expect([await requests('pending'), await requests('approved')]).toEqual([0, 1]);
    expect(new Set((await eventsOf('bob')).slice(2))).toEqual(
      new Set(['room.added', 'invite.accepted', 'join_request.approved']),
    );
    expect(await eventsOf('ann')).toContain('join_request.approved');
    // Who has left since may ask anew, and then waits.
    ok(await on.as('bob', 'POST', `/rooms/${room.id}/leave`));
    expect(await requests('pending')).toBe(0);
    ok(await on.as('bob', 'POST', `/rooms/${room.id}/join-requests`, {}));
    expect(await requests('pending')).toBe(1);
  });
});

describe('the directory', () => {
  it('shows public rooms by name, in pages both ways, and finds parts of names', async () => {
    const make = (name: string | null, fields: object = {}) =>
      makeRoom(on.client, [], { privacy: 'public', name, ...fields });
    const names = ['Ärzte', 'beta', 'Alpha', 'alphabet', 'Gamma 100%'];
    for (const name of names) await make(name, { description: `About ${name}` });
    await make('Alpha hidden', { privacy: 'private' });
    await make('Alpha club', { privacy: 'invite_only' });
    await makeRoom(on.client, ['ann', 'ben'], { room_type: 'direct', privacy: 'public', name: 'Alpha two' });
    const archived = await make('Alpha archived');
    await on.app.sql(`update rooms set status = 'archived' where id = $1`, [archived.id]);
    await makeRoom(await on.app.client(), [], { privacy: 'public', name: 'Alpha elsewhere' });
    const bob = await on.client.login('bob');
    const get = async (query = '') => ok(await bob.request('GET', `/rooms/directory?${query}`));
    const all = await get();
    expect(all.data.map(({ name }: { name: string }) => name).toSorted()).toEqual(names.toSorted());
    const alpha = all.data.find(({ name }: { name: string }) => name === 'Alpha');
    expect(alpha).toMatchObject({ description: 'About Alpha', member_count: 0, joined: false, room_type: 'group' });
    expect(alpha).not.toHaveProperty('metadata');
    const namesOf = ({ data }: { data: { name: string }[] }) => data.map(({ name }) => name);
    expect(namesOf(await get('q=ALPHA'))).toEqual(['Alpha', 'alphabet']);
    expect(namesOf(await get('q=et'))).toEqual(['alphabet', 'beta']);
    expect(namesOf(await get('q=0%25'))).toEqual(['Gamma 100%']);
    expect(namesOf(await get('q=nothing'))).toEqual([]);
    ok(await post(bob.request, `/rooms/${alpha.id}/join`));
    expect((await get('q=alpha')).data).toMatchObject([{ member_count: 1, joined: true }, { joined: false }]);

    const order = namesOf(await get());
    for (const q of ['', '&q=a']) {
      const wanted = q ? order.filter((name) => name.toLowerCase().includes('a')) : order;
      const one = await get(`limit=2${q}`);
      const two = await get(`limit=2${q}&cursor=${one.page.next_cursor}`);
      expect(namesOf(one).concat(namesOf(two))).toEqual(wanted.slice(0, 4));
      expect([one.page.prev_cursor, one.page.has_more]).toEqual([null, true]);
      const back = await get(`limit=2${q}&cursor=${two.page.prev_cursor}`);
      expect(namesOf(back)).toEqual(wanted.slice(0, 2));
      expect(back.page.prev_cursor).toBe(null);
      expect(namesOf(await get(`limit=2${q}&cursor=${back.page.next_cursor}`))).toEqual(wanted.slice(2, 4));
    }
    for (const cursor of [
      ['n', 1, 2],
      ['n', 'a'],
      ['n', 'a\u0000', alpha.id],
      ['p', 'a', 'b'],
    ]) {
      const text = Buffer.from(JSON.stringify(cursor)).toString('base64url');
      expect((await bob.request('GET', `/rooms/directory?cursor=${text}`)).body.code).toBe('invalid_cursor');
    }
    const shy = await on.client.login('shy', { permissions: ['read_messages'] });
    expect((await shy.request('GET', '/rooms/directory')).status).toBe(403);
    expect(ok(await on.client.request('GET', '/rooms/directory')).data).toHaveLength(5);
  });

  it('looks at so many names for a page, and goes on from there', async () => {
    await on.app.sql(
      `insert into rooms (client_id, id, room_type, name, privacy, max_members)
       select $1, gen_random_uuid(), 'channel', case when n % 6000 = 0 then 'room needle ' || n else 'room ' || n end, 'public', 10
         from generate_series(1, 12000) n`,
      [on.client.id],
    );
    const found: string[] = [];
    let pages = 0;
    for (let cursor = ''; cursor !== null; pages++) {
      const { data, page } = ok(
        await on.client.request('GET', `/rooms/directory?q=needle&limit=1${cursor && `&cursor=${cursor}`}`),
      );
      found.push(...data.map(({ name }: { name: string }) => name));
      cursor = page.next_cursor;
    }
    expect(found.toSorted()).toEqual(['room needle 12000', 'room needle 6000']);
    // Of the 12,000 names 5,000 are looked at for a page.
    expect(pages).toBeGreaterThanOrEqual(3);
    expect(pages).toBeLessThan(8);
  });
});
