import { unreadOf, type Kept } from './reduce.js';
import type { RoomSummary } from './types.js';

/** The list of rooms, newest activity first; a room that shows the same is the same object as before, and so is the list. */
export function summariesOf(kept: ReadonlyMap<string, Kept>): () => RoomSummary[] {
  const known = new WeakMap<Kept, RoomSummary>();
  let listed = new Map<string, RoomSummary>();
  let list: RoomSummary[] = [];
  const summaryOf = (one: Kept): RoomSummary => {
    const { room, me, last_message, members } = one;
    const mentions = me?.mentions ?? 0;
    const next = known.get(one) ?? { room, me, last_message, unread: unreadOf(one), mentions, members };
    const before = listed.get(room.id);
    // Much changes in a room that a list does not show.
    const summary = before && isSame(before, next) ? before : next;
    known.set(one, summary);
    return summary;
  };
  const compare = (a: RoomSummary, b: RoomSummary): number =>
    order(timeOf(b), timeOf(a)) || order(a.room.id, b.room.id);
  return () => {
    const shown = [...kept.values()].filter(({ room }) => room.status !== 'deleted');
    const mine = shown.map(summaryOf).sort(compare);
    listed = new Map(mine.map((one) => [one.room.id, one]));
    return isSame(mine, list) ? list : (list = mine);
  };
}

const timeOf = ({ room }: RoomSummary): string => room.last_message_at ?? room.created_at;
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Do they hold the same, field by field? */
const isSame = <T extends object>(a: T, b: T): boolean => {
  const [one, other] = [Object.entries(a), Object.entries(b)];
  return one.length === other.length && one.every(([key, value], n) => key === other[n]![0] && value === other[n]![1]);
};
