import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { inParallel } from '../support/in-parallel.js';
import { closeSockets, connect } from '../support/socket.js';

describe('pins', () => {
  let app: TestApp;
  let client: TestClient;

  beforeAll(async () => {
    app = await startApp();
  });
  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(async () => {
    closeSockets();
    expect(await app.errors()).toEqual([]);
  });
  afterAll(() => app.stop());

  const call = (user: string | undefined, method: string, path: string, body?: object) =>
    client.master(user).request(method, path, body ? { body } : {});
  const roomOf = (fields: object = {}) => makeRoom(client, [{ user_id: 'ada', role: 'admin' } as never, 'bob'], fields);
  const pinsOf = async (room: string, user = 'bob') =>
    ok(await call(user, 'GET', `/rooms/${room}/pins`)).data.map(({ id }: any) => id);

  it('are set and taken away by who manages the room, told as changes of the message, and listed latest first', async () => {
    const room = await roomOf();
    const [one, two] = [
      await say(client.master('bob').request, room.id, 'one'),
      await say(client.master('bob').request, room.id, 'two'),
    ];
    const at = ({ id }: { id: string }) => `/rooms/${room.id}/messages/${id}/pin`;
    const bob = await connect(app, (await client.login('bob')).key);
    expect((await call('bob', 'PUT', at(one))).body.code).toBe('insufficient_role');
    expect((await call('eve', 'PUT', at(one))).status).toBe(404);
    const pinned = ok(await call('ada', 'PUT', at(two)));
    expect(pinned).toMatchObject({ id: two.id, rev: two.rev + 1 });
    expect(pinned.pinned_at).not.toBeNull();
    expect((await bob.waitFor('message.updated')).data).toMatchObject({ id: two.id, pinned_at: pinned.pinned_at });
    expect(ok(await call('ada', 'PUT', at(two)))).toEqual(pinned);
    ok(await call(undefined, 'PUT', at(one)));
    expect(await pinsOf(room.id)).toEqual([one.id, two.id]);
    expect((await call('eve', 'GET', `/rooms/${room.id}/pins`)).status).toBe(404);

    expect((await call('bob', 'DELETE', at(one))).body.code).toBe('insufficient_role');
    expect([(await call('ada', 'DELETE', at(one))).status, (await call('ada', 'DELETE', at(one))).status]).toEqual([
      204, 204,
    ]);
    expect((await bob.waitFor('message.updated', ({ data }) => data.id === one.id && !data.pinned_at)).data.rev).toBe(
      two.rev + 3,
    );
    expect(ok(await call('bob', 'GET', `/rooms/${room.id}`)).last_rev).toBe(two.rev + 3);
    // What is deleted is no pin any more, and can't become one.
    ok(await call('bob', 'DELETE', `/rooms/${room.id}/messages/${two.id}`));
    expect(await pinsOf(room.id)).toEqual([]);
    expect((await call('ada', 'PUT', at(two))).body.code).toBe('conflict');
    await app.sql(`update rooms set status = 'archived' where id = $1`, [room.id]);
    expect((await call('ada', 'PUT', at(one))).body.code).toBe('room_inactive');
  });

  it('show what is hidden from the reader as stubs, and nothing from before it joined', async () => {
    const room = await roomOf({ history: 'since_join' });
    const first = await say(client.master('ada').request, room.id, 'first');
    ok(await call('ada', 'POST', `/rooms/${room.id}/members`, { user_id: 'cid' }));
    const second = await say(client.master('ada').request, room.id, 'second');
    for (const { id } of [first, second]) ok(await call('ada', 'PUT', `/rooms/${room.id}/messages/${id}/pin`));
    ok(await call('bob', 'DELETE', `/rooms/${room.id}/messages/${first.id}?for=me`));
    expect(await pinsOf(room.id, 'cid')).toEqual([second.id]);
    expect(ok(await call('bob', 'GET', `/rooms/${room.id}/pins`)).data).toMatchObject([
      { id: second.id, content: 'second' },
      { id: first.id, hidden: true },
    ]);
  });

  it('are fifty a room at most, however many at once', async () => {
    const room = await roomOf();
    const messages = await inParallel(Array.from({ length: 60 }), () =>
      say(client.master('bob').request, room.id, 'x'),
    );
    const answers = await inParallel(messages, ({ id }) => call('ada', 'PUT', `/rooms/${room.id}/messages/${id}/pin`));
    expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(50);
    expect(answers.filter(({ body }) => body.code === 'conflict')).toHaveLength(10);
    expect(await pinsOf(room.id)).toHaveLength(50);
  });
});
