import type { Envelope } from '../platform/realtime/envelope.js';
import { clean, clockTime, shorten } from './format.js';
import { messageLine, type ShownMessage } from './message-line.js';
import type { Colours } from './output.js';

type Shown = Pick<Envelope<Record<string, unknown>>, 'type' | 'stream' | 'occurred_at' | 'actor' | 'data'>;

const SUMMARY = 100;

/** `12:00:01  message.created  room:0199…  #17  alice  Hello!` */
export function eventLine(event: Shown, colours: Colours): string {
  const { type, stream, occurred_at } = event;
  const head = `${colours.dim(clockTime(occurred_at))}  ${colourOf(type, colours)(type.padEnd(20))}  ${colours.dim(clean(stream))}`;
  return `${head}  ${summaryOf(event, colours)}`;
}

function colourOf(type: string, { green, red, yellow, magenta, blue, cyan }: Colours): (text: string) => string {
  if (/failed|exhausted|disabled|degraded|deleted|removed/.test(type)) return red;
  if (/delivered|completed|\.sent$/.test(type)) return green;
  if (type.startsWith('message.')) return cyan;
  if (/^(room|member|invite|join_request)\./.test(type)) return blue;
  if (/^(reaction|thread|receipt|typing|presence|unread)\./.test(type)) return magenta;
  return yellow;
}

function summaryOf({ type, actor, data }: Shown, colours: Colours): string {
  if (/^message\.(created|updated|deleted)$/.test(type)) {
    const { created_at: _at, ...message } = data as unknown as ShownMessage;
    return messageLine(message as ShownMessage, colours);
  }
  const told = ['user_id', 'key', 'channel', 'status', 'reason', 'title', 'name', 'user_ids']
    .filter((field) => data[field] !== undefined && data[field] !== null)
    .map((field) => `${field}=${typeof data[field] === 'object' ? JSON.stringify(data[field]) : String(data[field])}`);
  const who = actor.id === null ? [] : [`by ${actor.id}`];
  return clean(shorten([...told, ...who].join(' '), SUMMARY));
}
