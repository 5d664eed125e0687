const TICK_MS = 250;

/**
 * Did it settle well before the other side had been silent for that long? False too when it failed. Time that this process
 * itself stood still doesn't count: what was said meanwhile is read between two ticks.
 * @param said grows with what the other side says
 */
export function answeredWithin(ms: number, work: Promise<unknown>, said: () => number): Promise<boolean> {
  return new Promise((resolve) => {
    let before = said();
    let silent = 0;
    const timer = setInterval(() => {
      const now = said();
      silent = now === before ? silent + TICK_MS : 0;
      before = now;
      if (silent >= ms) end(false);
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
