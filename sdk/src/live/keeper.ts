import { inTime, soon } from '../wait.js';
import type { Kept } from './reduce.js';
import type { ChatStorage } from './storage.js';
import type { Invite, NotificationItem, Position } from './types.js';

/** What is kept beside the rooms: whose it is, where the user's own stream stands, and what it told. */
export interface Index extends Position {
  user_id: string;
  rooms: string[];
  /** Ids of messages hidden for this user; their events still say what they say. */
  hidden: string[];
  blocked: string[];
  invites: Invite[];
  notifications: NotificationItem[];
}

export interface Keeper {
  /** @returns null when there is nothing, or it can't be read */
  load(): Promise<{ index: Index; rooms: Map<string, Kept> } | null>;
  read<T>(key: string): Promise<T | undefined>;
  /** At once. */
  write(key: string, value: unknown): Promise<void>;
  /** A room, or without one the index. */
  changed(id?: string): void;
  flush(): Promise<void>;
}

/** How long changes are gathered before they are written. */
const GATHER_MS = 200;
/** A storage that takes longer is done without: browsers' databases hang now and then. */
const STORAGE_MS = 3_000;
const INDEX = 'index';

/**
 * Writes what changed, a room and its position always together, and the index after the rooms that it names: whatever is
 * read after a crash is some earlier state of each stream, from which a resume goes on.
 */
export function keeperOf(
  given: ChatStorage,
  source: { kept(id: string): Kept | undefined; index(): Index | undefined },
): Keeper {
  const storage = bounded(given);
  const dirty = new Set<string>();
  let indexed = false;
  let writing = Promise.resolve();
  let broken = false;

  const nameOf = (id: string) => `room:${id}`;
  const flush = () => {
    later.stop();
    return (writing = writing.then(writeDirty));
  };
  const later = soon(GATHER_MS, flush);

  async function writeDirty(): Promise<void> {
    if (broken) return;
    // All as it is at this moment.
    const rooms = [...dirty].map((id) => [nameOf(id), source.kept(id)] as const);
    const index = indexed && source.index();
    dirty.clear();
    indexed = false;
    try {
      for (const [name, kept] of rooms) if (kept) await storage.set(name, kept);
      if (index) await storage.set(INDEX, index);
      for (const [name, kept] of rooms) if (!kept) await storage.delete(name);
    } catch {
      // Full, say. Rather nothing than half of it.
      broken = true;
      await storage.delete(INDEX).catch(() => {});
    }
  }

  return {
    async load() {
      try {
        const index = (await storage.get(INDEX)) as Index;
        if (typeof index.rev !== 'number') return null;
        const rooms = await Promise.all(index.rooms.map(async (id) => [id, await storage.get(nameOf(id))] as const));
        // One that was not written is one that the list names and nobody knows: the list is read anew.
        return rooms.every(([, kept]) => typeof (kept as Kept).rev === 'number')
          ? { index, rooms: new Map(rooms as [string, Kept][]) }
          : null;
      } catch {
        return null;
      }
    },
    read: (key) => storage.get(key).catch(() => undefined) as Promise<never>,
    write: (key, value) => storage.set(key, value).catch(() => {}),
    changed(id) {
      if (id === undefined) indexed = true;
      else dirty.add(id);
      later();
    },
    flush,
  };
}

/** What the app gave may throw, refuse, or never answer: the last once, then it is not asked any more. */
function bounded(storage: ChatStorage): ChatStorage {
  let isSilent = false;
  const within = async <T>(act: () => Promise<T>): Promise<T> => {
    if (isSilent) throw new Error('The storage does not answer');
    return inTime(act, STORAGE_MS, () => {
      isSilent = true;
      return new Error('The storage does not answer');
    });
  };
  return {
    get: (key) => within(() => storage.get(key)),
    set: (key, value) => within(() => storage.set(key, value)),
    delete: (key) => within(() => storage.delete(key)),
  };
}
