import { randomBytes } from 'node:crypto';
import { environment } from '../platform/config/environment.js';
import { signedHeaders } from '../engine/providers/webhook/signature.js';
import type { Envelope } from '../platform/realtime/envelope.js';
import { whyOf } from './api.js';
import { Connection, openConnection } from './connection.js';
import type { Context } from './context.js';
import { Interrupted, Usage } from './exit.js';
import { EventFeed, type FedEvent } from './feed.js';
import { clean, clockTime } from './format.js';
import { Lanes } from './lanes.js';
import { profilesFile, readProfiles, writeProfiles } from './profiles.js';

export interface ListenOptions {
  forwardTo: string;
  events?: string[];
  secret?: string;
  timeout: number;
  count?: number;
}

/** What the local server answered. */
export interface Answer {
  status: number | null;
  ms: number;
  error?: string;
}

export async function listen(context: Context<ListenOptions>): Promise<void> {
  const { client, out, options, signal } = context;
  const target = targetOf(options.forwardTo);
  const secret = options.secret ?? keptSecret(client.url);
  if (!/^whsec_[A-Za-z0-9+/]+=*$/.test(secret)) throw new Usage('--secret begins with whsec_ and goes on in base64.');
  const connection = new Connection(client.as(undefined), signal, {
    lost: (reason) => out.hint(`The connection is lost (${reason}); nothing is: coming back …`),
    back: () => out.hint('Connected again.'),
  });
  await openConnection(connection, client.url);
  try {
    const feed = new EventFeed(connection, options.events, () => out.hint('Some events cannot be told any more.'));
    await feed.start();
    if (out.json) out.document({ type: 'listen.ready', url: client.url, forward_to: target, secret }, true);
    else {
      out.line(`Events of ${client.url} go to ${target}.`);
      out.line(`The signing secret is ${out.colours.bold(secret)}`);
      out.line(
        `\n${out.colours.bold(`${'TIME'.padEnd(8)}  ${'ANSWER'.padEnd(6)}  ${'MS'.padStart(5)}  ${'EVENT'.padEnd(24)}  ID`)}`,
      );
    }
    await Promise.race([forward(context, feed, target, secret), connection.ended]);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
  } finally {
    connection.close();
  }
}

async function forward(
  { out, options, signal }: Context<ListenOptions>,
  feed: EventFeed,
  target: string,
  secret: string,
): Promise<void> {
  const lanes = new Lanes<FedEvent>(laneOf, async (event) => {
    const answer = await post(target, event, secret, options.timeout * 1_000, signal);
    if (signal.aborted) return;
    if (out.json) out.document({ type: 'listen.answer', event_id: event.id, event_type: event.type, ...answer }, true);
    else out.line(lineOf(event, answer, out.colours));
  });
  let taken = 0;
  for await (const event of feed.events()) {
    await lanes.add(event);
    if (++taken === options.count) break;
  }
  await lanes.idle();
}

/** Those of a room come one after the other, as do those of a user and of the client; the others don't wait for them. */
const laneOf = ({ room_id, stream }: FedEvent): string => (room_id == null ? stream : `room:${room_id}`);

/** As the product's own requests: the envelope as JSON, the event's id, Standard Webhooks, redirects not followed. */
export async function post(
  url: string,
  event: Envelope<unknown>,
  secret: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const body = JSON.stringify(event);
  const startedAt = performance.now();
  const ms = (): number => Math.round(performance.now() - startedAt);
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: signedHeaders([secret], event.id, body),
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, late]),
    });
    await answer.arrayBuffer();
    return { status: answer.status, ms: ms() };
  } catch (error) {
    return { status: null, ms: ms(), error: late.aborted ? `no answer in ${timeoutMs / 1_000} s` : whyOf(error) };
  }
}

function lineOf(
  { id, type }: Envelope<unknown>,
  { status, ms, error }: Answer,
  colours: Context['out']['colours'],
): string {
  const isGood = status !== null && status >= 200 && status < 300;
  const shown = (isGood ? colours.green : colours.red)(String(status ?? '✗').padEnd(6));
  const why = error === undefined ? '' : `  ${colours.red(clean(error))}`;
  return `${colours.dim(clockTime(new Date()))}  ${shown}  ${String(ms).padStart(5)}  ${type.padEnd(24)}  ${colours.dim(id)}${why}`;
}

function targetOf(text: string): string {
  try {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol)) return url.href;
  } catch {
    // Falls through.
  }
  throw new Usage(`--forward-to: ${JSON.stringify(text)} is no URL of http or https.`);
}

/** The same at each start, so that it can stand in the settings of the server that is tried out. */
function keptSecret(url: string): string {
  const file = profilesFile(environment());
  const kept = readProfiles(file);
  const known = kept.listen_secrets?.[url];
  if (known !== undefined) return known;
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  writeProfiles(file, { ...kept, listen_secrets: { ...kept.listen_secrets, [url]: secret } });
  return secret;
}
