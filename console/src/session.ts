import { useSyncExternalStore } from 'react';

/** Who is logged in, in this tab only. */
export interface Session {
  key: string;
  kind: 'admin' | 'master';
  /** The client of a master key. */
  client_id: string | null;
}

const PLACE = 'chatapi-console-session';
const listeners = new Set<() => void>();
let session = read();

function read(): Session | null {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as Session | null;
  } catch {
    return null;
  }
}

/** @param next null: logs out */
export function setSession(next: Session | null): void {
  session = next;
  if (next) sessionStorage.setItem(PLACE, JSON.stringify(next));
  else sessionStorage.removeItem(PLACE);
  for (const listener of listeners) listener();
}

export const useSession = (): Session | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
