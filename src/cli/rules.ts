import type { Command } from 'commander';
import { at, type JsonObject } from './api.js';
import { examples, run, type Context } from './context.js';
import { Found, Usage } from './exit.js';
import { list, listing, type ListOptions } from './lists.js';
import { stateColour, type Column } from './output.js';
import { parseJson, readInput } from './prompt.js';

interface Rule {
  id: string;
  source_id: string;
  position: number;
  name: string | null;
  enabled: boolean;
  condition: string | null;
  actions: { type: string; params: object }[];
}

interface Tested {
  matched: boolean;
  actions: { type: string; params: object }[];
  errors: JsonObject[];
}

const COLUMNS: Column<Rule>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'NAME', of: ({ name }) => name },
  { title: 'STATE', of: ({ enabled }) => (enabled ? 'enabled' : 'disabled'), colour: stateColour },
  { title: 'WHEN', of: ({ condition }) => condition ?? 'always' },
  { title: 'DOES', of: ({ actions }) => actions.map(({ type }) => type).join(' ') },
  { title: 'SOURCE', of: ({ source_id }) => source_id },
];

const BASE = '/webhooks/rules';

export function registerRules(program: Command): void {
  const rules = program.command('rules').description('what inbound events do');
  listing(rules.command('list').description('in their order'))
    .option('--source <id>', 'of this source')
    .action(
      run((context: Context<ListOptions & { source?: string }>) =>
        list(context, context.client, BASE, { source_id: context.options.source }, COLUMNS),
      ),
    );
  rules
    .command('add')
    .argument('<file>', 'the body of POST /webhooks/rules as JSON; - is standard input')
    .option('--source <id>', 'instead of `source_id` in the file')
    .description('make one')
    .action(
      run(async ({ client, out, options: { source } }: Context<{ source?: string }>, file: string) => {
        const rule = await client.post<Rule>(BASE, { ...(await readRule(file)), ...(source && { source_id: source }) });
        await out.result(rule, () => out.table([rule], COLUMNS));
      }),
    );
  rules
    .command('remove')
    .argument('<id>')
    .description('what it made stays')
    .action(
      run(async ({ client, out }: Context, id: string) => {
        await client.delete(BASE + at`/${id}`);
        await out.result({ id, removed: true }, () => out.line(`${id} is removed.`));
      }),
    );
  rules
    .command('test')
    .argument('<rule>', 'a file with the rule as JSON, or the id of one; - is standard input')
    .option('--payload <file>', 'what would come, as JSON')
    .option('--headers <file>', 'with these headers, as JSON')
    .option('--event <id>', 'what came already: an event of --source')
    .option('--source <id>', 'whose rule it would be')
    .description('what a rule would do with an event; nothing is done; exit code 4 when an expression fails')
    .addHelpText(
      'after',
      examples(
        'rules test rule.json --payload issue.json',
        'rules test rule.json --source 0199c2d4-… --event 0199c2d5-…',
      ),
    )
    .action(run(test));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function readRule(file: string): Promise<JsonObject> {
  const rule = parseJson(await readInput(file), file);
  if (typeof rule === 'object' && rule !== null && !Array.isArray(rule)) return rule as JsonObject;
  throw new Usage(`${file} does not hold an object.`);
}

interface Testing {
  payload?: string;
  headers?: string;
  event?: string;
  source?: string;
}

async function test(context: Context<Testing>, what: string): Promise<void> {
  const { client, out, options } = context;
  const given = UUID.test(what) ? await client.get<JsonObject>(BASE + at`/${what}`) : await readRule(what);
  const { source_id = options.source, name, condition, actions } = given;
  const sample = await sampleOf(context, options.source ?? source_id);
  const tested = await client.post<Tested>(`${BASE}/test`, { rule: { source_id, name, condition, actions }, sample });
  await out.result(tested, () => {
    out.line(tested.matched ? 'It acts:' : 'Its condition does not hold: it does nothing.');
    for (const { type, params } of tested.actions) {
      out.line(`\n${out.colours.bold(type)}`);
      out.document(params);
    }
    for (const error of tested.errors) out.line(out.colours.red(JSON.stringify(error)));
  });
  if (tested.errors.length > 0) throw new Found('');
}

async function sampleOf({ client, options }: Context<Testing>, source: unknown): Promise<object> {
  const { payload, headers, event } = options;
  if (event !== undefined) {
    if (typeof source !== 'string') throw new Usage('Say whose event it is: --source <id>.');
    const came = await client.get<{ headers: object; payload: unknown }>(
      at`/webhooks/sources/${source}/events/${event}`,
    );
    return { headers: came.headers, payload: came.payload };
  }
  if (payload === undefined) throw new Usage('Say what would come: --payload <file>, or --event <id>.');
  return {
    payload: parseJson(await readInput(payload), payload),
    ...(headers !== undefined && { headers: parseJson(await readInput(headers), headers) }),
  };
}
