import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Milliseconds after which the wait fails; 30,000 unless told: against hangs, the machine may be busy. */
  timeout?: number;
  /** Milliseconds between two looks; 20 unless told. */
  every?: number;
}

/**
 * Waits until `look` returns something truthy and returns that. Fails with `what` and the last value seen, so that a
 * test that waits in vain says for what. Tests never wait for a fixed time; what
 * paces a loop sleeps by `node:timers/promises`.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  { timeout = 30_000, every = 20 }: UntilOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeout;
  for (;;) {
    const seen = await look();
    if (seen) return seen as Exclude<T, false | null | undefined>;
    if (performance.now() > deadline) {
      throw new Error(`Waited ${timeout} ms for ${what}; last seen: ${JSON.stringify(seen)}`);
    }
    await sleep(every);
  }
}
