import type { Command } from 'commander';
import { examples, integer, run, type Context } from './context.js';
import { Found, Usage } from './exit.js';
import { listWhole } from './lists.js';
import type { Column } from './output.js';
import { parseJson, readInput } from './prompt.js';
import { at, Refused } from './api.js';

interface Provider {
  name: string;
  channel: string;
  provider_type: string;
  is_primary: boolean;
  is_bulk: boolean;
  from_email: string | null;
  hourly_cap: number | null;
  daily_cap: number | null;
  verified_at: string | null;
  config: object;
}

interface ProviderType {
  channel: string;
  provider_type: string;
  config_schema: { required?: string[]; properties?: object } | null;
}

const COLUMNS: Column<Provider>[] = [
  { title: 'NAME', of: ({ name }) => name },
  { title: 'CHANNEL', of: ({ channel }) => channel },
  { title: 'TYPE', of: ({ provider_type }) => provider_type },
  {
    title: 'USE',
    of: ({ is_primary, is_bulk }) => [is_primary && 'primary', is_bulk && 'bulk'].filter(Boolean).join(' '),
  },
  { title: 'FROM', of: ({ from_email }) => from_email },
  {
    title: 'CAPS',
    of: ({ hourly_cap, daily_cap }) =>
      [hourly_cap && `${hourly_cap}/h`, daily_cap && `${daily_cap}/d`].filter(Boolean).join(' '),
  },
  { title: 'VERIFIED', of: ({ verified_at }) => verified_at !== null },
];

interface Adding {
  type: string;
  channel?: string;
  config: string;
  from?: string;
  fromName?: string;
  primary?: boolean;
  bulk?: boolean;
  hourlyCap?: number;
  dailyCap?: number;
  verify: boolean;
}

const PROVIDERS = '/clients/me/providers';
const pathOf = (name: string): string => at`/clients/me/providers/${name}`;

export function registerProviders(program: Command): void {
  const providers = program.command('providers').description('who sends: SMTP, Mailgun …');
  providers
    .command('list')
    .description('those that are set up, in their order')
    .option('--channel <channel>', 'only those of this channel')
    .action(
      run((context: Context<{ channel?: string }>) =>
        listWhole(context, context.client, PROVIDERS, { channel: context.options.channel }, COLUMNS),
      ),
    );
  providers.command('types').description('those that there are, and what each wants to know').action(run(types));
  providers
    .command('add')
    .argument('<name>')
    .requiredOption('--type <type>', 'such as smtp or mailgun')
    .requiredOption('--config <file>', 'its settings as JSON, a file because of the password; - is standard input')
    .option('--channel <channel>')
    .option('--from <address>')
    .option('--from-name <name>')
    .option('--primary', 'first for few recipients')
    .option('--bulk', 'first for many recipients')
    .option('--hourly-cap <n>', 'so many in an hour', integer(1, 1e9))
    .option('--daily-cap <n>', 'so many in a day', integer(1, 1e9))
    .option('--no-verify', 'do not try to log in')
    .description('set one up; it is tried before it is kept')
    .addHelpText(
      'after',
      examples('providers add main --type smtp --config smtp.json --primary --from shop@example.com'),
    )
    .action(run(add));
  providers
    .command('test')
    .argument('<name>')
    .requiredOption('--to <address>', 'who gets the test')
    .option('--channel <channel>')
    .description('send something through it now; exit code 4 when it is refused')
    .action(run(test));
  providers
    .command('remove')
    .argument('<name>')
    .option('--channel <channel>')
    .description('what it has in hand is sent by the others')
    .action(
      run(async ({ client, out, options: { channel } }: Context<{ channel?: string }>, name: string) => {
        await client.delete(pathOf(name), { channel });
        await out.result({ name, removed: true }, () => out.line(`${name} is removed.`));
      }),
    );
}

async function types({ client, out }: Context): Promise<void> {
  const found = await client.get<{ data: ProviderType[] }>('/providers');
  await out.result(found, () =>
    out.table(found.data, [
      { title: 'CHANNEL', of: ({ channel }) => channel },
      { title: 'TYPE', of: ({ provider_type }) => provider_type },
      { title: 'MUST HAVE', of: ({ config_schema }) => config_schema?.required?.join(' ') ?? 'built in' },
      {
        title: 'MAY HAVE',
        of: ({ config_schema: schema }) =>
          Object.keys(schema?.properties ?? {})
            .filter((name) => !schema?.required?.includes(name))
            .join(' '),
      },
    ]),
  );
}

async function add({ client, out, options }: Context<Adding>, name: string): Promise<void> {
  const config = parseJson(await readInput(options.config), options.config);
  if (typeof config !== 'object' || config === null) throw new Usage(`${options.config} does not hold an object.`);
  const provider = await client.post<Provider>(`${PROVIDERS}?verify=${options.verify}`, {
    name,
    channel: options.channel,
    provider_type: options.type,
    config,
    from_email: options.from,
    from_name: options.fromName,
    is_primary: options.primary,
    is_bulk: options.bulk,
    hourly_cap: options.hourlyCap,
    daily_cap: options.dailyCap,
  });
  await out.result(provider, () => out.table([provider], COLUMNS));
}

async function test(
  { client, out, options: { to, channel } }: Context<{ to: string; channel?: string }>,
  name: string,
): Promise<void> {
  const query = channel === undefined ? '' : `?channel=${encodeURIComponent(channel)}`;
  try {
    const answer = await client.post<{ duration_ms: number; provider_message_id: string | null }>(
      `${pathOf(name)}/test${query}`,
      { to },
    );
    await out.result(answer, () => {
      out.line(`${name} took it in ${answer.duration_ms} ms.`);
      out.fields({ 'message id': answer.provider_message_id });
    });
  } catch (error) {
    if (error instanceof Refused && error.problem.code?.startsWith('provider')) {
      throw new Found(`${name} did not take it: ${error.problem.detail} (request_id ${error.problem.request_id})`);
    }
    throw error;
  }
}
