import type { Command } from 'commander';
import { at } from './api.js';
import { examples, run, when, type Context } from './context.js';
import { DELIVERY_COLUMNS, showDelivery, type Delivery } from './delivery-view.js';
import { list, listing, type ListOptions } from './lists.js';

/** What finds deliveries, and what recoveries go by. */
export interface DeliveryFilter {
  channel?: string;
  status?: string;
  provider?: string;
  errorCode?: string;
  user?: string;
  address?: string;
  notification?: string;
  tag?: string;
  from?: string;
  to?: string;
}

/** @param statuses the help of --status: deliveries are found in more states than they are sent again in */
export const filtering = (command: Command, statuses: string): Command =>
  command
    .option('--channel <channel>', 'email, websocket or webhook')
    .option('--status <status>', statuses)
    .option('--provider <name>')
    .option('--error-code <code>', 'of the last attempt')
    .option('--user <id>')
    .option('--address <address>', 'an email address or a URL, whole')
    .option('--notification <id>')
    .option('--tag <tag>')
    .option('--from <time>', 'made since then: a time, or how long ago (2h, 7d)', when)
    .option('--to <time>', 'made before then', when);

export const queryOf = (options: DeliveryFilter) => ({
  channel: options.channel,
  status: options.status,
  provider: options.provider,
  error_code: options.errorCode,
  user_id: options.user,
  address: options.address,
  notification_id: options.notification,
  tag: options.tag,
  from: options.from,
  to: options.to,
});

export function registerDeliveries(program: Command): void {
  const deliveries = program.command('deliveries').description('what became of each recipient on each channel');
  filtering(listing(deliveries.command('list').description('the newest first')), 'such as failed, retrying, delivered')
    .option('--unresolved', 'what went wrong and was neither sent again nor put aside')
    .addHelpText(
      'after',
      examples(
        'deliveries list --status failed --from 2h',
        'deliveries list --address ann@example.com --json | jq -r .data[].id',
      ),
    )
    .action(
      run((context: Context<ListOptions & DeliveryFilter & { unresolved?: boolean }>) =>
        list(
          context,
          context.client,
          '/deliveries',
          { ...queryOf(context.options), unresolved: context.options.unresolved },
          DELIVERY_COLUMNS,
        ),
      ),
    );
  deliveries
    .command('show')
    .argument('<id>')
    .description('one delivery with every attempt')
    .action(
      run(async ({ client, out }: Context, id: string) => {
        const delivery = await client.get<Delivery>(at`/deliveries/${id}`);
        await out.result(delivery, () => showDelivery(out, delivery));
      }),
    );
  for (const [action, does] of [
    ['resend', 'send it again, as a new delivery'],
    ['discard', 'put a failed one aside: recoveries leave it out'],
  ] as const) {
    deliveries
      .command(action)
      .argument('<id>')
      .description(does)
      .action(
        run(async ({ client, out }: Context, id: string) => {
          const delivery = await client.post<Delivery>(at`/deliveries/${id}/${action}`);
          await out.result(delivery, () => showDelivery(out, delivery));
        }),
      );
  }
}
