import { io, type Socket } from 'socket.io-client';
import { ChatError, isProblem, transient } from '../errors.js';
import type { KeySource } from '../key.js';
import { backoff, now, pause, type Timer } from '../wait.js';
import { guarded, valueOf, type Value } from './store.js';
import type { Connection, ConnectionStatus, Envelope, Told } from './types.js';

export interface SessionReady {
  user_id: string | null;
  user: { epoch: string; rev: number } | null;
}

export interface LineOptions {
  url: string;
  keys: KeySource;
  /** How long an answer may take before the line is looked at. */
  timeoutMs: number;
  /** The first wait before coming back; doubled each time up to 30 s. */
  backoffMs: number;
  /** A session has begun. */
  ready(session: SessionReady): void;
  hear(event: Envelope): void;
}

export interface Line {
  readonly state: Value<Connection>;
  isOnline(): boolean;
  start(): void;
  stop(status?: ConnectionStatus, error?: ChatError): void;
  /**
   * Sends an event and waits for its acknowledgement.
   * @throws ChatError the server's, or `unreachable` and `timed_out`
   */
  ask(event: string, data: object): Promise<Told>;
  /** Sends an event, and asks for no answer. */
  tell(event: string, data: object): void;
  catchingUp(is: boolean): void;
}

const PROBE_MS = 3_000;
const REFRESH_RETRY_MS = 5_000;
/** So long before a key's end the server says that it comes. */
const EXPIRING_MS = 60_000;

/**
 * The connection: it comes back by itself until it is stopped or refused for good, with growing waits and as the server
 * asks, and gets another key where its own is refused or about to expire.
 */
export function lineOf({ url, keys, timeoutMs, backoffMs, ready, hear }: LineOptions): Line {
  const state = valueOf<Connection>({ status: 'idle', since: Date.now(), catching_up: false });
  let socket: Socket | undefined;
  let key = '';
  let timer: Timer;
  let tries = 0;
  let notBefore = 0;
  let isReady = false;
  let wanted = false;
  let probing = false;
  let unwatch = () => {};

  const is = (status: ConnectionStatus, error?: ChatError) => {
    const { status: before, since } = state.get();
    state.set({
      status,
      since: status === before ? since : Date.now(),
      // What was missed is not there before somebody has looked.
      catching_up: status === 'online',
      ...(error && { error }),
    });
  };

  const drop = () => {
    clearTimeout(timer);
    timer = undefined;
    isReady = false;
    const dropped = socket;
    socket = undefined;
    dropped?.disconnect();
  };

  const stop = (status: ConnectionStatus = 'idle', error?: ChatError) => {
    wanted = false;
    unwatch();
    drop();
    is(status, error);
  };

  /** Comes back later: at the earliest when the server said so. */
  const lost = (error = state.get().error, afterMs?: number) => {
    drop();
    // The first time at once, or nearly: many may have been cut off at the same moment.
    const isFirst = afterMs === 0 && tries === 0;
    const wait = isFirst ? Math.random() * backoffMs * 0.4 : Math.max(afterMs ?? 0, backoff(backoffMs, tries));
    tries++;
    is('offline', error);
    timer = setTimeout(dial, Math.max(wait, notBefore - now()));
  };

  const ask = async (event: string, data: object, limitMs = timeoutMs): Promise<Told> => {
    const asked = socket;
    if (!asked || !isReady) throw transient('unreachable', 'There is no connection now');
    let answer: Told;
    try {
      answer = await asked.timeout(limitMs).emitWithAck(event, data);
    } catch (cause) {
      const isLost = !asked.connected;
      // A path that vanished ends no connection: whether this one still stands is to be found out.
      if (!isLost && event !== 'ping') void probe();
      throw transient(isLost ? 'unreachable' : 'timed_out', `${event} was not answered`, cause);
    }
    if (answer?.ok) return answer.data;
    throw isProblem(answer?.error)
      ? ChatError.of(answer.error)
      : new ChatError('bad_answer', `${event} was not acknowledged`);
  };

  const probe = async () => {
    const probed = socket;
    if (probing) return;
    probing = true;
    try {
      await ask('ping', {}, Math.min(PROBE_MS, timeoutMs));
    } catch (error) {
      if (probed === socket && isReady) lost(error as ChatError, 0);
    } finally {
      probing = false;
    }
  };

  /** Begins anew at once: who was away looks again, and a line that does not answer is let go. */
  const look = () => {
    if (isReady) return void probe();
    if (!timer) return;
    tries = 0;
    void dial();
  };

  const refused = async (refusal: Error & { data?: unknown }) => {
    const asked = socket;
    if (!isProblem(refusal.data)) return lost(transient('unreachable', `${url}: ${refusal.message}`, refusal));
    const problem = ChatError.of(refusal.data);
    const { code, retryable, retry_after_s } = problem;
    if (code === 'invalid_key' || code === 'unauthenticated') {
      const other = await keys.renew(key).catch(unknownKey);
      if (asked !== socket || !wanted) return;
      // A fresh key is tried at once; one that is refused again waits.
      if (other !== undefined) return lost(problem, typeof other === 'string' && tries === 0 ? 0 : undefined);
    } else if (retryable) return lost(problem, retry_after_s && retry_after_s * 1000);
    stop('closed', problem);
  };

  /**
   * Goes on with a fresh key, asked for again until the old one's end. Not at once: many may be told at the same moment, and
   * two clients that log in as one device end each other's key every time.
   */
  const refresh = async (session: Socket, expiresAt: string) => {
    const end = now() + EXPIRING_MS;
    const left = Math.min(Math.max(Date.parse(expiresAt) - Date.now(), 0), EXPIRING_MS);
    await pause(left * (0.1 + Math.random() * 0.3));
    while (socket === session && now() < end) {
      try {
        const api_key = await keys.renew(key, false);
        // A text is all there is: the server ends the session with the key.
        if (api_key === undefined || socket !== session) return;
        key = api_key;
        return void (await ask('auth.refresh', { api_key }));
      } catch (thrown) {
        const error = thrown as ChatError;
        // It is somebody else's: so is what is asked by REST from now on, and the session should be.
        if (socket === session && error.code === 'user_mismatch') return lost(error, 0);
        await pause(REFRESH_RETRY_MS);
      }
    }
  };

  async function dial(): Promise<void> {
    drop();
    is(tries > 0 ? 'offline' : 'connecting', state.get().error);
    // A socket of its own for each try: what a lost one has still to say is heard by nobody.
    const dialled = io(url, {
      path: '/sockets',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    socket = dialled;
    const here =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A) => {
        if (socket === dialled && wanted) run(...args);
      };
    const on = (event: string, run: (told: Told) => void) => dialled.on(event, here(run));
    on('session.ready', (session: SessionReady) => {
      isReady = true;
      tries = 0;
      clearTimeout(timer);
      timer = undefined;
      is('online');
      ready(session);
    });
    on('session.expiring', ({ expires_at }) => void refresh(dialled, expires_at));
    on('session.draining', ({ reconnect_after_ms }) => {
      notBefore = now() + reconnect_after_ms;
      timer = setTimeout(
        here(() => lost(undefined, 0)),
        reconnect_after_ms,
      );
    });
    // The server let go of us: the next handshake says why.
    on('disconnect', (reason) => lost(transient('unreachable', `The connection ended: ${reason}`), 0));
    on('connect_error', refused);
    dialled.onAny(
      here((_: string, event: Envelope) => {
        if (typeof event?.stream === 'string') guarded(() => hear(event));
      }),
    );
    try {
      key = await keys.get();
    } catch (cause) {
      return here(() => lost(unknownKey(cause)))();
    }
    here(() => {
      dialled.auth = { api_key: key };
      dialled.connect();
      timer = setTimeout(
        here(() => lost(transient('timed_out', 'No session began in time'))),
        timeoutMs * 2,
      );
    })();
  }

  return {
    state,
    isOnline: () => isReady,
    start() {
      if (wanted) return;
      wanted = true;
      tries = 0;
      unwatch = watchDevice(look);
      void dial();
    },
    stop,
    ask,
    tell(event, data) {
      if (isReady) socket!.emit(event, data);
    },
    catchingUp(catching_up) {
      const before = state.get();
      if (before.catching_up !== catching_up) state.set({ ...before, catching_up });
    },
  };
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
