import { useSyncExternalStore } from 'react';

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
