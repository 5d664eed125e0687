import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { at, type Api } from './api.js';
import { examples, integer, json, many, run, type Context } from './context.js';
import { DELIVERY_COLUMNS, type Delivery } from './delivery-view.js';
import { Found, Usage } from './exit.js';
import { parseJson, readInput } from './prompt.js';

interface Options {
  user?: string[];
  email?: string[];
  room?: string;
  subject?: string;
  text?: string;
  html?: string;
  from?: string;
  title?: string;
  body?: string;
  data?: object;
  webhook?: string;
  endpoint?: string;
  payload?: unknown;
  file?: string;
  priority?: string;
  tag?: string[];
  dedupKey?: string;
  simulate?: boolean;
  wait?: boolean;
  timeout: number;
}

interface Notification {
  id: string;
  status: string;
  counts: { total: number };
  deliveries?: Delivery[];
}

const OPEN = new Set(['scheduled', 'pending', 'processing']);
const LOOK_MS = 200;

export function registerNotify(program: Command): void {
  program
    .command('notify')
    .description('tell people something by email, socket and webhook')
    .option('--user <ids>', 'users', many)
    .option('--email <addresses>', 'addresses; with one --user, that person’s', many)
    .option('--room <id>', 'everybody in this room')
    .option('--subject <text>', 'email: what it is about')
    .option('--text <text>', 'email: its text')
    .option('--html <html>', 'email: its HTML')
    .option('--from <address>', 'email: who it is from')
    .option('--title <text>', 'socket: title')
    .option('--body <text>', 'socket: text')
    .option('--data <json>', 'socket: whatever your app makes of it', json)
    .option('--webhook <url>', 'webhook: where to')
    .option('--endpoint <id>', 'webhook: to one of your endpoints')
    .option('--payload <json>', 'webhook: its body', json)
    .option('-f, --file <file>', 'the whole body of POST /notifications as JSON; - is standard input')
    .option('--priority <priority>', 'low, normal, high or urgent')
    .option('--tag <tags>', 'to find it by', many)
    .option('--dedup-key <key>', 'the same within a day is the same notification')
    .option('--simulate', 'say what would be done, and do nothing')
    .option('--wait', 'until it has ended; exit code 4 when something failed')
    .option('--timeout <s>', 'how long to wait', integer(1, 3_600), 60)
    .addHelpText(
      'after',
      examples(
        'notify --user alice --title Shipped --body "Your order is on its way."',
        'notify --email ann@example.com --subject Hello --text "It works." --wait',
        'notify --file order.json --json',
      ),
    )
    .action(run(notify));
}

async function notify(context: Context<Options>): Promise<void> {
  const { client, out, options } = context;
  const body =
    options.file === undefined ? bodyOf(options) : (parseJson(await readInput(options.file), options.file) as object);
  const sent = await client.post<Notification>('/notifications', {
    ...body,
    ...(options.simulate && { simulate: true }),
  });
  const notification =
    options.simulate === true
      ? sent
      : await (options.wait ? untilEnded(context, sent.id) : client.get<Notification>(at`/notifications/${sent.id}`));
  await out.result(notification, async () => {
    const { id, status, counts, deliveries = [] } = notification;
    out.fields({ id: options.simulate ? '(nothing was sent)' : id, state: status, deliveries: counts.total });
    if (deliveries.length === 0) return;
    out.line();
    await out.table(deliveries, DELIVERY_COLUMNS);
  });
  if (options.wait && /failed|expired/.test(notification.status))
    throw new Found(`The notification is ${notification.status}.`);
}

async function untilEnded({ client, options, signal }: Context<Options>, id: string): Promise<Notification> {
  const until = performance.now() + options.timeout * 1_000;
  const read = (api: Api): Promise<Notification> => api.get(at`/notifications/${id}`);
  let notification = await read(client);
  while (OPEN.has(notification.status) && !signal.aborted) {
    if (performance.now() > until)
      throw new Found(
        `It is ${notification.status} after ${options.timeout} s: chatapi deliveries list --notification ${id}`,
      );
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    notification = await read(client);
  }
  return notification;
}

/** @throws Usage when there is nobody to tell, or nothing to say */
export function bodyOf(options: Options): object {
  const channels = channelsOf(options);
  if (Object.keys(channels).length === 0) {
    throw new Usage(
      'Say what to tell: --title and --body (socket), --subject and --text (email), or --webhook and --payload.',
    );
  }
  const recipients = recipientsOf(options);
  const toPeople = 'email' in channels || 'websocket' in channels;
  if (toPeople && recipients.length === 0) throw new Usage('Say whom to tell: --user, --email or --room.');
  const { priority, tag: tags, dedupKey: dedup_key } = options;
  return { ...(recipients.length > 0 && { recipients }), channels, priority, tags, dedup_key };
}

function recipientsOf({ user = [], email = [], room }: Options): object[] {
  const inRoom = room === undefined ? [] : [{ room_id: room }];
  if (user.length === 1 && email.length === 1) return [{ user_id: user[0], email: email[0] }, ...inRoom];
  return [...user.map((user_id) => ({ user_id })), ...email.map((address) => ({ email: address })), ...inRoom];
}

function channelsOf(options: Options): Record<string, object> {
  const { subject, text, html, from, title, body, data, webhook: url, endpoint: endpoint_id, payload } = options;
  const any = (...values: unknown[]): boolean => values.some((value) => value !== undefined);
  return {
    ...(any(subject, text, html) && { email: { subject, text, html, from } }),
    ...(any(title, body, data) && { websocket: { title, body, data } }),
    ...(any(url, endpoint_id) && { webhook: { url, endpoint_id, payload: payload ?? {} } }),
  };
}
