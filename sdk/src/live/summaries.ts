import { unreadOf, type Kept } from './reduce.js';
import type { RoomSummary } from './types.js';

/** The list of rooms, newest activity first; a room that has not changed is the same object as before. */
export function summariesOf(kept: ReadonlyMap<string, Kept>): () => RoomSummary[] {
  const known = new WeakMap<Kept, RoomSummary>();
  const summaryOf = (one: Kept): RoomSummary => {
    const { room, me, last_message, members } = one;
    const summary = known.get(one) ?? {
      room,
      me,
      last_message,
      unread: unreadOf(one),
      mentions: me?.mentions ?? 0,
      members,
    };
    known.set(one, summary);
    return summary;
  };
  const compare = (a: RoomSummary, b: RoomSummary): number =>
    order(timeOf(b), timeOf(a)) || order(a.room.id, b.room.id);
  return () =>
    [...kept.values()]
      .filter(({ room }) => room.status !== 'deleted')
      .map(summaryOf)
      .sort(compare);
}

const timeOf = ({ room }: RoomSummary): string => room.last_message_at ?? room.created_at;
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
