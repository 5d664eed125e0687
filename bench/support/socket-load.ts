import { WebSocket } from 'ws';

/**
 * A Socket.IO client reduced to what a load needs (Engine.IO 4, Socket.IO protocol 5, WebSocket transport only), so that
 * hundreds of clients cost little beside the server that is measured.
 */
export class LoadSocket {
  /** Called with the raw text of each event packet, such as `2["message.created",{…}]`. */
  onEvent: ((packet: string) => void) | null = null;
  private readonly acks = new Map<number, (packet: string) => void>();
  private nextAck = 0;

  private constructor(private readonly ws: WebSocket) {}

  /**
   * @param onEvent from the first event on, which may come with the answer to the handshake
   * @throws Error with the server's answer when the connection is refused
   */
  static open(
    port: number,
    path: string,
    auth: object = {},
    onEvent: LoadSocket['onEvent'] = null,
  ): Promise<LoadSocket> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    const socket = new LoadSocket(ws);
    socket.onEvent = onEvent;
    return new Promise((resolve, reject) => {
      ws.on('error', reject);
      ws.on('close', () => reject(new Error('closed during the handshake')));
      ws.on('message', (raw: Buffer) => {
        const text = raw.toString();
        if (text[0] === '0') ws.send(`40${JSON.stringify(auth)}`);
        else if (text === '2') ws.send('3');
        else if (text.startsWith('40')) resolve(socket);
        else if (text.startsWith('44')) {
          reject(new Error(text));
          socket.drop();
        } else if (text.startsWith('42')) socket.onEvent?.(text.slice(1));
        else if (text.startsWith('43')) socket.acknowledge(text.slice(2));
      });
    });
  }

  /** Sends an event and resolves with the raw acknowledgement, such as `[{"ok":true,…}]`. */
  emit(event: string, data: object): Promise<string> {
    const id = this.nextAck++;
    return new Promise((resolve) => {
      this.acks.set(id, resolve);
      this.ws.send(`42${id}${JSON.stringify([event, data])}`);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.ws.removeAllListeners('close');
      this.ws.once('close', () => resolve());
      this.ws.close();
    });
  }

  /** Without a word, as when a network goes. */
  drop(): void {
    this.ws.removeAllListeners('close');
    this.ws.terminate();
  }

  private acknowledge(packet: string): void {
    const bracket = packet.indexOf('[');
    const id = Number(packet.slice(0, bracket));
    this.acks.get(id)?.(packet.slice(bracket));
    this.acks.delete(id);
  }
}

/** Opens many, a few at a time. */
export async function openSockets(
  count: number,
  open: (index: number) => Promise<LoadSocket>,
  atOnce = 32,
): Promise<LoadSocket[]> {
  const sockets: LoadSocket[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(atOnce, count) }, async () => {
      while (next < count) {
        const index = next++;
        sockets[index] = await open(index);
      }
    }),
  );
  return sockets;
}
