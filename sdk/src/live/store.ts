import type { Store } from './types.js';

/** Tells listeners once for all that changed at once; who asks sees it at once. */
abstract class Observable<T> implements Store<T> {
  private readonly listeners = new Set<() => void>();
  private told = true;

  abstract get(): T;

  subscribe(listener: () => void): () => void {
    // Twice the same function is two listeners.
    const own = () => listener();
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }

  protected tell(): void {
    if (!this.told) return;
    this.told = false;
    void Promise.resolve().then(() => {
      this.told = true;
      for (const listener of this.listeners) guarded(listener);
    });
  }
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

/** A value that is set. */
export class Value<T> extends Observable<T> {
  constructor(private value: T) {
    super();
  }

  get(): T {
    return this.value;
  }

  set(value: T): void {
    if (Object.is(value, this.value)) return;
    this.value = value;
    this.tell();
  }
}

/** A value that is worked out when somebody asks for it after a change. */
export class Derived<T> extends Observable<T> {
  private known: { value: T } | undefined;

  constructor(private readonly work: () => T) {
    super();
  }

  get(): T {
    return (this.known ??= { value: this.work() }).value;
  }

  changed(): void {
    this.known = undefined;
    this.tell();
  }
}
