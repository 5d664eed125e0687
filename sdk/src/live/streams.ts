import type { Envelope, Position } from './types.js';

/** Held of a stream while something before it is missing; beyond it a resume brings all again. */
const MOST_EARLY = 300;

/**
 * Applies the events of one stream by `rev`, in order and once. What comes too early waits for what is missing; what does
 * not follow at all is told.
 */
export class Order {
  private readonly early = new Map<number, Envelope>();

  /** @returns whether something is missing */
  take(event: Envelope, at: () => Position | undefined, apply: (event: Envelope) => void): boolean {
    const position = at();
    if (!position) return false;
    const { epoch, rev } = event as Required<Envelope>;
    if (epoch !== position.epoch) return true;
    if (rev <= position.rev) return false;
    if (rev > position.rev + 1) {
      if (this.early.size < MOST_EARLY) this.early.set(rev, event);
      return true;
    }
    apply(event);
    return this.drain(at, apply);
  }

  /** Goes on with what came early. @returns whether something is still missing */
  drain(at: () => Position | undefined, apply: (event: Envelope) => void): boolean {
    for (let position = at(); position && this.early.size > 0; position = at()) {
      const next = this.early.get(position.rev + 1);
      for (const [rev, { epoch }] of this.early)
        if (rev <= position.rev || epoch !== position.epoch) this.early.delete(rev);
      if (!next || next.epoch !== position.epoch) break;
      apply(next);
    }
    return this.early.size > 0;
  }
}
