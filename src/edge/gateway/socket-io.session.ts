import type { Socket } from 'socket.io';
import type { Ending } from '../../platform/realtime/connection.js';
import { Session, type AdmittedKey } from './session.js';

/** What a packet costs beyond its data. */
const PACKET_BYTES = 200;

/** Fields of Engine.IO and ws that their types keep to themselves. */
interface EngineSocket {
  writeBuffer: { data?: string | Buffer }[];
  transport: { socket?: { bufferedAmount: number; terminate(): void } };
}

/** A session over Socket.IO: the socket's `data`. */
export class SocketIoSession extends Session {
  // Private to the engine, too: nothing that prints a session shall find the request that it came with.
  readonly #socket: Socket;

  constructor(socket: Socket, admission: AdmittedKey) {
    super(admission);
    this.#socket = socket;
  }

  get id(): string {
    return this.#socket.id;
  }

  get isOpen(): boolean {
    return this.#socket.connected;
  }

  get address(): string {
    return this.#socket.handshake.address;
  }

  get origin(): string | undefined {
    return this.#socket.handshake.headers.origin;
  }

  get host(): string | undefined {
    return this.#socket.handshake.headers.host;
  }

  get channels(): Iterable<string> {
    return this.#socket.rooms;
  }

  send(event: string, body: object): void {
    this.#socket.emit(event, body);
    this.dialect?.told(this, event, body);
  }

  backlog(): number {
    const { writeBuffer, transport } = this.#socket.conn as unknown as EngineSocket;
    let bytes = transport.socket?.bufferedAmount ?? 0;
    for (const { data } of writeBuffer) bytes += PACKET_BYTES + (data?.length ?? 0);
    return bytes;
  }

  join(wanted: string[]): void {
    void this.#socket.join(wanted);
  }

  leave(channel: string): void {
    void this.#socket.leave(channel);
  }

  listensTo(channel: string): boolean {
    return this.#socket.rooms.has(channel);
  }

  close(ending: Ending): void {
    const { conn } = this.#socket;
    switch (ending) {
      case 'over':
      case 'barred':
        this.#socket.disconnect(true);
        return;
      case 'lost':
        // No disconnect packet: that would tell the client not to come back.
        conn.close();
        return;
      case 'cut':
        conn.close(true);
        (conn as unknown as EngineSocket).transport.socket?.terminate();
    }
  }
}

export const sessionOfSocket = (socket: Socket): SocketIoSession => socket.data as SocketIoSession;
