import type { Command } from 'commander';
import { at } from './api.js';
import { duration, examples, many, run, type Context } from './context.js';
import { showDelivery, type Delivery } from './delivery-view.js';
import { Found } from './exit.js';
import { localTime } from './format.js';
import { list, listing, type ListOptions } from './lists.js';
import { stateColour, type Column } from './output.js';

interface Endpoint {
  id: string;
  url: string;
  event_types: string[];
  status: string;
  disabled_reason: string | null;
  failing_since: string | null;
  secret?: string;
}

const COLUMNS: Column<Endpoint>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'URL', of: ({ url }) => url },
  { title: 'HEARS', of: ({ event_types }) => event_types.join(' ') },
  { title: 'STATE', of: ({ status }) => status, colour: stateColour },
  { title: 'WHY', of: ({ disabled_reason }) => disabled_reason },
  { title: 'FAILING SINCE', of: ({ failing_since }) => localTime(failing_since) },
];

const BASE = '/webhooks/endpoints';

export function registerEndpoints(program: Command): void {
  const endpoints = program.command('endpoints').description('outbound webhooks: who is told of events');
  listing(endpoints.command('list').description('all of them')).action(
    run((context: Context<ListOptions>) => list(context, context.client, BASE, {}, COLUMNS)),
  );
  endpoints
    .command('add')
    .argument('<url>')
    .option('--events <types>', 'such as message.*,notification.failed; all, unless told', many)
    .option('--description <text>')
    .description('make one; its secret is shown, once')
    .addHelpText('after', examples('endpoints add https://example.com/hooks --events "message.*"'))
    .action(
      run(async ({ client, out, options }: Context<{ events?: string[]; description?: string }>, url: string) => {
        const { events: event_types, description } = options;
        show(out, await client.post<Endpoint>(BASE, { url, event_types, description }));
      }),
    );
  endpoints
    .command('remove')
    .argument('<id>')
    .description('what is open is cancelled')
    .action(
      run(async ({ client, out }: Context, id: string) => {
        await client.delete(BASE + at`/${id}`);
        await out.result({ id, removed: true }, () => out.line(`${id} is removed.`));
      }),
    );
  for (const [action, does] of [
    ['enable', 'let what was held go on'],
    ['disable', 'hold what it would be told'],
  ] as const) {
    endpoints
      .command(action)
      .argument('<id>')
      .description(does)
      .action(
        run(async ({ client, out }: Context, id: string) =>
          show(out, await client.post<Endpoint>(BASE + at`/${id}/${action}`)),
        ),
      );
  }
  endpoints
    .command('rotate-secret')
    .argument('<id>')
    .option('--overlap <time>', 'how long both sign', duration)
    .description('a new secret; it is shown, once')
    .action(
      run(async ({ client, out, options: { overlap } }: Context<{ overlap?: number }>, id: string) =>
        show(out, await client.post<Endpoint>(BASE + at`/${id}/rotate-secret`, { overlap_s: overlap })),
      ),
    );
  endpoints
    .command('test')
    .argument('<id>')
    .option('--event <type>', 'whose example is sent')
    .description('send it something now; exit code 4 when it does not take it')
    .action(run(test));
}

async function test({ client, out, options: { event } }: Context<{ event?: string }>, id: string): Promise<void> {
  const delivery = await client.post<Delivery>(BASE + at`/${id}/test`, { event_type: event });
  await out.result(delivery, () => showDelivery(out, delivery));
  if (delivery.status !== 'delivered') throw new Found(`It is ${delivery.status}.`);
}

function show(out: Context['out'], endpoint: Endpoint): void {
  void out.result(endpoint, () => {
    const { id, url, event_types, status, disabled_reason, secret } = endpoint;
    out.fields({ id, url, hears: event_types.join(', '), state: status, why: disabled_reason, secret });
    if (secret) out.hint('The secret is shown this once.');
  });
}
