import { hears } from '../delivery/webhooks/event-patterns.js';
import type { Envelope } from '../platform/realtime/envelope.js';
import { Connection, openConnection } from './connection.js';
import type { Context } from './context.js';
import { eventLine } from './event-line.js';
import { Interrupted } from './exit.js';
import { EventFeed } from './feed.js';
import { Live } from './live.js';

export interface TailOptions {
  room?: string;
  events?: string[];
  ephemeral?: boolean;
  count?: number;
}

/** Shows events until it has shown enough. */
class Printer {
  private shown = 0;
  readonly enough: Promise<void>;
  private done: () => void = () => undefined;

  constructor(private readonly context: Context<TailOptions>) {
    this.enough = new Promise((resolve) => (this.done = resolve));
  }

  event(event: Envelope<Record<string, unknown>>): void {
    const { out, options } = this.context;
    const { count = Number.POSITIVE_INFINITY, events, ephemeral } = options;
    if (this.shown >= count || (event.rev === undefined && !ephemeral) || (events && !hears(events, event.type)))
      return;
    if (out.json) out.document(event, true);
    else out.line(eventLine(event, out.colours));
    if (++this.shown >= count) this.done();
  }

  gap(stream: string, from: unknown, to: unknown): void {
    const { out } = this.context;
    if (out.json) out.document({ type: 'tail.gap', stream, from, to }, true);
    else out.line(out.colours.red(`Too much was missed on ${stream} to be told: read it (chatapi rooms history).`));
  }
}

export async function tail(context: Context<TailOptions>): Promise<void> {
  const { client, out, options, signal } = context;
  const printer = new Printer(context);
  const ofUser = client.user !== undefined || client.key.startsWith('ck_user_');
  const connection = new Connection(client, signal, {
    lost: (reason) => out.hint(`The connection is lost (${reason}); coming back …`),
    back: () => out.hint('Connected again.'),
  });
  // Before it is connected: nothing that is said first may be missed.
  const live = ofUser || options.room !== undefined ? new Live(connection, printer, options.room) : undefined;
  await openConnection(connection, client.url);
  out.hint(`Connected to ${client.url}. Ctrl-C ends it.`);
  try {
    await Promise.race([
      printer.enough,
      connection.ended,
      ...(live ? [] : [follow(connection, printer, options.events)]),
    ]);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    live?.close();
    connection.close();
  }
}

async function follow(connection: Connection, printer: Printer, eventTypes: string[] | undefined): Promise<void> {
  const feed = new EventFeed(connection, eventTypes, () => printer.gap('client', null, null));
  await feed.start();
  for await (const event of feed.events()) printer.event(event);
}
