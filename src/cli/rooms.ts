import type { Command } from 'commander';
import type { ProblemDocument } from '../platform/common/problem.js';
import { at, Refused } from './api.js';
import { examples, json, many, run, type Context } from './context.js';
import { clean, localTime } from './format.js';
import { list, listing, type ListOptions } from './lists.js';
import { messageLine, type ShownMessage } from './message-line.js';
import { stateColour, type Column } from './output.js';

interface Room {
  id: string;
  room_type: string;
  name: string | null;
  privacy: string;
  status: string;
  frozen: boolean;
  member_count: number;
  last_seq: number;
  last_message_at: string | null;
  created_by: string | null;
}

interface Member {
  user_id: string;
  display_name: string | null;
  role: string;
  status: string;
  last_read_seq: number;
  joined_at: string;
}

const COLUMNS: Column<Room>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'TYPE', of: ({ room_type }) => room_type },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'STATE', of: ({ status, frozen }) => (frozen ? 'frozen' : status), colour: stateColour },
  { title: 'MEMBERS', of: ({ member_count }) => member_count, align: 'right' },
  { title: 'MESSAGES', of: ({ last_seq }) => last_seq, align: 'right' },
  { title: 'LAST MESSAGE', of: ({ last_message_at }) => localTime(last_message_at) },
];

const MEMBERS: Column<Member>[] = [
  { title: 'USER', of: ({ user_id }) => user_id },
  { title: 'NAME', of: ({ display_name }) => display_name },
  { title: 'ROLE', of: ({ role }) => role },
  { title: 'HAS READ', of: ({ last_read_seq }) => last_read_seq, align: 'right' },
  { title: 'JOINED', of: ({ joined_at }) => localTime(joined_at) },
];

interface Filter {
  type?: string;
  status?: string;
  user?: string;
  name?: string;
}

interface Making {
  type: string;
  members?: string[];
  privacy?: string;
  description?: string;
  metadata?: object;
}

export function registerRooms(program: Command): void {
  const rooms = program.command('rooms').description('rooms, their members and their history');
  listing(rooms.command('list').description('rooms of the client; with --as or a user’s key, that user’s'))
    .option('--type <type>', 'direct, group, channel or support')
    .option('--status <status>', 'active, inactive or archived')
    .option('--user <id>', 'that this user is in')
    .option('--name <text>', 'with this in the name')
    .action(
      run((context: Context<ListOptions & Filter>) => {
        const { type: room_type, status, user: user_id, name, as } = context.options;
        const client = context.client;
        if (as !== undefined || client.key.startsWith('ck_user_')) return list(context, client, '/rooms', {}, COLUMNS);
        return list(context, client, '/rooms/all', { room_type, status, user_id, name }, COLUMNS);
      }),
    );
  rooms
    .command('show')
    .argument('<room>', 'its id')
    .description('one room')
    .action(run(async ({ client, out }: Context, id: string) => show(out, await client.get<Room>(at`/rooms/${id}`))));
  rooms
    .command('create')
    .argument('[name]')
    .option('--type <type>', 'direct, group, channel or support', 'group')
    .option('--members <users>', 'user ids', many)
    .option('--privacy <privacy>', 'public, private or invite_only')
    .option('--description <text>')
    .option('--metadata <json>', 'whatever your app keeps', json)
    .description('make a room; --as says who makes it')
    .addHelpText('after', examples('rooms create Tea --members bob,carol --as alice'))
    .action(
      run(async ({ client, out, options }: Context<Making>, name?: string) => {
        const { type: room_type, members, privacy, description, metadata } = options;
        show(out, await client.post<Room>('/rooms', { room_type, name, members, privacy, description, metadata }));
      }),
    );
  rooms
    .command('history')
    .argument('<room>', 'its id')
    .option('-n, --limit <n>', 'how many messages', Number, 20)
    .option('--before <seq>', 'only older ones', Number)
    .description('its newest messages, the newest last')
    .action(run(history));
  listing(rooms.command('members').argument('<room>', 'its id').description('who is in it')).action(
    run((context: Context<ListOptions>, id: string) =>
      list(context, context.client, at`/rooms/${id}/members`, {}, MEMBERS),
    ),
  );
  rooms.command('add').argument('<room>', 'its id').argument('<users...>').description('add members').action(run(add));
  rooms
    .command('remove')
    .argument('<room>', 'its id')
    .argument('<user>')
    .description('remove a member')
    .action(
      run(async ({ client, out }: Context, id: string, user: string) => {
        await client.delete(at`/rooms/${id}/members/${user}`);
        await out.result({ room_id: id, user_id: user, removed: true }, () =>
          out.line(`${user} is not in ${id} any more.`),
        );
      }),
    );
  for (const [action, does] of Object.entries(ACTIONS)) {
    rooms
      .command(action)
      .argument('<room>', 'its id')
      .description(does)
      .action(
        run(async ({ client, out }: Context, id: string) =>
          show(out, await client.post<Room>(at`/rooms/${id}/${action}`)),
        ),
      );
  }
}

const ACTIONS = {
  freeze: 'let only owners, admins and the client write',
  unfreeze: 'let all members write again',
  archive: 'put it away',
  unarchive: 'take it out again',
  deactivate: 'refuse messages',
  activate: 'take messages again',
};

/** Each of them is answered on its own; the first refusal is the command's. */
async function add({ client, out }: Context, id: string, users: string[]): Promise<void> {
  type Result = { member?: Member; error?: ProblemDocument };
  const answer = await client.post<{ results: Result[] }>(at`/rooms/${id}/members`, { members: users });
  await out.result(answer, () => {
    answer.results.forEach(({ member, error }, at) =>
      out.line(
        member ? `${clean(member.user_id)} is ${member.role} of ${id}.` : `${users[at]}: ${clean(error?.detail ?? '')}`,
      ),
    );
  });
  const refused = answer.results.find(({ error }) => error)?.error;
  if (refused) throw new Refused(refused, 'A member');
}

async function history(
  { client, out, options: { limit, before } }: Context<{ limit: number; before?: number }>,
  id: string,
): Promise<void> {
  const query = { limit, ...(before !== undefined && { before_seq: before }) };
  const page = await client.get<{ data: ShownMessage[] }>(at`/rooms/${id}/messages`, query);
  await out.result(page, () => {
    for (const message of page.data) out.line(messageLine(message, out.colours));
  });
}

function show(out: Context['out'], room: Room): void {
  void out.result(room, () =>
    out.fields({
      id: room.id,
      type: room.room_type,
      name: room.name,
      privacy: room.privacy,
      state: room.frozen ? `${room.status}, frozen` : room.status,
      'made by': room.created_by,
      members: room.member_count,
      messages: room.last_seq,
      'last message': localTime(room.last_message_at),
    }),
  );
}
