import { useSyncExternalStore } from 'react';
import type { Member, Room } from '@chatapi/sdk';
import { attempt } from './ui';

/** Where one is, all of it in the address: it can be sent to somebody, and the browser's buttons work. */
export interface Place {
  room?: string | undefined;
  /** The message whose thread is open. */
  thread?: string | undefined;
  /** The place of a message in its room to show. */
  at?: number | undefined;
  /** The code of an invitation. */
  invite?: string | undefined;
}

export function go({ room, thread, at, invite }: Place): void {
  const path = invite ? `invite/${invite}` : room ? `rooms/${room}${thread ? `/threads/${thread}` : ''}` : '';
  history.pushState(null, '', `/chat/${path}${at ? `?at=${at}` : ''}`);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Goes to the room that is made or joined. */
export async function enterRoom(entering: Promise<Room | Member>): Promise<void> {
  const entered = await attempt(entering);
  if (entered) go({ room: 'room_id' in entered ? entered.room_id : entered.id });
}

export function usePlace(): Place {
  const href = useSyncExternalStore(listen, () => location.href);
  const { pathname, searchParams } = new URL(href);
  const [, kind, id, , thread] = pathname.replace(/^\/chat/, '').split('/');
  if (kind === 'invite') return { invite: id };
  return kind === 'rooms' && id ? { room: id, thread, at: Number(searchParams.get('at')) || undefined } : {};
}

function listen(listener: () => void): () => void {
  addEventListener('popstate', listener);
  return () => removeEventListener('popstate', listener);
}
