import { useEffect, useReducer, useRef, useState } from 'react';
import { useScope } from '../../scope.js';
import { listen, type Ask, type Envelope, type LineState, type Listening } from './line.js';

/** More than a table can be read with. */
const KEPT = 500;
/** How long an answer waits for the first event. */
const WAIT_S = 20;
/** Between two questions that were answered at once though they were to wait: more wait than may. */
const PAUSE_MS = 1_000;
const LIVES_MS = 20_000;

interface Live {
  state: LineState;
  why: string | undefined;
  /** Newest first. */
  events: Envelope[];
  /** How often what was missed could not be told any more. */
  gaps: number;
  clear(): void;
}

/** A page of `event.list`. */
interface Listed {
  events: Envelope[];
  cursor: string;
  more: boolean;
  recovered: boolean;
}

type Heard = (events: Envelope[], gap?: boolean) => void;
type Way = Pick<Listening, 'begin' | 'onEvent'>;

/** The messages of one room as they come, from each beginning of the line on: what came before is to be read. */
export function useRoomEvents(roomId: string): Live {
  return useLine(roomId, (hear, forget) => ({
    onEvent: (event) => hear([event]),
    async begin(ask, live, connection) {
      await ask('room.subscribe', { room_id: roomId });
      forget();
      live();
      // A line that is dead says so only when something is asked.
      for (;;) {
        await pause(connection, LIVES_MS);
        if (connection.aborted) return;
        await ask('ping', {});
      }
    },
  }));
}

/**
 * What happens in the whole client, each event once and in order, over breaks of the line as well: each answer says from
 * where to ask on.
 *
 * @param type of the events, with `*` at the end for a family; empty: all
 */
export function useFeed(type: string): Live {
  const cursor = useRef<string | undefined>(undefined);
  return useLine(type, (hear) => ({
    async begin(ask, live, connection) {
      cursor.current ??= (await ask<Listed>('event.list', {})).cursor;
      for (let first = true; !connection.aborted; first = false) {
        const asked = performance.now();
        const listed = await listOn(ask, cursor.current, type, first);
        // Somebody who no longer listens leaves the cursor to who does.
        if (connection.aborted) return;
        cursor.current = listed.cursor;
        hear(listed.events, !listed.recovered);
        if (first) live();
        const atOnce = performance.now() - asked < PAUSE_MS;
        if (!first && atOnce && listed.events.length === 0 && !listed.more) await pause(connection, PAUSE_MS);
      }
    },
  }));
}

/** The first answer of a line comes at once, and tells what was missed. */
const listOn = (ask: Ask, after: string, type: string, first: boolean): Promise<Listed> =>
  ask('event.list', { after, ...(type !== '' && { event_types: [type] }), ...(!first && { timeout_s: WAIT_S }) });

const pause = (signal: AbortSignal, ms: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });

/** @param of what is listened to: when it changes, a new line is opened */
function useLine(of: string, wayOf: (hear: Heard, forget: () => void) => Way): Live {
  const { session } = useScope();
  const [line, setLine] = useState<{ state: LineState; why?: string | undefined }>({ state: 'connecting' });
  const events = useRef<Envelope[]>([]);
  const gaps = useRef(0);
  const way = useRef(wayOf);
  way.current = wayOf;
  const [, show] = useReducer((count: number) => count + 1, 0);
  const forget = () => {
    events.current = [];
  };
  useEffect(() => {
    const ending = new AbortController();
    let frame = 0;
    const hear: Heard = (heard, gap = false) => {
      if (heard.length === 0 && !gap) return;
      if (gap) gaps.current++;
      events.current = [...heard.toReversed(), ...events.current].slice(0, KEPT);
      // However many come at once, they are shown once.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        show();
      });
    };
    listen({
      ...way.current(hear, forget),
      url: `${location.origin.replace(/^http/, 'ws')}/api/v1/websocket/open`,
      key: session.key,
      signal: ending.signal,
      onState: (state, why) => setLine({ state, why }),
    });
    return () => {
      ending.abort();
      cancelAnimationFrame(frame);
    };
  }, [session, of]);
  return {
    ...line,
    why: line.why,
    events: events.current,
    gaps: gaps.current,
    clear() {
      forget();
      show();
    },
  };
}
