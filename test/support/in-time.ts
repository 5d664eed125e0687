/** Nothing that is tested takes longer, whatever the machine. */
const LAST_S = 16;

/**
 * For what is over by itself after some seconds, and must be seen before: tries with 1, 2, 4, … seconds until `work`
 * came in time. How long the machine takes is not what is tested.
 * @throws what `work` threw when that was not for want of time
 */
export async function inTime<T>(work: (seconds: number) => Promise<T>): Promise<T> {
  for (let seconds = 1; ; seconds *= 2) {
    try {
      return await work(seconds);
    } catch (error) {
      if (seconds >= LAST_S) throw error;
    }
  }
}
