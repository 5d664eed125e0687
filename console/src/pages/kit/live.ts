import { useEffect, useReducer, useRef, useState } from 'react';
import { useScope } from '../../scope.js';

export interface Envelope {
  id: string;
  type: string;
  stream: string;
  room_id?: string;
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
  error?: { detail: string; request_id: string };
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** More than a table can be read with. */
const KEPT = 500;

/** Closed by the server with one of these, it makes no sense to come back with the same key. */
const FOR_GOOD = new Set([4401, 4403]);

interface Listening {
  url: string;
  key: string;
  rooms: string[];
  signal: AbortSignal;
  onState(state: LineState, why?: string): void;
  onEvent(event: Envelope): void;
}

/** Listens by a plain WebSocket until `signal` says so, and comes back after each break, ever more slowly. */
export function listen(listening: Listening): void {
  const { signal, onState } = listening;
  let wait = FIRST_WAIT_MS;
  const begin = () => {
    if (signal.aborted) return;
    onState('connecting');
    const socket = open(listening, () => (wait = FIRST_WAIT_MS));
    socket.addEventListener('close', ({ code, reason }) => {
      if (signal.aborted) return;
      if (FOR_GOOD.has(code)) return onState('refused', reason);
      onState('waiting');
      const timer = setTimeout(begin, wait);
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };
  begin();
}

function open({ url, key, rooms, signal, onState, onEvent }: Listening, ready: () => void): WebSocket {
  const socket = new WebSocket(url);
  const end = () => socket.close();
  signal.addEventListener('abort', end, { once: true });
  socket.addEventListener('close', () => signal.removeEventListener('abort', end));
  const say = (type: string, id: number, data: object) => socket.send(JSON.stringify({ type, id, data }));
  let unanswered = rooms.length;
  socket.addEventListener('open', () => say('auth', 0, { api_key: key }));
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(String(data)) as Frame & Envelope;
    if (frame.type === 'ack') {
      if (!frame.ok) return onState('refused', frame.error?.detail);
      // The first answer is that of the key.
      if (Number(frame.id) === 0) rooms.forEach((room_id, index) => say('room.subscribe', index + 1, { room_id }));
      else unanswered--;
    } else if (frame.stream) return onEvent(frame);
    else if (frame.type !== 'session.ready') return;
    if (unanswered > 0) return;
    ready();
    onState('live');
  });
  return socket;
}

interface Live {
  state: LineState;
  why: string | undefined;
  events: Envelope[];
  clear(): void;
}

/**
 * Events as they happen, newest first, of the client itself and of these rooms.
 *
 * @param rooms the same array as long as nothing changes
 */
export function useLive(rooms: string[], enabled = true): Live {
  const { session } = useScope();
  const [line, setLine] = useState<{ state: LineState; why?: string | undefined }>({ state: 'connecting' });
  const events = useRef<Envelope[]>([]);
  const [, show] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!enabled) return;
    const ending = new AbortController();
    let frame = 0;
    listen({
      url: `${location.origin.replace(/^http/, 'ws')}/api/v1/websocket/open`,
      key: session.key,
      rooms,
      signal: ending.signal,
      onState: (state, why) => setLine({ state, why }),
      onEvent: (event) => {
        events.current = [event, ...events.current].slice(0, KEPT);
        // However many come at once, they are shown once.
        frame ||= requestAnimationFrame(() => {
          frame = 0;
          show();
        });
      },
    });
    return () => {
      ending.abort();
      cancelAnimationFrame(frame);
    };
  }, [session, rooms, enabled]);
  return {
    ...line,
    why: line.why,
    events: events.current,
    clear: () => {
      events.current = [];
      show();
    },
  };
}
