import { io, type Socket } from 'socket.io-client';
import type { ProblemDocument } from '../platform/common/problem.js';
import type { Api } from './api.js';
import { Refused, whyOf } from './api.js';
import { Interrupted, Unreachable } from './exit.js';

/** How long an ack may take beyond what was asked for. */
const ACK_MS = 15_000;
const FIRST_MS = 20_000;
const AGAIN_MS = [200, 5_000] as const;

interface Ack<T> {
  ok: boolean;
  data: T;
  error: ProblemDocument;
}

/** A socket that comes back by itself, until it is closed or the key is refused. */
export class Connection {
  readonly socket: Socket;
  /** Rejects when there is no use in going on. */
  readonly ended: Promise<never>;
  /** There is no use in going on: {@link ended} says why. */
  fail: (error: unknown) => void = () => undefined;
  private wasConnected = false;

  constructor(
    private readonly api: Api,
    private readonly signal: AbortSignal,
    /** Is told of breaks and returns. */
    private readonly heard: { lost?(reason: string): void; back?(): void } = {},
  ) {
    this.ended = new Promise<never>((_, reject) => (this.fail = reject));
    this.ended.catch(() => undefined);
    this.socket = io(api.url, {
      path: '/sockets',
      transports: ['websocket'],
      auth: { api_key: api.key, ...(api.user !== undefined && { user_id: api.user }) },
      reconnectionDelay: AGAIN_MS[0],
      reconnectionDelayMax: AGAIN_MS[1],
      forceNew: true,
      autoConnect: false,
    });
    this.socket.on('connect', () => {
      if (this.wasConnected) this.heard.back?.();
      this.wasConnected = true;
    });
    this.socket.on('disconnect', (reason) => this.lost(reason));
    this.socket.on('connect_error', (error) => this.refused(error));
    signal.addEventListener('abort', () => this.fail(new Interrupted()), { once: true });
  }

  /** Connects for the first time. @throws Unreachable, Refused */
  async open(): Promise<void> {
    const connected = new Promise<void>((resolve) => this.socket.once('connect', resolve));
    this.socket.connect();
    await Promise.race([connected, this.ended]);
  }

  close(): void {
    this.socket.disconnect();
  }

  /** Sends an event; while the connection is lost it waits for the next one, and asks again there. */
  async ask<T>(event: string, data: object, waitS = 0): Promise<T> {
    for (;;) {
      await this.connected();
      const asked = this.socket.timeout(waitS * 1_000 + ACK_MS).emitWithAck(event, data) as Promise<Ack<T>>;
      const ack = await Promise.race([asked.catch(() => null), this.ended]);
      if (ack?.ok) return ack.data;
      if (ack && !ack.error.retryable) throw new Refused(ack.error, event);
      await this.pause(ack?.error.retry_after_s ?? 0);
    }
  }

  private async connected(): Promise<void> {
    if (this.socket.connected) return;
    await Promise.race([new Promise<void>((resolve) => this.socket.once('connect', resolve)), this.ended]);
  }

  private pause(seconds: number): Promise<void> {
    const ms = Math.max(AGAIN_MS[0], seconds * 1_000);
    return Promise.race([new Promise<void>((resolve) => setTimeout(resolve, ms)), this.ended]);
  }

  private lost(reason: string): void {
    if (reason === 'io client disconnect') return;
    this.heard.lost?.(reason);
    // The server's own goodbye: socket.io leaves the return to us.
    if (reason === 'io server disconnect') this.again();
  }

  /** Refused by the server (then `data` is the problem), or nobody there. */
  private refused(error: Error & { data?: ProblemDocument; description?: { message?: string } }): void {
    if (error.data?.code) {
      if (error.data.retryable) this.again();
      else this.fail(new Refused(error.data, 'The connection'));
    } else if (!this.wasConnected) {
      this.fail(new Unreachable(`${this.api.url} cannot be reached: ${error.description?.message || whyOf(error)}.`));
    }
  }

  private again(): void {
    const timer = setTimeout(() => this.socket.connect(), AGAIN_MS[0] + Math.random() * AGAIN_MS[0]);
    this.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}

/** @throws Unreachable when the first connection takes too long */
export async function openConnection(connection: Connection, url: string): Promise<Connection> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unreachable(`${url} did not answer in ${FIRST_MS / 1_000} s.`)), FIRST_MS);
  });
  try {
    await Promise.race([connection.open(), late]);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
