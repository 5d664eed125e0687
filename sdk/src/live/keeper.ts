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

/** How long changes are gathered before they are written. */
const GATHER_MS = 200;
/** A storage that takes longer is done without: browsers' databases hang now and then. */
const STORAGE_MS = 3_000;

/**
 * Writes what changed, a room and its position always together, and the index after the rooms that it names: whatever is
 * read after a crash is some earlier state of each stream, from which a resume goes on.
 */
export class Keeper {
  private readonly dirty = new Set<string>();
  private indexed = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();
  private broken = false;

  private readonly storage: ChatStorage;

  constructor(
    storage: ChatStorage,
    private readonly source: { kept(id: string): Kept | undefined; index(): Index | undefined },
  ) {
    this.storage = bounded(storage);
  }

  /** @returns null when there is nothing, or it can't be read */
  async load(): Promise<{ index: Index; rooms: Map<string, Kept> } | null> {
    try {
      const index = (await this.storage.get('index')) as Index | undefined;
      if (typeof index?.rev !== 'number') return null;
      const found = await Promise.all(
        index.rooms.map(async (id) => [id, await this.storage.get(`room:${id}`)] as const),
      );
      // One that was not written is one that the list names and nobody knows: the list is read anew.
      if (found.some(([, kept]) => typeof (kept as Kept | undefined)?.rev !== 'number')) return null;
      return { index, rooms: new Map(found as [string, Kept][]) };
    } catch {
      return null;
    }
  }

  read<T>(key: string): Promise<T | undefined> {
    return this.storage.get(key).catch(() => undefined) as Promise<T | undefined>;
  }

  /** At once. */
  write(key: string, value: unknown): Promise<void> {
    return this.storage.set(key, value).catch(() => {});
  }

  /** A room, or without one the index. */
  changed(id?: string): void {
    if (id === undefined) this.indexed = true;
    else this.dirty.add(id);
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { source } = this;
    return (this.writing = this.writing.then(async () => {
      if (this.broken) return;
      // All as it is at this moment.
      const kept = [...this.dirty].map((id) => [id, source.kept(id)] as const);
      const index = this.indexed ? source.index() : undefined;
      this.dirty.clear();
      this.indexed = false;
      try {
        for (const [id, one] of kept) if (one) await this.storage.set(`room:${id}`, one);
        if (index) await this.storage.set('index', index);
        for (const [id, one] of kept) if (!one) await this.storage.delete(`room:${id}`);
      } catch {
        // Full, say. Rather nothing than half of it.
        this.broken = true;
        await this.storage.delete('index').catch(() => {});
      }
    }));
  }
}

/** What the app gave may throw, refuse, or never answer: the last once, then it is not asked any more. */
function bounded(storage: ChatStorage): ChatStorage {
  let isSilent = false;
  const within = <T>(act: () => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isSilent) return reject(new Error('The storage does not answer'));
      const timer = setTimeout(() => {
        isSilent = true;
        reject(new Error(`The storage did not answer within ${STORAGE_MS} ms`));
      }, STORAGE_MS);
      const done = () => clearTimeout(timer);
      new Promise<T>((settle) => settle(act())).finally(done).then(resolve, reject);
    });
  return {
    get: (key) => within(() => storage.get(key)),
    set: (key, value) => within(() => storage.set(key, value)),
    delete: (key) => within(() => storage.delete(key)),
  };
}
