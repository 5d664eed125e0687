import { ChatError, isTransient, transient } from '../errors.js';
import { pause } from '../wait.js';
import type { Line, SessionReady } from './line.js';

const RETRY_MS = 2_000;

/** What begins with each connection, and ends with it. */
export interface Sessions {
  /** Aborted when the connection ends. */
  signal(): AbortSignal;
  /** The line is there: what a session begins with is done, again until it is done or the line is lost. */
  begin(session: SessionReady): void;
  /** Waits for a session; `wanted`: not for one that nobody asked for. */
  ready(signal?: AbortSignal, wanted?: boolean): Promise<void>;
  /** Until a session has begun with all that belongs to it. */
  begun(signal?: AbortSignal): Promise<void>;
}

export function sessionsOf(line: Line, start: (session: SessionReady) => Promise<void>): Sessions {
  let session = new AbortController();
  let running: Promise<void> | undefined;

  line.state.subscribe(() => {
    if (!line.isOnline()) session.abort(transient('unreachable', 'The connection was lost meanwhile'));
  });

  const begin = (told: SessionReady): Promise<void> => {
    session = new AbortController();
    const begun = start(told).catch(async (error: unknown) => {
      if (!isTransient(error)) throw error;
      await pause(RETRY_MS);
      // Another session begins it itself.
      if (running !== begun || !line.isOnline()) throw error;
      return begin(told);
    });
    begun.catch(() => {});
    return (running = begun);
  };

  const ready = (signal?: AbortSignal, wanted = false) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const { status, error } = line.state.get();
        if (status === 'online') done(resolve);
        else if (signal?.aborted) done(() => reject(signal.reason));
        else if (status === 'closed') done(() => reject(error ?? closed('closed')));
        else if (wanted && status === 'idle') done(() => reject(closed('disconnected')));
      };
      const done = (settle: () => void) => {
        leave();
        signal?.removeEventListener('abort', look);
        settle();
      };
      const leave = line.state.subscribe(look);
      signal?.addEventListener('abort', look);
      look();
    });

  return {
    signal: () => session.signal,
    begin,
    ready,
    async begun(signal) {
      for (;;) {
        await ready(signal, true);
        try {
          return await running;
        } catch (error) {
          // The line was lost on the way: the next session goes on.
          if (!isTransient(error)) throw error;
        }
      }
    },
  };
}

/** The client was ended by the app. */
export const closed = (how: string): ChatError => new ChatError('closed', `The client was ${how}`);
