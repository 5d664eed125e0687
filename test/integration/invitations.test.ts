import { DirectoryRepository } from '../../src/messaging/invitations/directory.repository.js';
import { InvitesRepository } from '../../src/messaging/invitations/invites.repository.js';
import { JoinRequestsRepository } from '../../src/messaging/invitations/join-requests.repository.js';
import { BansRepository } from '../../src/messaging/rooms/membership/bans.repository.js';
import { newId, type UserPk } from '../../src/platform/common/ids.js';
import { Database } from '../../src/platform/database/database.js';
import { NestApp } from '../support/nest-app.js';
import { watchStatements } from '../support/statements.js';

/** What grows with a tenant's rooms and people is found by an index made for it, and read in its order. */
describe('what lists of people and rooms look at', () => {
  let app: NestApp;
  beforeAll(async () => {
    app = await NestApp.start();
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => app.stop());

  const clientId = newId();
  const someone = newId() as UserPk;
  const cursor = { direction: 'next', key: ['a', newId()] } as const;
  const at = { direction: 'prev', key: [newId()] } as const;
  const invites = () => app.get(InvitesRepository);
  const directory = (text: string | null, from: typeof cursor | null) =>
    app.get(DirectoryRepository).read(clientId, someone, text, {
      limit: 50,
      looks: text === null ? 51 : 5_000,
      cursor: from && { direction: from.direction, key: [...from.key] },
    });

  it.each([
    ['rooms_directory', 'the directory', () => directory(null, null)],
    ['rooms_directory', 'a search in it', () => directory('x', null)],
    ['rooms_directory', 'its next page', () => directory('x', cursor)],
    ['invites_by_code', 'a code', () => invites().findByCode(clientId, Buffer.alloc(32))],
    ['invites_of_room', "a room's invitations", () => invites().listOfRoom(clientId, newId(), null, 50, null)],
    [
      'invites_of_user',
      "a user's invitations",
      () => invites().listOfUser(clientId, someone, 'pending', 50, { ...at, key: [...at.key] }),
    ],
    [
      'join_requests_of_room',
      'requests',
      () => app.get(JoinRequestsRepository).list(clientId, newId(), 'pending', 50, null),
    ],
    ['room_members_banned', 'bans', () => app.get(BansRepository).list(clientId, newId(), 50, null)],
  ])('%s: %s', async (index, _, work) => {
    const asked = watchStatements();
    await work();
    const [statement] = asked(/from (rooms|invites|join_requests|room_members)/);
    jest.restoreAllMocks();
    const rows = await app
      .get(Database)
      .query<{ 'QUERY PLAN': string }>(`explain ${statement!.text}`, statement!.values);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(new RegExp(`Scan (Backward )?using ${index} `));
    expect(plan).not.toMatch(/Sort Key: (i|j|m)\./);
  });
});
