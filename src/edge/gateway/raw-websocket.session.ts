import { WebSocket } from 'ws';
import { newId } from '../../platform/common/ids.js';
import type { Connection, Ending } from '../../platform/realtime/connection.js';
import type { FrameTaker, Listeners } from '../../platform/realtime/listeners.js';
import { CLOSE, closeOfEnding, WS_TOO_LARGE } from './raw-websocket.codes.js';
import { ackFrame, bareFrame, type FrameId } from './raw-websocket.frames.js';
import { Session, type AdmittedKey } from './session.js';

/** Where a connection comes from. */
export type Peer = Pick<Connection, 'address' | 'origin' | 'host'>;

/** Where raw sessions live. */
export interface RawHome {
  listeners: Listeners;
  /** Called once, when it hears nothing any more; its WebSocket may still be closing. */
  ended(session: RawSession): void;
}

/** What Engine.IO uses of ws too, and its types keep to themselves. */
interface FrameSender {
  _sender: { sendFrame(frames: Buffer[]): void };
}

/** A WebSocket of this transport, which knows what it carries: so that one listener serves all of them. */
export class RawSocket extends WebSocket {
  session: RawSession | undefined;

  /** ws has its own code for what is too large, which clients could not tell from a proxy's. */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === WS_TOO_LARGE) super.close(CLOSE.tooLarge, 'The frame is larger than a body may be.');
    else super.close(code, reason);
  }
}

/** A session over a raw WebSocket. */
export class RawSession extends Session implements FrameTaker {
  readonly id = newId();
  /** For the heartbeat, by the monotonic clock: when it was last pinged, and whether it was heard since. */
  pingedAt = performance.now();
  heard = true;
  // Private to the engine, too: nothing that prints a session shall find the request that it came with.
  readonly #socket: RawSocket;
  readonly #home: RawHome;
  readonly #peer: Peer;
  #ended = false;

  constructor(socket: RawSocket, peer: Peer, home: RawHome, admission: AdmittedKey) {
    super(admission);
    this.#socket = socket;
    this.#peer = peer;
    this.#home = home;
    socket.session = this;
    home.listeners.add(this.id, this);
  }

  get isOpen(): boolean {
    return !this.#ended && this.#socket.readyState === WebSocket.OPEN;
  }

  get address(): string {
    return this.#peer.address;
  }

  get origin(): string | undefined {
    return this.#peer.origin;
  }

  get host(): string | undefined {
    return this.#peer.host;
  }

  get channels(): Iterable<string> {
    return this.#home.listeners.of(this.id) ?? [];
  }

  send(event: string, body: object): void {
    if (this.isOpen) this.#socket.send(bareFrame(event, body));
    this.dialect?.told(this, event, body);
  }

  /** @param id null: of a frame in which none could be found */
  answer(id: FrameId | null, answer: object): void {
    if (this.isOpen) this.#socket.send(ackFrame(id, answer));
  }

  takeFrames(frames: Buffer): void {
    if (this.isOpen) (this.#socket as unknown as FrameSender)._sender.sendFrame([frames]);
  }

  ping(): void {
    if (this.isOpen) this.#socket.ping();
  }

  backlog(): number {
    return this.#socket.bufferedAmount;
  }

  join(wanted: string[]): void {
    if (this.isOpen) this.#home.listeners.join(this.id, wanted);
  }

  leave(channel: string): void {
    this.#home.listeners.leave(this.id, channel);
  }

  listensTo(channel: string): boolean {
    return this.#home.listeners.of(this.id)?.has(channel) ?? false;
  }

  /**
   * What waits still leaves before the code does, which is all that tells the client why; whoever does not take it in
   * time is cut off by ws. It hears nothing more at once.
   */
  close(ending: Ending): void {
    this.#socket.close(...closeOfEnding(ending));
    this.end();
  }

  /** Nobody is there any more. */
  cut(): void {
    this.#socket.terminate();
    this.end();
  }

  /** However it came to it. Any number of times. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#home.listeners.remove(this.id);
    this.#home.ended(this);
  }
}
