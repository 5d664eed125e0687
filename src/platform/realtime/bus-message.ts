import { Packet } from './packet.js';

/** Sockets that listen to one of some channels enter rooms, or leave them. */
export interface Move {
  kind: 'join' | 'leave';
  who: string[];
  rooms: string[];
}

/**
 * What one node tells the others at once, in this order. One text of lines: the sender; then of a packet its channels and
 * on the next line the event, which the other side need not read to hand it on; of a move its JSON.
 */
export type BusMessage = (Packet | Move)[];

const PACKET = 'p ';
const MOVE = 'm ';

export function encodeMessage(sender: string, message: BusMessage): string {
  // JSON has no line breaks, nor have channels spaces.
  const lines = message.map((part) =>
    part instanceof Packet ? `${PACKET}${part.channels.join(' ')}\n${part.text}` : MOVE + JSON.stringify(part),
  );
  return [sender, ...lines].join('\n');
}

/** @returns null for a node's own message. @throws Error for what is no message of this version */
export function decodeMessage(receiver: string, text: string): BusMessage | null {
  if (text.startsWith(`${receiver}\n`)) return null;
  const lines = text.split('\n');
  const message: BusMessage = [];
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.startsWith(PACKET)) message.push(new Packet(line.slice(PACKET.length).split(' '), lines[++at]!));
    else if (line.startsWith(MOVE)) message.push(JSON.parse(line.slice(MOVE.length)) as Move);
    else throw new Error('not a message between nodes');
  }
  return message;
}
