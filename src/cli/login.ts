import type { Command } from 'commander';
import { environment } from '../platform/config/environment.js';
import { findAccess, kindOf, originOf, profileOf } from './access.js';
import { Api } from './api.js';
import { examples, run, type Context } from './context.js';
import { Usage } from './exit.js';
import { DEFAULT_PROFILE, profilesFile, readProfiles, writeProfiles, type Profile } from './profiles.js';
import { readSecret } from './prompt.js';

interface Me {
  type: 'client' | 'scoped_key';
  client: { id: string; name: string };
  scoped_key?: { user_id: string; permissions: string[] };
}

export function registerLogin(program: Command): void {
  program
    .command('login')
    .description('keep a key for a server, after trying it; the key comes from a prompt or from standard input')
    .option('--key <key>', 'the key itself: other users of this machine see it while the command runs')
    .addHelpText(
      'after',
      examples(
        'login',
        'login --url https://chat.example.com --profile production < key.txt',
        'tail --profile production',
      ),
    )
    .action(run(login));
  program.command('logout').description('forget the keys of a profile').action(run(logout));
  program.command('whoami').description('which server, which key, and what it is good for').action(run(whoami));
  const profiles = program.command('profiles').description('servers that keys are kept for');
  profiles.command('list').description('all of them; the one in use is marked').action(run(list));
  profiles.command('use').argument('<name>').description('go on with this one').action(run(use));
}

async function login({ options, out, url, signal }: Context<{ key?: string }>): Promise<void> {
  const server = originOf(url);
  const key = options.key ?? (await readSecret(`Key for ${server}: `));
  if (key === '' || /\s/.test(key)) throw new Usage('A key is one word: type it, or pipe it in.');
  const api = new Api(server, key, undefined, signal);
  const kind = kindOf(key);
  const who = kind === 'admin' ? await asAdmin(api) : describe(await api.get<Me>('/clients/me'));
  const file = profilesFile(environment());
  const kept = readProfiles(file);
  const name = options.profile ?? DEFAULT_PROFILE;
  const former = kept.profiles[name];
  const profile: Profile = { ...(former?.url === server ? former : {}), url: server };
  profile[kind === 'admin' ? 'admin_key' : 'key'] = key;
  writeProfiles(file, { ...kept, current: name, profiles: { ...kept.profiles, [name]: profile } });
  await out.result({ profile: name, url: server, kind, file }, () => {
    out.line(`Logged in to ${server} as ${who}.`);
    out.hint(`Kept as the profile ${name} in ${file}.`);
  });
}

async function asAdmin(api: Api): Promise<string> {
  await api.get('/clients', { limit: 1 });
  return 'the operator';
}

const describe = ({ type, client, scoped_key }: Me): string =>
  type === 'client' ? `the client ${client.name}` : `${scoped_key!.user_id}, a user of ${client.name}`;

function logout({ options, out }: Context): void {
  const env = environment();
  const file = profilesFile(env);
  const found = profileOf(options.profile ?? env.CHATAPI_PROFILE, env);
  if (!found) throw new Usage('Nobody is logged in.');
  const kept = readProfiles(file);
  const { current, profiles } = kept;
  delete profiles[found.name];
  const [next = DEFAULT_PROFILE] = current === found.name ? Object.keys(profiles) : [current];
  writeProfiles(file, { ...kept, current: next, profiles });
  void out.result({ profile: found.name }, () =>
    out.line(
      `The keys of the profile ${found.name} are forgotten. They still work: revoke them by \`chatapi keys revoke\`.`,
    ),
  );
}

async function whoami(context: Context): Promise<void> {
  const { options, out } = context;
  const { url, source, key } = findAccess('client', options, environment());
  const me = await context.client.get<Me>('/clients/me');
  const { type, client, scoped_key } = me;
  // ck_<kind>_<client>_<key>: what names the key without opening anything.
  const prefix = key.split('_').slice(0, 4).join('_');
  await out.result({ url, source, key: prefix, ...me }, () =>
    out.fields({
      server: url,
      'key from': source,
      key: prefix,
      kind: type === 'client' ? 'master' : 'scoped',
      client: `${client.name} (${client.id})`,
      user: scoped_key?.user_id,
      permissions: scoped_key?.permissions.join(', '),
    }),
  );
}

async function list({ out }: Context): Promise<void> {
  const { current, profiles } = readProfiles(profilesFile(environment()));
  const rows = Object.entries(profiles).map(([name, { url, key, admin_key }]) => ({
    name,
    current: name === current,
    url,
    keys: [key && 'client', admin_key && 'admin'].filter((one) => one !== undefined),
  }));
  await out.result({ data: rows }, () =>
    rows.length === 0
      ? out.hint('There are none: chatapi login')
      : out.table(rows, [
          { title: '', of: (row) => (row.current ? '*' : '') },
          { title: 'PROFILE', of: ({ name }) => name },
          { title: 'SERVER', of: ({ url }) => url },
          { title: 'KEYS', of: ({ keys }) => keys.join(', ') },
        ]),
  );
}

function use({ out }: Context, name: string): void {
  const file = profilesFile(environment());
  const kept = readProfiles(file);
  const { profiles } = kept;
  if (!profiles[name])
    throw new Usage(`There is no profile ${name}: ${Object.keys(profiles).join(', ') || 'none at all'}.`);
  writeProfiles(file, { ...kept, current: name });
  void out.result({ profile: name, url: profiles[name].url }, () => out.line(`${name}: ${profiles[name]!.url}`));
}
