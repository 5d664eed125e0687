import { SyncRepository } from '../../src/messaging/sync/sync.repository.js';
import { newId, type UserPk } from '../../src/platform/common/ids.js';
import { makeRoom } from '../support/chat.js';
import { asUserPk } from '../support/ids.js';
import { NestApp } from '../support/nest-app.js';
import { watchStatements } from '../support/statements.js';

const USERS = 30;

describe('sessions that open together', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  it('are read together, each with what is its own', async () => {
    const clients = await Promise.all([app.client(), app.client()]);
    const names = Array.from({ length: USERS }, (_, n) => `user ${n}`);
    const users: { client_id: string; user_pk: UserPk }[] = [];
    for (const client of clients) {
      for (let n = 0; n < 3; n++) await makeRoom(client, names.slice(0, 10 * (n + 1)));
      users.push(...(await app.sql('select client_id, user_pk from users where client_id = $1', [client.id])));
    }
    const repository = app.get(SyncRepository);
    const read = ({ client_id, user_pk }: (typeof users)[number]) =>
      Promise.all([repository.findRoomIds(client_id, user_pk), repository.findSession(client_id, user_pk)]);
    const alone = [];
    for (const user of users) alone.push(await read(user));
    // The same user with two devices, and one that is there no more.
    const gone = { client_id: users[0]!.client_id, user_pk: asUserPk(newId()) };
    const all = [...users, users[0]!, gone];

    const asked = watchStatements();
    const together = await Promise.all(all.map(read));
    const statements = asked(/room_members/);
    jest.restoreAllMocks();
    expect(statements.length).toBeGreaterThan(0);
    expect(statements.length).toBeLessThan(10);

    const facts = ([ids, { user, rooms }]: (typeof together)[number]) => ({ ids: ids.toSorted(), user, rooms });
    expect(together.slice(0, -2).map(facts)).toEqual(alone.map(facts));
    expect(facts(together.at(-2)!)).toEqual(facts(alone[0]!));
    expect(together.at(-1)).toMatchObject([[], { user: null, rooms: [], server_time: expect.any(String) }]);
    expect(new Set(alone.map(([, { rooms }]) => rooms.length))).toEqual(new Set([1, 2, 3]));
  });
});
