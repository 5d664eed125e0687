import { soon } from '../wait.js';
import type { Line } from './line.js';
import { valueOf, type Value } from './store.js';
import type { UnreadTotals } from './types.js';

const UNREAD_MS = 1_000;

/** What is unread over all rooms. */
export interface Totals {
  readonly store: Value<UnreadTotals>;
  /** At once as it seems to be. */
  count(by: number): void;
  told(total_unread: number): void;
  /** Asks for them, once for all that changed in a moment. */
  ask(): void;
  stop(): void;
}

export function totalsOf(line: Line, call: (method: string, path: string) => Promise<UnreadTotals>): Totals {
  const store = valueOf<UnreadTotals>({ total_unread: 0, total_mentions: 0 });

  const set = (total_unread: number, total_mentions = store.get().total_mentions) => {
    const now = store.get();
    if (now.total_unread === total_unread && now.total_mentions === total_mentions) return;
    store.set({ total_unread, total_mentions });
  };

  const ask = soon(UNREAD_MS, () => {
    if (!line.isOnline()) return;
    call('GET', '/unread').then(
      (told) => set(told.total_unread, told.total_mentions),
      () => {},
    );
  });

  return {
    store,
    count(by) {
      // What became less is asked for, since silent messages never counted.
      if (by < 0) ask();
      set(Math.max(0, store.get().total_unread + by));
    },
    told(total_unread) {
      set(Math.max(0, total_unread));
      ask();
    },
    ask,
    stop: ask.stop,
  };
}
