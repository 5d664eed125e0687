import { isTransient } from '../errors.js';
import { soon } from '../wait.js';
import type { Line } from './line.js';
import { valueOf, type Value } from './store.js';
import type { Presence } from './types.js';

const RETRY_MS = 2_000;

/** Who is there, of those who are watched. */
export interface Watched {
  readonly store: Value<ReadonlyMap<string, Presence>>;
  /** @returns what ends it */
  watch(userIds: string[]): () => void;
  see(users: Presence[]): void;
  /** Watches all again. */
  ask(): void;
  /** Somebody else looks. */
  forget(): void;
  stop(): void;
}

/** The service tells a connection of no more (`MAX_PRESENCE_SUBSCRIPTIONS`); beyond, those that were asked for last. */
const MOST_WATCHED = 500;

export function watchedOf(line: Line): Watched {
  const store = valueOf<ReadonlyMap<string, Presence>>(new Map());
  const counts = new Map<string, number>();

  const see = (users: Presence[], others = store.get()) => {
    const next = new Map([...others, ...users.map((user) => [user.user_id, user] as const)]);
    if (JSON.stringify([...next]) !== JSON.stringify([...store.get()])) store.set(next);
  };

  const watchAll = async () => {
    if (!line.isOnline()) return;
    try {
      const user_ids = [...counts.keys()].slice(-MOST_WATCHED);
      const { users } = await line.ask('presence.subscribe', { user_ids, replace: true });
      see(users, new Map());
    } catch (error) {
      if (isTransient(error)) later();
    }
  };
  const ask = soon(0, watchAll);
  const later = soon(RETRY_MS, watchAll);

  const count = (ids: Set<string>, by: number) => {
    for (const id of ids) {
      const now = (counts.get(id) ?? 0) + by;
      if (now > 0) counts.set(id, now);
      else counts.delete(id);
    }
    ask();
  };

  return {
    store,
    watch(userIds) {
      const ids = new Set(userIds);
      count(ids, 1);
      return () => {
        count(ids, -1);
        ids.clear();
      };
    },
    see,
    ask() {
      if (counts.size > 0) ask();
    },
    forget: () => store.set(new Map()),
    stop() {
      ask.stop();
      later.stop();
    },
  };
}
