import { admin, makeRoom, ok, say } from '../support/chat.js';
import { inParallel } from '../support/in-parallel.js';
import { oneApp } from '../support/one-app.js';

describe('pins', () => {
  const on = oneApp();
  const { as } = on;
  const roomOf = (fields: object = {}) => makeRoom(on.client, [admin('ada'), 'bob'], fields);
  const pinsOf = async (room: string, user = 'bob') =>
    ok(await as(user, 'GET', `/rooms/${room}/pins`)).data.map(({ id }: any) => id);

  it('are set and taken away by who manages the room, told as changes of the message, and listed latest first', async () => {
    const room = await roomOf();
    const [one, two] = [
      await say(on.client.master('bob').request, room.id, 'one'),
      await say(on.client.master('bob').request, room.id, 'two'),
    ];
    const at = ({ id }: { id: string }) => `/rooms/${room.id}/messages/${id}/pin`;
    const bob = await on.socketOf('bob');
    expect((await as('bob', 'PUT', at(one))).body.code).toBe('insufficient_role');
    expect((await as('eve', 'PUT', at(one))).status).toBe(404);
    const pinned = ok(await as('ada', 'PUT', at(two)));
    expect(pinned).toMatchObject({ id: two.id, rev: two.rev + 1 });
    expect(pinned.pinned_at).not.toBeNull();
    expect((await bob.waitFor('message.updated')).data).toMatchObject({ id: two.id, pinned_at: pinned.pinned_at });
    expect(ok(await as('ada', 'PUT', at(two)))).toEqual(pinned);
    ok(await as(undefined, 'PUT', at(one)));
    expect(await pinsOf(room.id)).toEqual([one.id, two.id]);
    expect((await as('eve', 'GET', `/rooms/${room.id}/pins`)).status).toBe(404);

    expect((await as('bob', 'DELETE', at(one))).body.code).toBe('insufficient_role');
    expect([(await as('ada', 'DELETE', at(one))).status, (await as('ada', 'DELETE', at(one))).status]).toEqual([
      204, 204,
    ]);
    expect((await bob.waitFor('message.updated', ({ data }) => data.id === one.id && !data.pinned_at)).data.rev).toBe(
      two.rev + 3,
    );
    expect(ok(await as('bob', 'GET', `/rooms/${room.id}`)).last_rev).toBe(two.rev + 3);
    // What is deleted is no pin any more, and can't become one.
    ok(await as('bob', 'DELETE', `/rooms/${room.id}/messages/${two.id}`));
    expect(await pinsOf(room.id)).toEqual([]);
    expect((await as('ada', 'PUT', at(two))).body.code).toBe('conflict');
    await on.app.sql(`update rooms set status = 'archived' where id = $1`, [room.id]);
    expect((await as('ada', 'PUT', at(one))).body.code).toBe('room_inactive');
  });

  it('show what is hidden from the reader as stubs, and nothing from before it joined', async () => {
    const room = await roomOf({ history: 'since_join' });
    const first = await say(on.client.master('ada').request, room.id, 'first');
    ok(await as('ada', 'POST', `/rooms/${room.id}/members`, { user_id: 'cid' }));
    const second = await say(on.client.master('ada').request, room.id, 'second');
    for (const { id } of [first, second]) ok(await as('ada', 'PUT', `/rooms/${room.id}/messages/${id}/pin`));
    ok(await as('bob', 'DELETE', `/rooms/${room.id}/messages/${first.id}?for=me`));
    expect(await pinsOf(room.id, 'cid')).toEqual([second.id]);
    expect(ok(await as('bob', 'GET', `/rooms/${room.id}/pins`)).data).toMatchObject([
      { id: second.id, content: 'second' },
      { id: first.id, hidden: true },
    ]);
  });

  it('are fifty a room at most, however many at once', async () => {
    const room = await roomOf();
    const messages = await inParallel(Array.from({ length: 60 }), () =>
      say(on.client.master('bob').request, room.id, 'x'),
    );
    const answers = await inParallel(messages, ({ id }) => as('ada', 'PUT', `/rooms/${room.id}/messages/${id}/pin`));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(50);
    expect(answers.filter(({ body }) => body.code === 'conflict')).toHaveLength(10);
    expect(await pinsOf(room.id)).toHaveLength(50);
  });
});
