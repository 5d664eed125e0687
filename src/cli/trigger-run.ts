import type { Context } from './context.js';
import { Connection, openConnection } from './connection.js';
import { eventLine } from './event-line.js';
import { Found, Usage } from './exit.js';
import { EventFeed, type FedEvent } from './feed.js';
import { nearest } from './format.js';
import { RECIPES } from './trigger-recipes.js';
import { Stage } from './trigger-stage.js';

export interface TriggerOptions {
  list?: boolean;
  room?: string;
  timeout: number;
}

export async function trigger(context: Context<TriggerOptions>, type: string | undefined): Promise<void> {
  if (context.options.list) return list(context);
  const recipe = type === undefined ? undefined : RECIPES[type];
  if (type === undefined || !recipe) throw new Usage(unknown(type));
  const { client, out, options, signal } = context;
  const api = client.as(undefined);
  const connection = await openConnection(new Connection(api, signal), api.url);
  let timer: NodeJS.Timeout | undefined;
  try {
    const feed = new EventFeed(connection, [type]);
    await feed.start();
    const late = new Promise<never>((_, reject) => {
      const tell = (): void =>
        reject(new Found(`${type} was caused (${recipe.how}), and did not come in ${options.timeout} s.`));
      timer = setTimeout(tell, options.timeout * 1_000);
    });
    late.catch(() => undefined);
    await recipe.make(new Stage(api, options.room, signal));
    const event = await Promise.race([first(feed), late, connection.ended]);
    await out.result(event, () => out.line(eventLine(event, out.colours)));
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}

async function first(feed: EventFeed): Promise<FedEvent> {
  for await (const event of feed.events()) return event;
  throw new Error('A feed does not end.');
}

async function list({ out }: Context): Promise<void> {
  const rows = Object.entries(RECIPES).map(([type, { how }]) => ({ type, how }));
  await out.result({ data: rows }, () =>
    out.table(rows, [
      { title: 'EVENT', of: ({ type }) => type },
      { title: 'COMES ABOUT AS', of: ({ how }) => how },
    ]),
  );
}

function unknown(type: string | undefined): string {
  if (type === undefined) return 'Name an event: chatapi trigger --list shows them.';
  const known = nearest(type, Object.keys(RECIPES));
  return `${type} cannot be triggered${known ? `; did you mean ${known}?` : ''} chatapi trigger --list shows what can.`;
}
