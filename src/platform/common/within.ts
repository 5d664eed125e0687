import { setMaxListeners } from 'node:events';

/**
 * Does something under a signal that aborts when the time is over, or when another signal does. The signal is held until
 * the work ends: on Node 20, one of `AbortSignal.any([…, AbortSignal.timeout(ms)])` may be collected before it aborts.
 * @param work must end by itself when it is told to
 * @returns what the work does
 */
export async function within<T>(
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  stopping?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(stopping?.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException(`Not done within ${ms} ms.`, 'TimeoutError')),
    ms,
  ).unref();
  // As many listen as there is work in hand.
  if (stopping) setMaxListeners(0, stopping);
  if (stopping?.aborted) stop();
  else stopping?.addEventListener('abort', stop, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    stopping?.removeEventListener('abort', stop);
  }
}

/**
 * Waits for something that can't be told to end, but no longer than that. It goes on when the time is over.
 * @returns has it ended?
 * @throws what made it fail in time
 */
export async function endsIn(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false).unref();
  });
  return Promise.race([work.then(() => true), late]).finally(() => clearTimeout(timer));
}

/**
 * As {@link endsIn}, for what somebody needs.
 * @throws Error when the time is over
 */
export async function inTime<T>(ms: number, work: Promise<T>): Promise<T> {
  if (!(await endsIn(ms, work))) throw new Error(`no answer in ${ms / 1_000} s`);
  return work;
}
