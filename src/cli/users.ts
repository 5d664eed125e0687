import type { Command } from 'commander';
import type { LoginAnswerDto } from '../tenancy/users/auth.dto.js';
import { at } from './api.js';
import { duration, examples, json, many, run, type Context } from './context.js';
import { localTime } from './format.js';
import { list, listing, type ListOptions } from './lists.js';
import type { Column } from './output.js';

interface User {
  user_id: string;
  display_name: string | null;
  email?: string | null;
  phone?: string | null;
  avatar_url: string | null;
  metadata?: object;
  last_seen_at?: string | null;
  banned_until?: string | null;
}

const COLUMNS: Column<User>[] = [
  { title: 'USER', of: ({ user_id }) => user_id },
  { title: 'NAME', of: ({ display_name }) => display_name },
  { title: 'EMAIL', of: ({ email }) => email },
  { title: 'SEEN', of: ({ last_seen_at }) => localTime(last_seen_at) },
  { title: 'BANNED UNTIL', of: ({ banned_until }) => localTime(banned_until) },
];

interface ProfileOptions {
  name?: string;
  email?: string;
  phone?: string;
  avatar?: string;
  metadata?: object;
}

const pathOf = (id: string): string => at`/users/${id}`;

export function registerUsers(program: Command): void {
  const users = program.command('users').description("a client's own users");
  listing(users.command('list').description('all of them')).action(
    run((context: Context<ListOptions>) => list(context, context.client, '/users', {}, COLUMNS)),
  );
  users
    .command('show')
    .argument('<id>')
    .description('one of them')
    .action(run(async ({ client, out }: Context, id: string) => show(out, await client.get<User>(pathOf(id)))));
  users
    .command('put')
    .argument('<id>')
    .option('--name <name>', 'how others see the user')
    .option('--email <address>')
    .option('--phone <number>')
    .option('--avatar <url>')
    .option('--metadata <json>', 'whatever your app keeps', json)
    .description('make a user, or change what is named')
    .addHelpText('after', examples('users put alice --name "Alice Adams" --email alice@example.com'))
    .action(
      run(async ({ client, out, options }: Context<ProfileOptions>, id: string) => {
        const { name: display_name, email, phone, avatar: avatar_url, metadata } = options;
        show(out, await client.put<User>(pathOf(id), { display_name, email, phone, avatar_url, metadata }));
      }),
    );
  users
    .command('login')
    .argument('<id>')
    .option('--permissions <list>', 'what the key may', many)
    .option('--device <id>', 'ends the logins of this device only')
    .option('--expires-in <time>', 'such as 1h', duration)
    .description('a key that acts as this user; ends earlier logins')
    .action(run(login));
  users
    .command('ban')
    .argument('<id>')
    .option('--reason <text>')
    .option('--expires-in <time>', 'for so long; for good, unless told', duration)
    .option('--shadow', 'only the user sees what it sends')
    .description('let a user read, and nothing else')
    .action(
      run(
        async (
          { client, out, options }: Context<{ reason?: string; expiresIn?: number; shadow?: boolean }>,
          id: string,
        ) => {
          const { reason, expiresIn: expires_in, shadow } = options;
          show(out, await client.put<User>(`${pathOf(id)}/ban`, { reason, expires_in, shadow }));
        },
      ),
    );
  users
    .command('unban')
    .argument('<id>')
    .description('end a ban')
    .action(
      run(async ({ client, out }: Context, id: string) => {
        await client.delete(`${pathOf(id)}/ban`);
        await out.result({ user_id: id, banned: false }, () => out.line(`${id} is not banned.`));
      }),
    );
}

async function login(
  { client, out, options }: Context<{ permissions?: string[]; device?: string; expiresIn?: number }>,
  id: string,
): Promise<void> {
  const { permissions, device: device_id, expiresIn: expires_in } = options;
  const answer = await client.post<LoginAnswerDto>('/auth/login', { user_id: id, permissions, device_id, expires_in });
  await out.result(answer, () => {
    out.fields({
      user: answer.user_id,
      may: answer.permissions.join(', '),
      until: localTime(answer.expires_at),
      key: answer.api_key,
    });
    out.hint('The key is shown this once.');
  });
}

function show(out: Context['out'], user: User): void {
  void out.result(user, () =>
    out.fields({
      user: user.user_id,
      name: user.display_name,
      email: user.email,
      phone: user.phone,
      avatar: user.avatar_url,
      seen: localTime(user.last_seen_at),
      'banned until': localTime(user.banned_until),
      metadata: user.metadata && Object.keys(user.metadata).length > 0 ? user.metadata : undefined,
    }),
  );
}
