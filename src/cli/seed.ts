import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_KEY_FILE } from '../edge/operations/demo-client.js';
import type { Config } from '../platform/config/config.js';
import { StartFailure } from '../platform/config/failure.js';
import { Api } from './api.js';
import { reachServer } from './server.js';

const PEOPLE = [
  { user_id: 'alice', display_name: 'Alice Adams', email: 'alice@example.com' },
  { user_id: 'bob', display_name: 'Bob Baker', email: 'bob@example.com' },
  { user_id: 'charlie', display_name: 'Charlie Clark', email: 'charlie@example.com' },
];

interface Conversation {
  name?: string;
  room_type: 'direct' | 'group' | 'channel';
  members: string[];
  lines: [sender: string, content: string][];
}

const CONVERSATIONS: Conversation[] = [
  {
    room_type: 'direct',
    members: ['alice', 'bob'],
    lines: [
      ['alice', 'Hi Bob, did the parcel come?'],
      ['bob', 'Yes, this morning. Thank you!'],
      ['alice', 'Perfect. See you on Friday?'],
      ['bob', 'Friday it is 🎉'],
    ],
  },
  {
    room_type: 'group',
    name: 'Weekend trip',
    members: ['alice', 'bob', 'charlie'],
    lines: [
      ['charlie', 'Mountains or sea?'],
      ['alice', 'Mountains!'],
      ['bob', 'Sea, if anybody asks me.'],
      ['charlie', 'A lake in the mountains, then.'],
    ],
  },
  {
    room_type: 'channel',
    name: 'Announcements',
    members: ['alice', 'bob', 'charlie'],
    lines: [['alice', 'Welcome to the announcements. There are none yet.']],
  },
];

const DEMO_CLIENT_MS = 10_000;

/** The key of the demo client, which a first start makes as soon as it listens. */
async function demoKey(file: string): Promise<string> {
  for (const deadline = Date.now() + DEMO_CLIENT_MS; Date.now() < deadline; await sleep(50)) {
    const key = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    if (key !== '') return key;
  }
  throw new StartFailure(`There is no demo client to fill: the first start keeps its key in ${file}.`);
}

/** Fills the demo client of embedded mode with people and conversations. A second run adds nothing. */
export async function seed(config: Config, write: (line: string) => void): Promise<void> {
  if (config.dataDir === undefined) {
    throw new StartFailure(
      'seed fills the demo client of embedded mode, which a server with DATABASE_URL does not have.',
    );
  }
  const server = await reachServer(config);
  try {
    const master = new Api(server.url, await demoKey(join(config.dataDir, DEMO_KEY_FILE)));
    for (const { user_id, ...profile } of PEOPLE) {
      await master.put(`/users/${user_id}`, profile);
      write(`user ${user_id}`);
    }
    for (const conversation of CONVERSATIONS) await converse(master, conversation, write);
  } finally {
    await server.stop();
  }
}

async function converse(master: Api, conversation: Conversation, write: (line: string) => void): Promise<void> {
  const { lines, ...body } = conversation;
  const room = (await findRoom(master, body.name)) ?? (await openRoom(master, body));
  let added = 0;
  for (const [index, [sender, content]] of lines.entries()) {
    // Unique in the room for good: sent again, it is the same message.
    const message = await master.post<{ deduplicated?: boolean }>(
      `/rooms/${room}/messages`,
      { content, client_msg_id: `seed-${index}` },
      { 'x-user-id': sender },
    );
    if (!message.deduplicated) added++;
  }
  write(`room ${room} (${body.name ?? body.members.join(' and ')}): ${added} messages added`);
}

async function openRoom(master: Api, { room_type, ...rest }: Omit<Conversation, 'lines'>): Promise<string> {
  const room = await master.post<{ id: string }>(
    '/rooms',
    { room_type, ...rest, metadata: { seeded: true } },
    { 'x-user-id': rest.members[0]! },
  );
  return room.id;
}

interface RoomPage {
  data: { id: string; name: string | null; metadata: { seeded?: boolean } }[];
  page: { next_cursor: string | null };
}

/** Direct rooms need not be looked for: there is one per pair. */
async function findRoom(master: Api, name: string | undefined): Promise<string | undefined> {
  if (name === undefined) return undefined;
  let cursor = '';
  for (;;) {
    const { data, page } = await master.get<RoomPage>(`/rooms/all?limit=100${cursor}`);
    const found = data.find((room) => room.name === name && room.metadata.seeded);
    if (found) return found.id;
    if (page.next_cursor === null) return undefined;
    cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
  }
}
