import type { Command } from 'commander';
import { at } from './api.js';
import { examples, run, when, type Context } from './context.js';
import { Usage } from './exit.js';
import { localTime } from './format.js';
import { list, listing, type ListOptions } from './lists.js';
import { stateColour, type Column } from './output.js';
import { parseJson, readInput } from './prompt.js';

interface Source {
  id: string;
  name: string;
  slug: string;
  url: string;
  verification: { template: string };
  enabled: boolean;
}

interface Inbound {
  id: string;
  type: string | null;
  status: string;
  verified: boolean;
  reason: string | null;
  payload_bytes: number;
  results: { action: string | null; resource_id?: string; error?: { detail?: string } }[];
  created_at: string;
}

const COLUMNS: Column<Source>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'PROOF', of: ({ verification }) => verification.template },
  { title: 'STATE', of: ({ enabled }) => (enabled ? 'enabled' : 'disabled'), colour: stateColour },
  { title: 'URL', of: ({ url }) => url },
];

const EVENTS: Column<Inbound>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'TYPE', of: ({ type }) => type },
  { title: 'STATE', of: ({ status }) => status, colour: stateColour },
  { title: 'PROVEN', of: ({ verified }) => verified },
  {
    title: 'DID',
    of: ({ results }) => results.map(({ action, error }) => `${action ?? 'condition'}${error ? ' ✗' : ''}`).join(' '),
  },
  { title: 'WHY', of: ({ reason, results }) => reason ?? results.find(({ error }) => error)?.error?.detail },
  { title: 'CAME', of: ({ created_at }) => localTime(created_at) },
];

const BASE = '/webhooks/sources';

export function registerSources(program: Command): void {
  const sources = program.command('sources').description('inbound webhooks: who may post here, and what came');
  listing(sources.command('list').description('all of them')).action(
    run((context: Context<ListOptions>) => list(context, context.client, BASE, {}, COLUMNS)),
  );
  sources
    .command('add')
    .argument('<name>')
    .requiredOption(
      '--verification <file>',
      'how a sender proves itself, as JSON such as {"template": "github", "secret": "…"}; - is standard input',
    )
    .option('--slug <slug>', 'the end of its URL')
    .description('make one; it has a URL of its own')
    .addHelpText('after', examples(`sources add github --verification - <<< '{"template":"github","secret":"…"}'`))
    .action(
      run(async ({ client, out, options }: Context<{ verification: string; slug?: string }>, name: string) => {
        const verification = parseJson(await readInput(options.verification), options.verification);
        const source = await client.post<Source>(BASE, { name, slug: options.slug, verification });
        await out.result(source, () => out.table([source], COLUMNS));
      }),
    );
  sources
    .command('remove')
    .argument('<id>')
    .description('with its rules and what it got')
    .action(
      run(async ({ client, out }: Context, id: string) => {
        await client.delete(BASE + at`/${id}`);
        await out.result({ id, removed: true }, () => out.line(`${id} is removed.`));
      }),
    );
  listing(sources.command('events').argument('<id>').description('what it got, the newest first'))
    .option('--status <status>', 'stored, processed, failed or duplicate')
    .action(
      run((context: Context<ListOptions & { status?: string }>, id: string) =>
        list(context, context.client, BASE + at`/${id}/events`, { status: context.options.status }, EVENTS),
      ),
    );
  sources
    .command('event')
    .argument('<id>')
    .argument('<event>')
    .description('one event as it came, and what it did')
    .action(
      run(async ({ client, out }: Context, id: string, event: string) =>
        out.document(await client.get(BASE + at`/${id}/events/${event}`)),
      ),
    );
  sources
    .command('replay')
    .argument('<id>')
    .argument('[events...]', 'ids; without them, all from --from to --to')
    .option('--from <time>', 'such as 2h', when)
    .option('--to <time>', 'now, unless told', when)
    .description('let rules act on what came; what was done is not done again')
    .action(run(replay));
}

async function replay(
  { client, out, options: { from, to } }: Context<{ from?: string; to?: string }>,
  id: string,
  events: string[],
): Promise<void> {
  if (events.length === 0 && from === undefined) throw new Usage('Name events, or --from.');
  const body = events.length > 0 ? { event_ids: events } : { from, to: to ?? new Date().toISOString() };
  const answer = await client.post<{ matched: number; replayed: number; skipped: number }>(
    BASE + at`/${id}/replay`,
    body,
  );
  await out.result(answer, () =>
    out.line(`${answer.replayed} of ${answer.matched} replayed, ${answer.skipped} passed over.`),
  );
}
