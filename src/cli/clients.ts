import type { Command } from 'commander';
import type { ClientDto, CreatedClientDto } from '../tenancy/clients/clients.dto.js';
import { at } from './api.js';
import { examples, json, run, type Context } from './context.js';
import { localTime } from './format.js';
import { list, listing, type ListOptions } from './lists.js';
import { stateColour, type Column } from './output.js';

const COLUMNS: Column<ClientDto>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'SLUG', of: ({ slug }) => slug },
  { title: 'STATE', of: ({ is_active }) => (is_active ? 'active' : 'suspended'), colour: stateColour },
  { title: 'MADE', of: ({ created_at }) => localTime(created_at) },
];

interface Settings {
  name?: string;
  limits?: object;
  settings?: object;
}

export function registerClients(program: Command): void {
  const clients = program.command('clients').description('tenants; takes the admin key');
  listing(clients.command('list').description('all clients')).action(
    run((context: Context<ListOptions>) => list(context, context.admin, '/clients', {}, COLUMNS)),
  );
  clients
    .command('create')
    .argument('<name>')
    .option('--limits <json>', 'limits, as of POST /clients', json)
    .option('--settings <json>', 'settings, as of POST /clients', json)
    .description('make a client; its first master key is shown, once')
    .addHelpText(
      'after',
      examples(
        'clients create Acme',
        'clients create Acme --json | jq -r .master_api_key | chatapi login --profile acme',
      ),
    )
    .action(run(create));
  clients
    .command('show')
    .argument('<id>')
    .description('one client')
    .action(
      run(async ({ admin, out }: Context, id: string) => display(out, await admin.get<ClientDto>(at`/clients/${id}`))),
    );
  clients
    .command('update')
    .argument('<id>')
    .option('--name <name>')
    .option('--limits <json>', 'only what changes', json)
    .option('--settings <json>', 'only what changes', json)
    .description('change a client')
    .action(
      run(async ({ admin, out, options: { name, limits, settings } }: Context<Settings>, id: string) =>
        display(out, await admin.patch<ClientDto>(at`/clients/${id}`, { name, limits, settings })),
      ),
    );
  for (const [action, does] of [
    ['suspend', 'refuse all of its keys'],
    ['reactivate', 'let its keys work again'],
  ] as const) {
    clients
      .command(action)
      .argument('<id>')
      .description(does)
      .action(
        run(async ({ admin, out }: Context, id: string) =>
          display(out, await admin.post<ClientDto>(at`/clients/${id}/${action}`)),
        ),
      );
  }
}

async function create({ admin, out, options: { limits, settings } }: Context<Settings>, name: string): Promise<void> {
  const client = await admin.post<CreatedClientDto>('/clients', { name, limits, settings });
  await out.result(client, () => {
    display(out, client);
    out.fields({ 'master key': client.master_api_key });
    out.hint('The key is shown this once.');
  });
}

function display(out: Context['out'], client: ClientDto): void {
  void out.result(client, () =>
    out.fields({
      id: client.id,
      name: client.name,
      slug: client.slug,
      state: client.is_active ? 'active' : 'suspended',
      origins: client.allowed_origins.join(', '),
      made: localTime(client.created_at),
    }),
  );
}
