const TICK_MS = 250;

/**
 * Did it settle well within that time? False too when it failed. Time that this process itself stood still doesn't count:
 * what was answered meanwhile is read between two ticks.
 */
export function answeredWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    let ticks = Math.ceil(ms / TICK_MS);
    const timer = setInterval(() => {
      if (--ticks <= 0) end(false);
    }, TICK_MS);
    timer.unref();
    const end = (answered: boolean): void => {
      clearInterval(timer);
      resolve(answered);
    };
    work.then(
      () => end(true),
      () => end(false),
    );
  });
}
