import { useSyncExternalStore } from 'react';

/** Secrets that were just made, until they are put away: in no storage, and in no address. */
const kept = new Map<string, string>();
const listeners = new Set<() => void>();

export function keepSecret(id: string, secret: string | null): void {
  if (secret === null) kept.delete(id);
  else kept.set(id, secret);
  for (const listener of listeners) listener();
}

/** @returns the secret of this endpoint, where it was made on this page just now */
export const useShownSecret = (id: string): string | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => kept.get(id) ?? null,
  );
