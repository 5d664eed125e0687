export interface Envelope {
  id: string;
  type: string;
  stream: string;
  room_id?: string | null;
  rev?: number;
  occurred_at: string;
  actor: { id: string | null; type: string };
  data: Record<string, unknown>;
}

export type LineState = 'connecting' | 'live' | 'waiting' | 'refused';

interface Frame {
  type: string;
  id?: number;
  ok?: boolean;
  data?: unknown;
  error?: { detail: string; request_id: string; retryable: boolean };
}

/** Asks over the line. Rejects with a {@link Refusal}; never settles once the line is closed, as which a line counts that doesn't answer. */
export type Ask = <Answer>(type: string, data: object) => Promise<Answer>;

/** What the service says no to: asked again, it would say no again. */
export class Refusal extends Error {}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** More than the longest answer may take that was asked to wait. */
const NO_ANSWER_MS = 30_000;

/** Closed by the server with one of these, it makes no sense to come back with the same key. */
const FOR_GOOD = new Set([4401, 4403]);

export interface Listening {
  url: string;
  key: string;
  signal: AbortSignal;
  onState(state: LineState, why?: string): void;
  onEvent?(event: Envelope): void;
  /** What is asked at the beginning of each connection. The line is `live` when this calls `live`. */
  begin(ask: Ask, live: () => void, connection: AbortSignal): Promise<void>;
}

/** Listens by a plain WebSocket until `signal` says so, and comes back after each break, ever more slowly. */
export function listen(listening: Listening): void {
  const { signal, onState } = listening;
  let wait = FIRST_WAIT_MS;
  const connect = () => {
    if (signal.aborted) return;
    onState('connecting');
    let refused = false;
    const socket = open(
      listening,
      () => (wait = FIRST_WAIT_MS),
      () => (refused = true),
    );
    socket.addEventListener('close', ({ code, reason }) => {
      if (signal.aborted || refused) return;
      if (FOR_GOOD.has(code)) return onState('refused', reason);
      onState('waiting');
      const timer = setTimeout(connect, wait);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  connect();
}

function open(listening: Listening, onLive: () => void, onRefused: () => void): WebSocket {
  const { url, key, signal, onState, onEvent, begin } = listening;
  const socket = new WebSocket(url);
  const ended = new AbortController();
  const end = () => socket.close();
  signal.addEventListener('abort', end, { once: true });
  socket.addEventListener('close', () => {
    ended.abort();
    signal.removeEventListener('abort', end);
  });
  const asked = new Map<number, (frame: Frame) => void>();
  let count = 0;
  const ask: Ask = (type, data) =>
    new Promise((resolve, reject) => {
      const id = count++;
      const late = setTimeout(() => socket.close(), NO_ANSWER_MS);
      asked.set(id, (frame) => {
        clearTimeout(late);
        if (frame.ok) resolve(frame.data as never);
        else if (frame.error?.retryable) socket.close();
        else reject(new Refusal(frame.error?.detail ?? 'It was refused.'));
      });
      ended.signal.addEventListener('abort', () => clearTimeout(late), { once: true });
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type, id, data }));
    });
  const live = () => {
    if (ended.signal.aborted) return;
    onLive();
    onState('live');
  };
  const refuse = (error: unknown) => {
    if (ended.signal.aborted) return;
    onRefused();
    onState('refused', error instanceof Error ? error.message : String(error));
    socket.close();
  };
  socket.addEventListener('open', () => {
    ask('auth', { api_key: key })
      .then(() => begin(ask, live, ended.signal))
      .catch(refuse);
  });
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame & Envelope;
    if (frame.type === 'ack') {
      asked.get(Number(frame.id))?.(frame);
      asked.delete(Number(frame.id));
    } else if (frame.stream) onEvent?.(frame);
  });
  return socket;
}
