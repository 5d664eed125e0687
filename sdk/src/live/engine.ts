import type { ChatError } from '../errors.js';
import { pause, soon } from '../wait.js';
import { keeperOf } from './keeper.js';
import { ownOf, USER } from './own.js';
import type { Engine, EngineHost } from './parts.js';
import { movedReceipt, shown, type Kept } from './reduce.js';
import type { ChatStorage } from './storage.js';
import { Order } from './streams.js';
import type { Envelope, Position, Told } from './types.js';

/** Asked of in one `sync.resume`. */
const RESUMED_ROOMS = 200;
/** What fills a gap is mostly on its way: events of two nodes arrive in any order. */
const GAP_MS = 500;
const RETRY_MS = 2_000;

/**
 * The user's streams: where each stands, what follows, and how what is missing is fetched. Feeds make of it what is shown
 * of a room; here is what decides which event comes next.
 */
export function engineOf(host: EngineHost, storage: ChatStorage): Engine {
  const { line, call, feed, heard } = host;
  const kept = new Map<string, Kept>();
  const orders = new Map<string, Order>();
  const told = new Map<string, Position>();
  const behind = new Set<string>();
  const gaps = new Set<string>();
  let running: Promise<void> | undefined;

  const keeper = keeperOf(storage, { kept: (id) => kept.get(id), index: () => own.index() });
  const viewer = () => own.viewer();
  const position = (key: string): Position | undefined => (key === USER ? own.index() : kept.get(key));
  const missed = (...keys: string[]) => keys.forEach((key) => behind.add(key));

  const order = (key: string): Order => {
    const known = orders.get(key) ?? new Order();
    orders.set(key, known);
    return known;
  };

  const set = (id: string, next: Kept | undefined, reason?: string) => {
    const before = kept.get(id);
    if (before === next) return;
    if (next) kept.set(id, next);
    else {
      kept.delete(id);
      orders.delete(id);
      behind.delete(id);
      feed(id).gone(reason);
    }
    keeper.changed(id);
    if (!next !== !before) own.patch({ rooms: [...kept.keys()] });
    feed(id).changed();
    host.changed('rooms');
  };

  const update = (id: string, change: (now: Kept) => Kept) => {
    const now = kept.get(id);
    if (now) set(id, change(now));
  };

  const fresh = ({ me = null, members = [], last_message = null, ...room }: Told): Kept => {
    const { id, epoch, last_rev: rev, member_count } = room;
    const before = kept.get(id);
    return {
      epoch,
      rev,
      room,
      me,
      members,
      last_message: last_message && shown(last_message, viewer()),
      all_members: members.length >= member_count,
      receipts: before?.epoch === epoch ? before!.receipts : {},
      messages: [],
      loaded: false,
      has_older: false,
      has_newer: false,
      own_seq: 0,
    };
  };

  const read = async (id: string) => {
    const room = await call('GET', '/rooms/{room_id}', { path: { room_id: id } });
    set(id, await feed(id).whole(fresh(room)));
    missed(id);
  };

  /** Applies an event of a stream, and those that came early and follow it. @returns whether something is missing */
  const take = (key: string, event?: Envelope): boolean => {
    const at = () => position(key);
    const apply = (next: Envelope) => {
      if (key === USER) own.apply(next);
      else feed(key).apply(next);
      // A room that was read anew may stand before what the app was told already.
      const last = told.get(key);
      if (last?.epoch === next.epoch && last!.rev >= next.rev!) return;
      told.set(key, { epoch: next.epoch!, rev: next.rev! });
      heard(next);
    };
    return event ? order(key).take(event, at, apply) : order(key).drain(at, apply);
  };

  const suspectSoon = soon(GAP_MS * (0.5 + Math.random()), () => {
    missed(...[...gaps].filter(position));
    gaps.clear();
    void catchUp();
  });
  const suspect = (key: string) => {
    gaps.add(key);
    suspectSoon();
  };

  const catchUp = (): Promise<void> =>
    (running ??= run().finally(() => {
      running = undefined;
      line.catchingUp(false);
      // What was missed at the very end.
      return behind.size > 0 && line.isOnline() ? catchUp() : undefined;
    }));

  const run = async () => {
    // A tick, so that all who miss something at once ask once.
    await Promise.resolve();
    while (behind.size > 0 && line.isOnline()) {
      line.catchingUp(true);
      const isShown = (key: string) => key === USER || feed(key).isOpen();
      const known = [...behind].filter(position);
      const asked = [...known.filter(isShown), ...known.filter((key) => !isShown(key))].slice(0, RESUMED_ROOMS);
      for (const key of asked) behind.delete(key);
      if (asked.length === 0) return behind.clear();
      try {
        await resume(asked);
      } catch {
        missed(...asked);
        if (!line.isOnline()) return;
        await pause(RETRY_MS);
      }
    }
  };

  const resume = async (asked: string[]) => {
    const positionOf = (key: string) => {
      const { epoch, rev, at } = position(key)!;
      return { epoch, rev, ...(at && { at }) };
    };
    const { user, rooms, more } = await line.ask('sync.resume', {
      ...(asked.includes(USER) && { user: positionOf(USER) }),
      rooms: asked.filter((key) => key !== USER).map((room_id) => ({ room_id, ...positionOf(room_id) })),
    });
    const answered = new Set<string>(rooms.map(({ room_id }: Told) => room_id));
    if (user) {
      answered.add(USER);
      if (!user.recovered || !recovered(USER, user)) await own.read(user);
    }
    for (const part of rooms) {
      const id = part.room_id;
      if (!kept.has(id)) continue;
      if (part.recovered && recovered(id, part)) feed(id).sides(part);
      else await read(id).catch((error) => unread(id, error));
    }
    for (const key of asked) {
      if (answered.has(key)) continue;
      if (more) missed(key);
      else if (key !== USER) set(key, undefined);
    }
  };

  /** @returns whether all that was missed is there now */
  const recovered = (key: string, { events, epoch, rev }: Told): boolean => {
    for (const event of events) {
      // What it lost meanwhile, it tells nothing of any more.
      if (!position(key)) return true;
      // That there are early ones, which still do not follow, is looked at below.
      take(key, event);
    }
    const at = position(key);
    if (!at) return true;
    if (at.rev < rev || at.epoch !== epoch) return false;
    // Events that came early and still do not follow: there is more to ask for.
    if (take(key)) missed(key);
    return true;
  };

  /** A room that could not be read: it is gone, or it is tried again. */
  const unread = (id: string, error: ChatError) => {
    if (error.code !== 'not_found' && error.code !== 'forbidden') throw error;
    set(id, undefined);
  };

  const head = (key: string, { epoch, rev }: Position) => {
    const at = position(key);
    if (at && (epoch !== at.epoch || rev > at.rev)) suspect(key);
  };

  const ephemeral = (event: Envelope) => {
    const { type, data } = event;
    if (type === 'sync.heads') {
      for (const room of data.rooms) head(room.room_id, room);
      if (data.user) head(USER, data.user);
    } else if (type === 'receipt.updated') {
      update(data.room_id, (now) => {
        const receipts = movedReceipt(now, data);
        return receipts === now.receipts ? now : { ...now, receipts };
      });
    } else if (type === 'unread.updated') feed(data.room_id).marked(data);
    else if (type === 'typing.updated') feed(data.room_id).typists(data.user_ids);
    else if (type === 'thread.updated') feed(data.room_id).threads.get(data.thread_id)?.stands(data);
    heard(event);
  };

  const engine: Omit<Engine, 'own'> = {
    kept,
    keeper,
    viewer,
    async restore() {
      const found = await keeper.load();
      if (!found) return;
      own.set(found.index);
      for (const [id, one] of found.rooms) set(id, one);
    },
    async begin({ user_id, user }) {
      if (!user_id || !user) return line.catchingUp(false);
      const index = own.index();
      if (index && index.user_id !== user_id) {
        for (const id of kept.keys()) set(id, undefined);
        own.forget();
        behind.clear();
        orders.clear();
        told.clear();
        host.forget();
      }
      own.begin(user_id);
      gaps.clear();
      if (own.index()) missed(USER, ...kept.keys());
      else await own.read({ ...user, user_id });
      await catchUp();
    },
    set,
    update,
    hear(event) {
      const { stream, rev, room_id } = event;
      if (rev === undefined) return ephemeral(event);
      const key = stream.startsWith('user:') ? USER : room_id;
      if (key === null) return heard(event);
      if (take(key, event)) suspect(key);
    },
    missed,
    suspect,
    catchUp,
    read,
    fresh,
  };
  const own = ownOf(host, engine);
  return { ...engine, own };
}
