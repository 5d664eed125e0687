import { Problem } from '../../platform/common/problem.js';

const MIB = 1_048_576;
/** What is larger than the general limit of bodies is counted by what bounds large bodies. */
const MOST = { all: 128 * MIB, ofOne: 32 * MIB };
/** Of a body that comes without its length. */
const UNKNOWN_BYTES = MIB;

/** How many bytes of bodies are in hand of senders who have shown nothing yet: from before they are read until they are answered. */
export class BytesInHand {
  private readonly bySource = new Map<string, number>();
  private all = 0;

  /**
   * @param length of Content-Length; NaN where there is none
   * @returns to be called once, when the body is in hand no more
   * @throws Problem `overloaded` when there is too much
   */
  take(sourceId: string, length: number): () => void {
    const bytes = Math.min(Number.isNaN(length) ? UNKNOWN_BYTES : length, UNKNOWN_BYTES);
    const own = (this.bySource.get(sourceId) ?? 0) + bytes;
    if (own > MOST.ofOne || this.all + bytes > MOST.all) {
      throw new Problem('overloaded', 'Too much is in hand just now. Send it again.', { retryAfterS: 1 });
    }
    this.all += bytes;
    this.bySource.set(sourceId, own);
    return () => {
      this.all -= bytes;
      const left = this.bySource.get(sourceId)! - bytes;
      if (left > 0) this.bySource.set(sourceId, left);
      else this.bySource.delete(sourceId);
    };
  }
}
