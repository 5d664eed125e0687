const LONGEST_MS = 30_000;

/** Doubled each time up to 30 s, and drawn from its upper half so that many don't return at once. */
export const backoff = (firstMs: number, tries: number): number =>
  Math.min(LONGEST_MS, firstMs * 2 ** tries) * (0.5 + Math.random() / 2);

/** Throws the signal's reason, as `fetch` does. */
export function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (!signal?.aborted) return;
  throw signal.reason ?? Object.assign(new Error('The call was aborted'), { name: 'AbortError' });
}

/** Waits; throws the signal's reason as soon as it is aborted. */
export async function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  throwIfAborted(signal);
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
  throwIfAborted(signal);
}

/** What the app gave, which may throw, refuse, or never answer. */
export function inTime<T>(act: () => T | Promise<T>, ms: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    new Promise<T>((settle) => settle(act())).finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

/** Does something once, some time after it was first asked for. */
export interface Soon {
  (): void;
  /** Not any more. */
  stop(): void;
}

export function soon(ms: number, run: () => void): Soon {
  let timer: Timer;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const ask = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      run();
    }, ms);
  };
  return Object.assign(ask, { stop });
}

/** Milliseconds of a clock that nobody sets. */
export const now = (): number => performance.now();

export type Timer = ReturnType<typeof setTimeout> | undefined;
