/** Each bin is this much wider than the one before. */
const GROWTH = 1.1;
const LOG_GROWTH = Math.log(GROWTH);
/** Beyond it, a fortnight in milliseconds, all is one bin. */
const LAST_BIN = Math.ceil(Math.log(14 * 86_400_000) / LOG_GROWTH);

/** How far what {@link percentile} says may be from the truth: half of a bin's width, about 4.8 %. */
export const RELATIVE_ERROR = (GROWTH - 1) / (GROWTH + 1);

/** The bin of a duration in milliseconds: what is below one is one. */
export function binOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(Math.ceil(Math.log(ms) / LOG_GROWTH), LAST_BIN);
}

/** The duration in milliseconds that stands for all of a bin: no other of the bin is further from it than {@link RELATIVE_ERROR}. */
export const valueOfBin = (bin: number): number => (bin === 0 ? 1 : (2 * GROWTH ** bin) / (GROWTH + 1));

/** Counts by bin. Histograms of the same kind are merged by adding them. */
export class Histogram {
  /** By bin, from 0 on. */
  private readonly counts: number[] = [];

  add(bin: number, n: number): void {
    while (this.counts.length <= bin) this.counts.push(0);
    this.counts[bin]! += n;
  }

  addAll(other: Histogram): void {
    for (let bin = other.counts.length - 1; bin >= 0; bin--)
      if (other.counts[bin] !== 0) this.add(bin, other.counts[bin]!);
  }

  /** Adds what {@link toText} made, number by number: thousands of them are read for one answer. */
  addText(text: string): void {
    let [at, bin] = [text.indexOf(':') + 1, Number.parseInt(text, 10)];
    for (; at < text.length; bin++) {
      let n = 0;
      for (let digit; at < text.length && (digit = text.charCodeAt(at++) - ZERO) >= 0;) n = n * 10 + digit;
      if (n !== 0) this.add(bin, n);
    }
  }

  /** As it is kept: the first bin that has any, and the counts from there on, `52:1,0,3`. Empty of an empty one. */
  toText(): string {
    const first = this.counts.findIndex((n) => n > 0);
    return first < 0 ? '' : `${first}:${this.counts.slice(first).join(',')}`;
  }

  get size(): number {
    let sum = 0;
    for (let bin = 0; bin < this.counts.length; bin++) sum += this.counts[bin]!;
    return sum;
  }

  /**
   * @param share between 0 and 1
   * @returns the smallest duration that is not exceeded by this share, in whole milliseconds; null of an empty histogram
   */
  percentile(share: number): number | null {
    const rank = Math.max(1, Math.ceil(share * this.size));
    for (let bin = 0, seen = 0; bin < this.counts.length; bin++) {
      seen += this.counts[bin]!;
      if (seen >= rank) return Math.round(valueOfBin(bin));
    }
    return null;
  }
}

const ZERO = '0'.charCodeAt(0);
