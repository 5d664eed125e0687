import { startApp, TEST_SETTINGS, type TestApp } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';
import { closeSockets, connect } from '../support/socket.js';
import { TestProcess } from '../support/test-process.js';
import { until } from '../support/until.js';

describe('a restore into the same cluster, and npm run epoch:advance', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  afterEach(closeSockets);

  const advance = async () => {
    const command = new TestProcess({ ...TEST_SETTINGS, DATABASE_URL: app.database.url }, ['epoch:advance'], 'cli.js');
    return { code: await command.ended, output: command.output };
  };

  it('tell connected clients and those who come back that what they hold is of another history', async () => {
    const client = await app.client();
    const bob = await client.login('bob');
    const alice = await client.login('alice');
    const room = await makeRoom(client, ['alice', 'bob']);
    await say(alice.request, room.id, 'kept');
    const socket = await connect(app, bob.key);
    const held = { room_id: room.id, epoch: room.epoch, rev: 3 };

    // As a backup was: before the next two messages. The third says something else in the second's place.
    await say(alice.request, room.id, 'lost');
    await app.sql('delete from events where stream_id = $1 and rev > 2', [room.id]);
    await app.sql('delete from messages where room_id = $1 and seq > 1', [room.id]);
    await app.sql('update rooms set last_seq = 1, last_rev = 2 where id = $1', [room.id]);
    await say(alice.request, room.id, 'in its place');
    const resume = async () => (await socket.get('sync.resume', { rooms: [held] })).rooms[0];
    // Nothing shows it.
    expect(await resume()).toMatchObject({ recovered: true, events: [], rev: 3 });

    expect(await advance()).toMatchObject({ code: 0, output: expect.stringContaining('Epochs begin with') });
    const heads = await until('the heads of the new history', () =>
      socket
        .bodies('sync.heads')
        .flatMap(({ data }) => data.rooms)
        .find(({ room_id, epoch }) => room_id === room.id && epoch !== held.epoch),
    );
    const recovery = await resume();
    expect(recovery).toMatchObject({ recovered: false, epoch: heads.epoch, rev: 3, last_seq: 2 });
    const again = await connect(app, bob.key);
    const [ready] = again.bodies('session.ready');
    expect(ready.rooms).toEqual([{ room_id: room.id, epoch: heads.epoch, rev: 3 }]);
    expect(ready.user.epoch).not.toBe(socket.bodies('session.ready')[0].user.epoch);
    // It is what it is from then on, for requests as well.
    expect((await bob.request('GET', `/rooms/${room.id}`)).body.epoch).toBe(heads.epoch);
  });

  it('can be run again, and each time it is another history', async () => {
    const [{ generation: before }] = await app.sql('select generation from installation');
    expect((await advance()).code).toBe(0);
    const [{ generation: after }] = await app.sql('select generation from installation');
    expect(after).toBeGreaterThan(before);
  });
});
