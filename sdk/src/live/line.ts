import { io, type Socket } from 'socket.io-client';
import { ChatError, isProblem } from '../errors.js';
import type { KeySource } from '../key.js';
import { guarded, Value } from './store.js';
import { transient } from './transient.js';
import type { Connection, ConnectionStatus, Envelope, Told } from './types.js';

export interface SessionReady {
  user_id: string | null;
  user: { epoch: string; rev: number } | null;
}

export interface LineEvents {
  /** A session has begun. */
  ready(session: SessionReady): void;
  hear(event: Envelope): void;
}

export interface LineOptions {
  url: string;
  keys: KeySource;
  /** How long an answer may take before the line is looked at. */
  timeoutMs: number;
  /** The first wait before coming back; doubled each time up to 30 s. */
  backoffMs: number;
}

const LONGEST_WAIT_MS = 30_000;
const PROBE_MS = 3_000;
const REFRESH_RETRY_MS = 5_000;
/** So long before a key's end the server says that it comes. */
const EXPIRING_MS = 60_000;
/** The clock on the wall may be set while one waits. */
const now = (): number => performance.now();

/**
 * The connection: it comes back by itself until it is stopped or refused for good, with growing waits and as the server
 * asks, and gets another key where its own is refused or about to expire.
 */
export class Line {
  readonly state = new Value<Connection>({ status: 'idle', since: Date.now(), catching_up: false });
  private socket: Socket | undefined;
  private key = '';
  private timer: ReturnType<typeof setTimeout> | undefined;
  private tries = 0;
  private notBefore = 0;
  private isReady = false;
  private wanted = false;
  private probing = false;
  private unwatch = () => {};

  constructor(
    private readonly options: LineOptions,
    private readonly events: LineEvents,
  ) {}

  get isOnline(): boolean {
    return this.isReady;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.tries = 0;
    this.unwatch = watchDevice(() => this.look());
    void this.dial();
  }

  stop(status: ConnectionStatus = 'idle', error?: ChatError): void {
    this.wanted = false;
    this.unwatch();
    this.drop();
    this.is(status, error);
  }

  /**
   * Sends an event and waits for its acknowledgement.
   * @throws ChatError the server's, or `unreachable` and `timed_out`
   */
  async ask<T = Told>(event: string, data: object, timeoutMs = this.options.timeoutMs): Promise<T> {
    const { socket } = this;
    if (!socket || !this.isReady) throw transient('unreachable', 'There is no connection now');
    let answer: Told;
    try {
      answer = await socket.timeout(timeoutMs).emitWithAck(event, data);
    } catch (cause) {
      const lost = !socket.connected;
      // A path that vanished ends no connection: whether this one still stands is to be found out.
      if (!lost && event !== 'ping') void this.probe();
      throw transient(lost ? 'unreachable' : 'timed_out', `${event} was not answered`, cause);
    }
    if (answer?.ok) return answer.data;
    throw isProblem(answer?.error)
      ? ChatError.of(answer.error)
      : new ChatError('bad_answer', `${event} was not acknowledged`);
  }

  /** Sends an event, and asks for no answer. */
  tell(event: string, data: object): void {
    if (this.isReady) this.socket?.emit(event, data);
  }

  catchingUp(catching_up: boolean): void {
    const state = this.state.get();
    if (state.catching_up !== catching_up) this.state.set({ ...state, catching_up });
  }

  /** Begins anew at once: who was away looks again, and a line that does not answer is let go. */
  look(): void {
    if (!this.wanted) return;
    if (this.isReady) return void this.probe();
    if (!this.timer) return;
    this.tries = 0;
    void this.dial();
  }

  private async probe(): Promise<void> {
    const { socket } = this;
    if (this.probing) return;
    this.probing = true;
    try {
      await this.ask('ping', {}, Math.min(PROBE_MS, this.options.timeoutMs));
    } catch (error) {
      if (socket === this.socket && this.isReady) this.lost(error as ChatError, 0);
    } finally {
      this.probing = false;
    }
  }

  private async dial(): Promise<void> {
    this.drop();
    this.is(this.tries > 0 ? 'offline' : 'connecting', this.state.get().error);
    const { url, keys } = this.options;
    // A socket of its own for each try: what a lost one has still to say is heard by nobody.
    const socket = io(url, {
      path: '/sockets',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    this.socket = socket;
    const here =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (this.socket === socket && this.wanted) run(...args);
      };
    socket.on(
      'session.ready',
      here((session: SessionReady) => {
        this.isReady = true;
        this.tries = 0;
        clearTimeout(this.timer);
        this.timer = undefined;
        this.is('online');
        this.events.ready(session);
      }),
    );
    socket.on(
      'session.expiring',
      here(() => void this.refresh(socket)),
    );
    socket.on(
      'session.draining',
      here(({ reconnect_after_ms }: { reconnect_after_ms: number }) => {
        this.notBefore = now() + reconnect_after_ms;
        this.timer = setTimeout(
          here(() => this.lost(undefined, 0)),
          reconnect_after_ms,
        );
      }),
    );
    socket.on(
      'disconnect',
      here((reason: string) => {
        // The server let go of us: the next handshake says why.
        this.lost(transient('unreachable', `The connection ended: ${reason}`), 0);
      }),
    );
    socket.on(
      'connect_error',
      here((error: Error & { data?: unknown }) => void this.refused(error)),
    );
    socket.onAny(
      here((_: string, event: Envelope) => {
        if (typeof event?.stream === 'string') guarded(() => this.events.hear(event));
      }),
    );
    try {
      this.key = await keys.get();
    } catch (cause) {
      return here(() => this.lost(unknownKey(cause)))();
    }
    here(() => {
      socket.auth = { api_key: this.key };
      socket.connect();
      this.timer = setTimeout(
        here(() => this.lost(transient('timed_out', 'No session began in time'))),
        this.options.timeoutMs * 2,
      );
    })();
  }

  private async refused(refusal: Error & { data?: unknown }): Promise<void> {
    const { socket } = this;
    if (!isProblem(refusal.data)) {
      return this.lost(transient('unreachable', `${this.options.url}: ${refusal.message}`, refusal));
    }
    const problem = ChatError.of(refusal.data);
    if (problem.code === 'invalid_key' || problem.code === 'unauthenticated') {
      const other = await this.options.keys.renew(this.key).catch(unknownKey);
      if (socket !== this.socket || !this.wanted) return;
      if (other === undefined) return this.stop('closed', problem);
      // A fresh key is tried at once; one that is refused again waits.
      return this.lost(problem, typeof other === 'string' && this.tries === 0 ? 0 : undefined);
    }
    if (!problem.retryable) return this.stop('closed', problem);
    this.lost(problem, problem.retry_after_s === undefined ? undefined : problem.retry_after_s * 1000);
  }

  /** Comes back later: at the earliest when the server said so. */
  private lost(error?: ChatError, afterMs?: number): void {
    this.drop();
    const backoff = Math.min(LONGEST_WAIT_MS, this.options.backoffMs * 2 ** this.tries) * (0.5 + Math.random() / 2);
    // The first time at once, or nearly: many may have been cut off at the same moment.
    const wait =
      afterMs === 0 && this.tries === 0
        ? Math.random() * this.options.backoffMs * 0.4
        : Math.max(afterMs ?? 0, backoff);
    this.tries++;
    this.is('offline', error ?? this.state.get().error);
    this.timer = setTimeout(() => void this.dial(), Math.max(wait, this.notBefore - now()));
  }

  private drop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isReady = false;
    const { socket } = this;
    this.socket = undefined;
    socket?.disconnect();
  }

  /** Goes on with a fresh key, asked for again until the old one's end. */
  private async refresh(socket: Socket): Promise<void> {
    const end = now() + EXPIRING_MS;
    while (this.socket === socket && now() < end) {
      try {
        const api_key = await this.options.keys.renew(this.key, false);
        // A text is all there is: the server ends the session with the key.
        if (api_key === undefined || this.socket !== socket) return;
        this.key = api_key;
        await this.ask('auth.refresh', { api_key });
        return;
      } catch (error) {
        // It is somebody else's: so is what is asked by REST from now on, and the session should be.
        const { code } = error as Partial<ChatError>;
        if (this.socket === socket && code === 'user_mismatch') return this.lost(error as ChatError, 0);
        await new Promise((resolve) => setTimeout(resolve, REFRESH_RETRY_MS));
      }
    }
  }

  private is(status: ConnectionStatus, error?: ChatError): void {
    const { status: before, since } = this.state.get();
    // What was missed is not there before somebody has looked.
    const catching_up = status === 'online';
    const state: Connection = { status, since: status === before ? since : Date.now(), catching_up };
    this.state.set(error && status !== 'online' ? { ...state, error } : state);
  }
}

const unknownKey = (cause: unknown): ChatError =>
  transient('unreachable', 'The function that gives the key failed', cause);

/** Calls back when the device says that it is reachable again, or the page is shown again. */
function watchDevice(look: () => void): () => void {
  const { document: page, addEventListener: listen, removeEventListener: leave } = globalThis as Partial<typeof window>;
  if (!listen || !leave) return () => {};
  const shown = () => void (page!.visibilityState === 'visible' && look());
  listen('online', look);
  page?.addEventListener('visibilitychange', shown);
  return () => {
    leave('online', look);
    page?.removeEventListener('visibilitychange', shown);
  };
}
