import { list } from '../pages.js';
import type { Index } from './keeper.js';
import type { Engine, EngineHost, Own } from './parts.js';
import type { Envelope, Position, Told } from './types.js';

/** The user's own stream among the rooms. */
export const USER = 'me';
const MOST_HIDDEN = 1_000;
const MOST_NOTIFICATIONS = 100;
const MOST_LISTED = 1_000;

export function ownOf(host: EngineHost, engine: Omit<Engine, 'own'>): Own {
  const { call, feed } = host;
  const { kept, keeper, catchUp, missed, read: readRoom, fresh, set: setRoom } = engine;
  let index: Index | undefined;
  /** Whose session it is; the index of it may not be there yet. */
  let owner = '';
  let hidden: ReadonlySet<string> = new Set();
  let blocked: ReadonlySet<string> = new Set();

  const set = (next: Index | undefined) => {
    if (next?.hidden !== index?.hidden) hidden = new Set(next?.hidden);
    if (next?.blocked !== index?.blocked) blocked = new Set(next?.blocked);
    index = next;
    keeper.changed();
    host.changed('index');
  };
  const patch = (change: Partial<Index>) => {
    if (index) set({ ...index, ...change });
  };

  /** Reads a room again, and what came meanwhile. */
  const again = (id: string): Promise<void> =>
    readRoom(id)
      .catch(() => missed(id))
      .then(catchUp);

  /** It stands in the list at once; its side, its receipts and what was said come by a resume. */
  const gained = ({ room, epoch, rev }: Told) => {
    const { id } = room;
    const before = kept.get(id);
    if (before?.epoch === epoch && before!.rev >= rev) return;
    setRoom(id, fresh({ ...room, epoch, last_rev: rev }));
    // Not before this event's place is passed.
    void Promise.resolve(id).then(again);
  };

  const block = (userId: string, isAdded: boolean) => {
    const others = index!.blocked.filter((one) => one !== userId);
    patch({ blocked: isAdded ? [...others, userId] : others });
    for (const id of kept.keys()) {
      if (isAdded) feed(id).rehide();
      // What was hidden is not here: it is read again.
      else void again(id);
    }
  };

  const read = async (base: Position & { user_id?: string }) => {
    const { max_rooms } = host;
    const all = (path: string, query?: object) =>
      list<Told>((cursor) => call('GET', path, { query: { limit: 100, cursor, ...query } })).take(MOST_LISTED);
    const sort = [{ last_message_at: 'desc' }];
    const [rooms, blocks, invites] = await Promise.all([
      list<Told>((cursor) =>
        call('POST', '/rooms/query', { body: { sort, limit: 100, members_limit: 5, cursor } }),
      ).take(max_rooms),
      all('/users/me/blocks'),
      all('/invites', { status: 'pending' }),
    ]);
    const { user_id = index!.user_id, epoch, rev } = base;
    set({
      hidden: [],
      notifications: [],
      ...index,
      user_id,
      epoch,
      rev,
      invites,
      rooms: [],
      blocked: blocks.map((one) => one.user_id),
    });
    const mine = new Set<string>(rooms.map(({ id }) => id));
    if (rooms.length < max_rooms) for (const id of kept.keys()) if (!mine.has(id)) setRoom(id, undefined);
    for (const room of rooms) if (!kept.has(room.id)) setRoom(room.id, fresh(room));
    patch({ rooms: [...kept.keys()] });
    // What came while it was read, for which there was no place yet.
    missed(USER, ...mine);
    // What could not be loaded is said in the state of the room.
    for (const id of mine)
      feed(id)
        .fill()
        .catch(() => {});
  };

  const apply = ({ type, data, epoch, rev, occurred_at }: Envelope) => {
    patch({ epoch: epoch!, rev: rev! });
    const { hidden, invites, notifications, user_id } = index!;
    const { room_id } = data;
    if (type === 'room.added') gained(data);
    else if (type === 'room.removed') setRoom(room_id, undefined, data.reason);
    else if (type === 'room.settings_updated') {
      const { room_id: _, ...settings } = data;
      engine.update(room_id, (now) => (now.me ? { ...now, me: { ...now.me, ...settings } } : now));
    } else if (type === 'message.hidden') {
      patch({ hidden: [...hidden, data.message_id].slice(-MOST_HIDDEN) });
      feed(room_id).rehide();
    } else if (type === 'block.added' || type === 'block.removed') block(data.user_id, type === 'block.added');
    else if (type.startsWith('invite.')) {
      const others = invites.filter(({ id }) => id !== data.id);
      patch({ invites: type === 'invite.created' && data.user_id === user_id ? [data, ...others] : others });
    } else if (type === 'notification.created') {
      const { delivery_id } = data;
      const others = notifications.filter((one) => one.delivery_id !== delivery_id);
      patch({ notifications: [{ ...data, occurred_at }, ...others].slice(0, MOST_NOTIFICATIONS) });
      host.line.tell('notification.ack', { id: delivery_id });
    }
  };

  return {
    index: () => index,
    set,
    patch,
    begin: (userId) => void (owner = userId),
    forget: () => set(undefined),
    viewer: () => ({ user_id: index?.user_id ?? owner, hidden, blocked, window: host.window }),
    read,
    apply,
  };
}
