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
let refused = false;

function read(): Session | null {
  try {
    return JSON.parse(sessionStorage.getItem(PLACE) ?? 'null') as Session | null;
  } catch {
    return null;
  }
}

/** @param next null: logs out; @param isRefused by the service, not by who was logged in */
export function setSession(next: Session | null, isRefused = false): void {
  session = next;
  refused = isRefused;
  if (next) sessionStorage.setItem(PLACE, JSON.stringify(next));
  else sessionStorage.removeItem(PLACE);
  for (const listener of listeners) listener();
}

/** The service no longer takes this key. What was asked with one that has been replaced meanwhile ends nothing. */
export function forget(key: string): void {
  if (session?.key === key) setSession(null, true);
}

/** Did the last session end because its key was no longer taken? */
export const wasRefused = (): boolean => refused;

/** The key of whoever is logged in now: one may replace it while pages are open. */
export const currentKey = (): string => session?.key ?? '';

export const useSession = (): Session | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
