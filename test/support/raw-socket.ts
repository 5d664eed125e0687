import { WebSocket } from 'ws';
import type { Envelope } from '../../src/platform/realtime/envelope.js';
import type { SessionReadyDto } from '../../src/edge/gateway/session.dto.js';
import type { Api } from './app.js';
import type { Ack, TestConnection } from './socket.js';
import { until } from './until.js';

const open = new Set<WebSocket>();

/** Closes what the tests of a file left open: call it in `afterEach`. */
export function closeRawSockets(): void {
  for (const socket of open) socket.terminate();
  open.clear();
}

export interface RawOptions {
  user_id?: string;
  display_name?: string;
  headers?: Record<string, string>;
  path?: string;
}

/** A raw WebSocket client that remembers what it receives. */
export class RawTestSocket implements TestConnection {
  readonly received: { name: string; body: any }[] = [];
  /** Every frame that came, parsed. */
  readonly frames: any[] = [];
  /** How it was closed. */
  closed: { code: number; reason: string } | undefined;
  /** The status of an upgrade that was refused. */
  refusedWith: number | undefined;
  private readonly acks = new Map<unknown, (ack: any) => void>();
  private lastId = 0;

  constructor(readonly socket: WebSocket) {
    open.add(socket);
    socket.on('message', (data) => this.take(JSON.parse(String(data))));
    socket.on('close', (code, reason) => (this.closed = { code, reason: String(reason) }));
    socket.on('unexpected-response', (_request, { statusCode }) => (this.refusedWith = statusCode));
    socket.on('error', () => undefined);
  }

  /** Codes of its end, as text. */
  get disconnects(): string[] {
    return this.closed ? [String(this.closed.code)] : [];
  }

  /** Resolves when frames can be sent. */
  async opened(): Promise<this> {
    await until('the WebSocket', () => this.socket.readyState === WebSocket.OPEN);
    return this;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  tell(type: string, data?: unknown): void {
    this.send({ type, data });
  }

  async ask<T = any>(type: string, data?: unknown): Promise<Ack<T>> {
    const id = `f${++this.lastId}`;
    let answer: (Ack<T> & { type: string; id: unknown }) | undefined;
    this.acks.set(id, (ack) => (answer = ack));
    this.send({ type, id, data });
    const { type: _, id: __, ...ack } = await until(`the ack of ${type}`, () => answer);
    return ack as Ack<T>;
  }

  async get<T = any>(type: string, data?: unknown): Promise<T> {
    const ack = await this.ask<T>(type, data);
    if (!ack.ok) throw new Error(`${type}: ${JSON.stringify(ack.error)}`);
    return ack.data;
  }

  bodies(name: string): any[] {
    return this.received.filter((event) => event.name === name).map(({ body }) => body);
  }

  waitFor<T = Envelope<any>>(name: string, matches: (body: any) => boolean = () => true): Promise<T> {
    return until(`${name} on the WebSocket`, () => this.bodies(name).find(matches) as T);
  }

  waitForReady(): Promise<SessionReadyDto> {
    return this.waitFor('session.ready');
  }

  async waitForEnd(): Promise<string> {
    const { code } = await until('the close', () => this.closed);
    return String(code);
  }

  leave(): void {
    this.socket.close();
  }

  private take(frame: any): void {
    this.frames.push(frame);
    if (frame.type === 'ack') this.acks.get(frame.id)?.(frame);
    // As Socket.IO gives it: bare bodies of the connection's own, envelopes of the rest.
    else this.received.push({ name: frame.type, body: frame.type.startsWith('session.') ? frame.data : frame });
  }
}

/** A connection that has not shown a key yet. */
export const dialRaw = ({ url }: Api, { headers = {}, path = '/api/v1/websocket/open' }: RawOptions = {}) =>
  new RawTestSocket(new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers }));

/** Connects, authenticates and waits until the server has said where everything stands. */
export async function connectRaw(app: Api, api_key: string, options: RawOptions = {}): Promise<RawTestSocket> {
  const { user_id, display_name } = options;
  const socket = await dialRaw(app, options).opened();
  await socket.get('auth', {
    api_key,
    ...(user_id !== undefined && { user_id }),
    ...(display_name !== undefined && { display_name }),
  });
  await socket.waitForReady();
  return socket;
}
