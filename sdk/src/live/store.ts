import type { Store } from './types.js';

/** A value that is set. */
export interface Value<T> extends Store<T> {
  set(value: T): void;
}

/** A value that is worked out when somebody asks for it after a change. */
export interface Derived<T> extends Store<T> {
  /** What it depends on has changed. */
  changed(): void;
}

export function valueOf<T>(now: T): Value<T> {
  const { subscribe, tell } = listened();
  return {
    get: () => now,
    subscribe,
    set(value) {
      if (Object.is(value, now)) return;
      now = value;
      tell();
    },
  };
}

export function derived<T>(work: () => T): Derived<T> {
  const { subscribe, tell } = listened();
  let known: { value: T } | undefined;
  return {
    get: () => (known ??= { value: work() }).value,
    subscribe,
    changed() {
      known = undefined;
      tell();
    },
  };
}

/** Tells listeners once for all that changed at once; who asks sees it at once. */
function listened() {
  const listeners = new Set<() => void>();
  let told = true;
  return {
    subscribe(listener: () => void) {
      // Twice the same function is two listeners.
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell() {
      if (!told) return;
      told = false;
      void Promise.resolve().then(() => {
        told = true;
        for (const listener of listeners) guarded(listener);
      });
    },
  };
}

/** Runs what the app gave; what it throws is the app's to see, and stops nothing here. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
