import type { Writable } from 'node:stream';
import * as ws from 'ws';
import { Packet } from './packet.js';

/** What reads frames in every WebSocket of ours, and its types keep to themselves. */
const { Receiver } = ws as unknown as { Receiver: new () => Writable };

describe('a packet as a WebSocket carries it', () => {
  // RFC 6455, 5.2: lengths are written in one byte, three or nine.
  it.each([1, 125, 126, 127, 65_535, 65_536, 100_000])('is read back as it is: %i bytes', async (bytes) => {
    const text = 'x'.repeat(bytes - 1);
    const receiver = new Receiver();
    const read = new Promise<string>((resolve) => receiver.on('message', (data: Buffer) => resolve(data.toString())));
    receiver.write(new Packet([], text).frame);
    expect(await read).toBe(`4${text}`);
  });

  it('counts bytes, not characters', () => {
    const { frame } = new Packet([], 'é漢😀');
    expect([frame[0], frame[1], frame.toString('utf8', 2)]).toEqual([0x81, 10, '4é漢😀']);
  });

  it('is the envelope alone on a raw WebSocket, cut out of the same text', () => {
    const envelope = { type: 'message.created', data: { content: 'a, "b" é漢😀 [,]', nested: [1, [2]] } };
    const text = `2${JSON.stringify([envelope.type, envelope])}`;
    const { bareFrame } = new Packet([], text);
    expect(JSON.parse(bareFrame.toString('utf8', 2))).toEqual(envelope);
    expect(bareFrame[1]).toBe(bareFrame.length - 2);
  });
});
