import { loginToAll, makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';

describe('in a direct room', () => {
  const on = oneApp();
  const { as } = on;
  const codeOf = async (answer: ReturnType<typeof as>) => {
    const { status, body } = await answer;
    return status < 300 ? status : body.code;
  };
  const roomOfTwo = async () => {
    const { id } = await makeRoom(on.client, ['dora', 'evan'], { room_type: 'direct', name: null });
    const [dora, evan] = [await loginToAll(on.client, 'dora'), await loginToAll(on.client, 'evan')];
    const message = await say(dora.request, id, 'my PIN is 4711');
    return { id, path: `/rooms/${id}`, at: `/rooms/${id}/messages/${message.id}`, dora, evan };
  };

  it('each has the own messages: nobody deletes the other’s, or brings back what the other deleted', async () => {
    const { at, dora, evan } = await roomOfTwo();
    expect(await codeOf(evan.request('DELETE', at))).toBe('insufficient_role');
    expect(ok(await dora.request('GET', at)).content).toBe('my PIN is 4711');
    expect((await dora.request('DELETE', at)).status).toBe(204);
    expect(await codeOf(evan.request('POST', `${at}/undelete`))).toBe('insufficient_role');
    expect(ok(await dora.request('GET', at)).content).toBeNull();
    expect(ok(await dora.request('POST', `${at}/undelete`)).content).toBe('my PIN is 4711');
    expect((await dora.request('POST', `${at}/undelete`)).status).toBe(200);
    // What the client took away its author doesn't bring back.
    ok(await as(undefined, 'DELETE', at));
    expect(await codeOf(dora.request('POST', `${at}/undelete`))).toBe('insufficient_role');
    expect(ok(await as(undefined, 'POST', `${at}/undelete`)).deleted_at).toBeNull();
    ok(await on.client.request('PATCH', '/clients/me', { body: { settings: { moderators_edit: true } } }));
    expect(await codeOf(evan.request('PATCH', at, { body: { content: 'x' } }))).toBe('insufficient_role');
    // What evan hides, it hides from itself.
    expect((await evan.request('DELETE', `${at}?for=me`)).status).toBe(204);
    expect(ok(await evan.request('GET', at)).hidden).toBe(true);
    expect(ok(await dora.request('GET', at)).content).toBe('my PIN is 4711');
  });

  it('neither takes the room from the other: that is for the client', async () => {
    const { path, dora } = await roomOfTwo();
    const tries = [
      ['POST', `${path}/truncate`, { before_seq: 99 }],
      ['DELETE', path],
      ['POST', `${path}/archive`, {}],
      ['POST', `${path}/freeze`, {}],
      ['POST', `${path}/deactivate`, {}],
    ] as const;
    for (const [method, to, body] of tries) {
      expect([to, await codeOf(dora.request(method, to, body && { body }))]).toEqual([to, 'insufficient_role']);
    }
    // Its two people are fixed, whatever their roles grant.
    const fixed = [
      ['POST', `${path}/members`, { user_id: 'carl' }],
      ['POST', `${path}/invites`, { kind: 'link' }],
      ['PATCH', `${path}/members/evan`, { role: 'member' }],
      ['POST', `${path}/transfer`, { user_id: 'evan' }],
      ['DELETE', `${path}/members/evan`],
      ['PUT', `${path}/members/evan/ban`, {}],
    ] as const;
    await on.client.login('carl');
    for (const [method, to, body] of fixed) {
      expect([to, await codeOf(dora.request(method, to, body && { body }))]).toEqual([to, 'direct_room']);
    }
    expect((await as(undefined, 'POST', `${path}/truncate`, { before_seq: 99 })).status).toBe(200);
    expect((await as(undefined, 'DELETE', path)).status).toBe(204);
    expect(await codeOf(dora.request('POST', `${path}/restore`))).toBe('insufficient_role');
  });

  it('both may name it and pin in it, but not who is blocked by the other', async () => {
    const { path, at, dora, evan } = await roomOfTwo();
    ok(await evan.request('PATCH', path, { body: { name: 'Us', description: 'two' } }));
    ok(await evan.request('PUT', `${at}/pin`));
    ok(await dora.request('DELETE', `${at}/pin`));
    const own = await say(evan.request, path.slice('/rooms/'.length), 'mine');
    const mine = `${path}/messages/${own.id}`;
    ok(await evan.request('DELETE', mine));
    ok(await dora.request('PUT', '/users/me/blocks/evan'));
    const refused = [
      evan.request('PATCH', path, { body: { description: 'abuse' } }),
      evan.request('PUT', `${at}/pin`),
      evan.request('DELETE', `${at}/pin`),
      evan.request('PUT', `${at}/reactions/x`),
      evan.request('POST', `${mine}/undelete`),
    ].map(codeOf);
    expect(await Promise.all(refused)).toEqual(refused.map(() => 'user_unavailable'));
    expect(ok(await dora.request('GET', path))).toMatchObject({ name: 'Us', description: 'two' });
    ok(await dora.request('PATCH', path, { body: { name: 'Mine' } }));
    ok(await dora.request('PUT', `${at}/pin`));
  });

  it('the client may grant more', async () => {
    const { path, at, evan } = await roomOfTwo();
    const { direct } = ok(await as(undefined, 'GET', '/clients/me/permissions'));
    expect(direct).toEqual({ owner: ['read', 'write'], admin: ['read', 'write'], member: ['read', 'write'] });
    const table = { direct: { owner: ['read', 'write', 'invite', 'manage', 'delete'] } };
    ok(await on.client.request('PUT', '/clients/me/permissions', { body: table }));
    ok(await evan.request('DELETE', at));
    ok(await evan.request('POST', `${at}/undelete`));
    expect((await evan.request('DELETE', path)).status).toBe(204);
  });
});
