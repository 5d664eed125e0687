/** A text frame that is whole in itself (RFC 6455, 5.2), as servers send it: without a mask. */
const FIN_TEXT = 0x81;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** One event for whoever listens to one of these channels and to none of `except`, encoded once. */
export class Packet {
  private encoded: Buffer | undefined;
  private encodedBare: Buffer | undefined;

  /** @param text the event as Socket.IO encodes it: its type, and what is said */
  constructor(
    readonly channels: readonly string[],
    readonly text: string,
    readonly except: readonly string[] = [],
  ) {}

  /** As a WebSocket carries it: Engine.IO's mark of a message before the text. */
  get frame(): Buffer {
    return (this.encoded ??= textFrame(`4${this.text}`));
  }

  /** As a raw WebSocket carries it: the envelope alone, cut out of Socket.IO's `2["type",envelope]`. A type has no commas. */
  get bareFrame(): Buffer {
    return (this.encodedBare ??= textFrame(this.text.slice(this.text.indexOf(',') + 1, -1)));
  }
}

/** One whole text frame of a server. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = length < LENGTH_16 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = FIN_TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = LENGTH_16;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH_64;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}
