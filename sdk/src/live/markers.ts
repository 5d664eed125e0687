import type { ChatError } from '../errors.js';
import { soon } from '../wait.js';
import type { RoomHost } from './parts.js';
import { SMALL_ROOM, unreadOf, withMe, type Kept } from './reduce.js';
import type { Message } from './types.js';

const READ_MS = 200;
const DELIVERED_MS = 1_000;

/** Up to where this user has read a room and got it, told to the others. */
export interface Markers {
  /** Has read up to this place. */
  read(seq: number): void;
  /** What is still to be told is not to be told any more. */
  forget(): void;
  /** With what is still to be told. */
  withRead(kept: Kept): Kept;
  /** What could not be told is told again. */
  tellAgain(): void;
  /** Somebody else's message is here. */
  arrived(message: Message): void;
}

export function markersOf(room_id: string, { engine, line, unreadChanged }: RoomHost): Markers {
  let wanted = 0;
  let delivered = 0;

  const withRead = (kept: Kept): Kept =>
    kept.me && kept.me.last_read_seq < wanted ? { ...kept, me: { ...kept.me, last_read_seq: wanted } } : kept;

  const tellRead = soon(READ_MS, async () => {
    const seq = wanted;
    if (seq === 0) return;
    try {
      const me = await line.ask('receipt.read', { room_id, seq });
      if (wanted === seq) wanted = 0;
      engine.update(room_id, (kept) => withRead(withMe(kept, me)));
    } catch (error) {
      if (!(error as ChatError).retryable) wanted = 0;
    }
  });

  const tellDelivered = soon(DELIVERED_MS, () => line.tell('receipt.delivered', { room_id, seq: delivered }));

  return {
    read(seq) {
      const kept = engine.kept.get(room_id);
      if (!kept?.me || seq <= kept.me.last_read_seq) return;
      const mentions = seq >= kept.room.last_seq ? 0 : kept.me.mentions;
      const now = { ...kept, me: { ...kept.me, last_read_seq: seq, mentions } };
      engine.set(room_id, now);
      unreadChanged(unreadOf(now) - unreadOf(kept));
      wanted = Math.max(wanted, seq);
      tellRead();
    },
    forget() {
      wanted = 0;
    },
    withRead,
    tellAgain() {
      if (wanted > 0) tellRead();
    },
    arrived({ seq, silent, mentions = [] }) {
      const { me, room } = engine.kept.get(room_id) ?? {};
      if (!me || !room) return;
      const { user_id } = engine.viewer();
      const mentioned = mentions.some((one) => one.type === 'room' || one.user_id === user_id);
      const counts = !silent && !me.muted && !me.hidden && (!me.mentions_only || mentioned);
      if (counts && seq > me.last_read_seq) unreadChanged(1);
      if (room.member_count > SMALL_ROOM) return;
      delivered = seq;
      tellDelivered();
    },
  };
}
