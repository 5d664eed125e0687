import { admin, makeRoom, ok } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';

describe('what the roles of rooms may', () => {
  const on = oneApp();

  const put = (body: unknown) => on.client.request('PUT', '/clients/me/permissions', { body });
  const send = (user: string, roomId: string) =>
    on.client.master(user).request('POST', `/rooms/${roomId}/messages`, { body: { content: 'x' } });

  it('is a table with defaults, which the client changes by type and role', async () => {
    const before = ok(await on.client.request('GET', '/clients/me/permissions'));
    expect(before.group).toEqual({
      owner: ['read', 'write', 'invite', 'manage', 'delete'],
      admin: ['read', 'write', 'invite', 'manage'],
      member: ['read', 'write'],
    });
    expect(before.channel.member).toEqual(['read']);
    const after = ok(await put({ group: { member: ['read', 'write', 'invite'] } }));
    expect(after).toEqual({ ...before, group: { ...before.group, member: ['read', 'write', 'invite'] } });
    const room = await makeRoom(on.client, ['ann']);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}/permissions`))).toEqual({ group: after.group });
    // What a later call leaves out is as it was in the beginning.
    expect(ok(await put({}))).toEqual(before);
  });

  it('decides who writes: in a channel its members do not, unless the client says so', async () => {
    const channel = await makeRoom(on.client, ['ann', admin('ada')], {
      room_type: 'channel',
    });
    expect((await send('ann', channel.id)).body).toMatchObject({ status: 403, code: 'insufficient_role' });
    expect((await send('ada', channel.id)).status).toBe(201);
    ok(await put({ channel: { member: ['read', 'write'], admin: ['read'] } }));
    expect((await send('ann', channel.id)).status).toBe(201);
    expect((await send('ada', channel.id)).body.code).toBe('insufficient_role');
  });

  it('decides who invites and who manages', async () => {
    const room = await makeRoom(on.client, ['ann']);
    const add = () =>
      on.client.master('ann').request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'bob' } });
    const rename = () => on.client.master('ann').request('PATCH', `/rooms/${room.id}`, { body: { name: 'B' } });
    expect([(await add()).body.code, (await rename()).body.code]).toEqual(['insufficient_role', 'insufficient_role']);
    ok(await put({ group: { member: ['read', 'invite', 'manage'] } }));
    expect([(await add()).status, (await rename()).status]).toEqual([201, 200]);
    expect((await send('ann', room.id)).body.code).toBe('insufficient_role');
  });

  it('refuses unknown types, roles and permissions by name, and roles that may not read', async () => {
    const fieldOf = async (body: unknown) => {
      const { status, body: problem } = await put(body);
      return [status, problem.errors[0].field];
    };
    expect(await fieldOf({ lounge: {} })).toEqual([422, 'lounge']);
    expect(await fieldOf({ group: { guest: ['read'] } })).toEqual([422, 'group.guest']);
    expect((await put({ group: { member: ['fly'] } })).status).toBe(422);
    expect(await fieldOf({ group: { member: ['write'] } })).toEqual([422, 'group.member']);
    const scoped = await on.client.login('ann');
    expect((await scoped.request('PUT', '/clients/me/permissions', { body: {} })).status).toBe(403);
  });
});
