import type { Command } from 'commander';
import { at } from './api.js';
import { duration, examples, many, run, type Context } from './context.js';
import { Usage } from './exit.js';
import { localTime } from './format.js';
import { list, listing, type ListOptions } from './lists.js';
import type { Column } from './output.js';

interface Key {
  id: string;
  name: string | null;
  prefix: string;
  permissions: string[] | null;
  expires_at: string | null;
  last_used_at: string | null;
  user_id?: string;
  api_key?: string;
}

const COLUMNS: Column<Key>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'KEY', of: ({ prefix }) => `${prefix}_…` },
  { title: 'MAY', of: ({ permissions }) => permissions?.join(' ') ?? 'everything' },
  { title: 'USED', of: ({ last_used_at }) => localTime(last_used_at) },
  { title: 'UNTIL', of: ({ expires_at }) => localTime(expires_at) },
];

interface Making {
  user?: string;
  permissions?: string[];
  expiresIn?: number;
}

export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('master keys, and with --user the keys of users');
  listing(keys.command('list').description('all keys; secrets are never shown again'))
    .option('--user <id>', 'keys of this user')
    .option('--scoped', 'keys of all users')
    .action(
      run((context: Context<ListOptions & { user?: string; scoped?: boolean }>) => {
        const { user, scoped } = context.options;
        if (user === undefined && !scoped) return list(context, context.client, '/clients/me/keys', {}, COLUMNS);
        const ofUser: Column<Key> = { title: 'USER', of: ({ user_id }) => user_id };
        return list(context, context.client, '/clients/scoped-keys', { user_id: user }, [ofUser, ...COLUMNS]);
      }),
    );
  keys
    .command('create')
    .argument('<name>')
    .option('--user <id>', 'a scoped key: it acts as this user')
    .option('--permissions <list>', 'what it may; for a master key: everything, unless told', many)
    .option('--expires-in <time>', 'such as 90d; never, unless told', duration)
    .description('make a key; it is shown, once')
    .addHelpText(
      'after',
      examples('keys create deploy', 'keys create bot --user bot --permissions read_messages,send_messages'),
    )
    .action(run(create));
  keys
    .command('rotate')
    .argument('<id>')
    .option('--overlap <time>', 'how long the old one still works', duration)
    .description('make a new master key in place of this one')
    .action(
      run(async ({ client, out, options: { overlap } }: Context<{ overlap?: number }>, id: string) =>
        showMade(out, await client.post<Key>(at`/clients/me/keys/${id}/rotate`, { overlap_s: overlap })),
      ),
    );
  keys
    .command('revoke')
    .argument('<id>')
    .option('--scoped', 'a key of a user')
    .description('it stops working within a second')
    .action(
      run(async ({ client, out, options: { scoped } }: Context<{ scoped?: boolean }>, id: string) => {
        await client.delete(scoped ? at`/clients/scoped-keys/${id}` : at`/clients/me/keys/${id}`);
        await out.result({ id, revoked: true }, () => out.line(`${id} is revoked.`));
      }),
    );
}

async function create({ client, out, options }: Context<Making>, name: string): Promise<void> {
  const { user, permissions, expiresIn: expires_in } = options;
  if (permissions?.length === 0) throw new Usage('--permissions names at least one.');
  const made =
    user === undefined
      ? await client.post<Key>('/clients/me/keys', { name, permissions, expires_in })
      : await client.post<Key>('/clients/scoped-keys', { name, user_id: user, permissions, expires_in });
  showMade(out, made);
}

function showMade(out: Context['out'], key: Key): void {
  void out.result(key, () => {
    out.fields({
      id: key.id,
      name: key.name,
      user: key.user_id,
      may: key.permissions?.join(', ') ?? 'everything',
      until: localTime(key.expires_at),
      key: key.api_key,
    });
    out.hint('The key is shown this once.');
  });
}
