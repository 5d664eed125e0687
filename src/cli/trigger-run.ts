import { Api } from './api.js';
import type { Context } from './context.js';
import { Connection, openConnection } from './connection.js';
import { eventLine } from './event-line.js';
import { Found, Usage } from './exit.js';
import { EventFeed, type FedEvent } from './feed.js';
import { whyNot } from './trigger-list.js';
import { RECIPES } from './trigger-recipes.js';
import { Stage } from './trigger-stage.js';

export interface TriggerOptions {
  list?: boolean;
  room?: string;
  gone?: string;
  timeout: number;
}

export async function trigger(context: Context<TriggerOptions>, type: string | undefined): Promise<void> {
  const recipe = type === undefined ? undefined : RECIPES[type];
  if (type === undefined || !recipe) throw new Usage(whyNot(type));
  const { client, out, options, signal } = context;
  const api = client.as(undefined);
  const connection = await openConnection(new Connection(api, signal), api.url);
  // Without the signal: what was begun is put away after Ctrl-C, too.
  const stage = new Stage(new Api(api.url, api.key), options, signal);
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
    await Promise.race([recipe.make(stage), late, connection.ended]);
    const event = await Promise.race([first(feed), late, connection.ended]);
    await out.result(event, () => out.line(eventLine(event, out.colours)));
  } finally {
    clearTimeout(timer);
    await stage.clear();
    connection.close();
  }
}

async function first(feed: EventFeed): Promise<FedEvent> {
  for await (const event of feed.events()) return event;
  throw new Error('A feed does not end.');
}
