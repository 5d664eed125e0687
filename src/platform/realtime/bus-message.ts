import { Packet } from './packet.js';

/** Sockets that listen to one of some channels enter rooms, or leave them. */
export interface Move {
  kind: 'join' | 'leave';
  who: string[];
  rooms: string[];
}

/** Something small for the nodes that listen to a channel, not for their sockets. Nobody finds out that it was lost. */
export interface News {
  kind: 'news';
  channel: string;
  /** What it is about, such as `typing`. */
  subject: string;
  body: unknown;
}

/**
 * What one node tells others at once, in this order. One text of lines: who tells it; then of a packet its channels, those that are
 * excepted with a mark, and on the next line the event, which the other side need not read to hand it on; of the others their JSON.
 */
export type BusMessage = (Packet | Move | News)[];

/** Who tells a message. */
export interface Header {
  sender: string;
  /** What goes by several topics has a number of the sender's, so that who hears several takes it once. */
  number: string | undefined;
}

const PACKET = 'p ';
const OTHER = 'm ';
const EXCEPTED = '!';

export function encodeMessage(sender: string, message: BusMessage, number?: number): string {
  // JSON has no line breaks, nor have channels spaces.
  const lines = message.map((part) =>
    part instanceof Packet ? `${PACKET}${channelsOf(part).join(' ')}\n${part.text}` : OTHER + JSON.stringify(part),
  );
  return [number === undefined ? sender : `${sender} ${number}`, ...lines].join('\n');
}

/** Read before the rest, which may not be wanted. */
export function busHeaderOf(text: string): Header {
  const end = text.indexOf('\n');
  const [sender = '', number] = text.slice(0, end < 0 ? text.length : end).split(' ', 2);
  return { sender, number };
}

/** @throws Error for what is no message of this version */
export function decodeMessage(text: string): BusMessage {
  const lines = text.split('\n');
  const message: BusMessage = [];
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.startsWith(PACKET)) message.push(packetOf(line.slice(PACKET.length).split(' '), lines[++at]!));
    else if (line.startsWith(OTHER)) message.push(JSON.parse(line.slice(OTHER.length)) as Move | News);
    else throw new Error('not a message between nodes');
  }
  return message;
}

const channelsOf = ({ channels, except }: Packet): string[] => [
  ...channels,
  ...except.map((channel) => EXCEPTED + channel),
];

function packetOf(named: string[], text: string): Packet {
  const excepted = named.filter((channel) => channel.startsWith(EXCEPTED));
  if (excepted.length === 0) return new Packet(named, text);
  const channels = named.filter((channel) => !channel.startsWith(EXCEPTED));
  return new Packet(
    channels,
    text,
    excepted.map((channel) => channel.slice(EXCEPTED.length)),
  );
}
