import { io, type Socket } from 'socket.io-client';
import type { ProblemDocument } from '../../src/platform/common/problem.js';
import type { SessionReadyDto } from '../../src/edge/gateway/session.dto.js';
import type { Envelope } from '../../src/platform/realtime/envelope.js';
import type { Api } from './app.js';
import { until } from './until.js';

export type Ack<T = any> = { ok: true; data: T } | { ok: false; error: ProblemDocument };

export interface ConnectOptions {
  user_id?: string;
  display_name?: string;
  /** Sent as the handshake's headers, such as Origin. */
  headers?: Record<string, string>;
  transports?: ('websocket' | 'polling')[];
  /** Comes back by itself when the connection is lost. */
  reconnects?: boolean;
  /** Milliseconds that {@link connect} waits; 60,000 unless told: against hangs only. */
  patience?: number;
}

interface Received {
  name: string;
  body: any;
}

const open = new Set<Socket>();

/** Closes what the tests of a file left open: call it in `afterEach`. */
export function closeSockets(): void {
  for (const socket of open) socket.disconnect();
  open.clear();
}

/** What tests that hold for every transport ask of a connection. */
export interface TestConnection {
  readonly received: { name: string; body: any }[];
  /** Why it ended, where it did. */
  readonly disconnects: string[];
  ask<T = any>(event: string, data?: unknown): Promise<Ack<T>>;
  get<T = any>(event: string, data?: unknown): Promise<T>;
  /** Sends an event and asks for no ack. */
  tell(event: string, data?: unknown): void;
  bodies(name: string): any[];
  waitFor<T = Envelope<any>>(name: string, matches?: (body: any) => boolean): Promise<T>;
  waitForReady(): Promise<SessionReadyDto>;
  waitForEnd(): Promise<string>;
  leave(): void;
}

/** A Socket.IO client that remembers what it receives. */
export class TestSocket implements TestConnection {
  readonly received: Received[] = [];
  /** Why it was disconnected, in order. */
  readonly disconnects: string[] = [];

  constructor(readonly socket: Socket) {
    open.add(socket);
    socket.onAny((name: string, body: unknown) => this.received.push({ name, body }));
    socket.on('disconnect', (reason) => this.disconnects.push(reason));
  }

  /** For good: nothing comes any more. */
  get hasEnded(): boolean {
    const { active, io: manager } = this.socket;
    return !active || (this.disconnects.length > 0 && !manager.reconnection());
  }

  /** Sends an event and waits for its ack. */
  ask<T = any>(event: string, ...args: unknown[]): Promise<Ack<T>> {
    return this.socket.timeout(30_000).emitWithAck(event, ...args) as Promise<Ack<T>>;
  }

  /** The same; fails unless it is ok. */
  async get<T = any>(event: string, ...args: unknown[]): Promise<T> {
    const ack = await this.ask<T>(event, ...args);
    if (!ack.ok) throw new Error(`${event}: ${JSON.stringify(ack.error)}`);
    return ack.data;
  }

  tell(event: string, ...args: unknown[]): void {
    this.socket.emit(event, ...args);
  }

  leave(): void {
    this.socket.disconnect();
  }

  bodies(name: string): any[] {
    return this.received.filter((event) => event.name === name).map(({ body }) => body);
  }

  /** Waits for the first event of that name which matches. */
  waitFor<T = Envelope<any>>(name: string, matches: (body: any) => boolean = () => true): Promise<T> {
    return until(`${name} on the socket`, () => this.bodies(name).find(matches) as T);
  }

  waitForReady(): Promise<SessionReadyDto> {
    return this.waitFor('session.ready');
  }

  /** Waits for the end of the connection. @returns its reason */
  waitForEnd(): Promise<string> {
    return until('the disconnect', () => this.disconnects[0]) as Promise<string>;
  }
}

/**
 * Connects and waits until the server has said where everything stands; what is not told in time is let go.
 * @throws Error whose cause is the problem that the handshake was refused with, where it was
 */
export async function connect(app: Api, api_key: string, options: ConnectOptions = {}): Promise<TestSocket> {
  const socket = dial(app, { api_key }, options);
  let refused: Error | undefined;
  socket.socket.once('connect_error', (error: Error & { data?: ProblemDocument }) => {
    refused = new Error(`refused: ${JSON.stringify(error.data ?? error.message)}`, { cause: error.data });
  });
  // Nobody waits for one that is over: jest would not end before that wait does.
  const begun = (): boolean => {
    const [ready] = socket.bodies('session.ready');
    if (refused) throw refused;
    if (!ready && socket.hasEnded) throw new Error(`ended: ${socket.disconnects[0] ?? 'left before it began'}`);
    return ready !== undefined;
  };
  const { patience = 60_000 } = options;
  try {
    await until('session.ready on the socket', begun, { timeout: patience });
    return socket;
  } catch (error) {
    socket.leave();
    throw error;
  }
}

/** @returns the problem that a handshake is refused with */
export async function refusal(app: Api, auth: unknown, options: ConnectOptions = {}): Promise<ProblemDocument> {
  const { socket } = dial(app, auth, options);
  return new Promise((resolve, reject) => {
    socket.once('connect', () => reject(new Error('connected')));
    socket.once('connect_error', (error: Error & { data?: ProblemDocument }) =>
      error.data ? resolve(error.data) : reject(error),
    );
  });
}

function dial(app: Api, auth: unknown, options: ConnectOptions): TestSocket {
  const { user_id, display_name, headers, transports = ['websocket'], reconnects = false } = options;
  return new TestSocket(
    io(app.url, {
      path: '/sockets',
      forceNew: true,
      transports,
      reconnection: reconnects,
      reconnectionDelay: 50,
      ...(headers && { extraHeaders: headers }),
      auth: {
        ...(auth as object),
        ...(user_id !== undefined && { user_id }),
        ...(display_name !== undefined && { display_name }),
      },
    }),
  );
}
