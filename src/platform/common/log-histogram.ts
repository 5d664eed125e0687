/** Each bin is this much wider than the one before. */
const GROWTH = 1.1;
const LOG_GROWTH = Math.log(GROWTH);
/** Beyond it, a fortnight in milliseconds, all is one bin. */
const LAST_BIN = Math.ceil(Math.log(14 * 86_400_000) / LOG_GROWTH);

/** How far what {@link percentile} says may be from the truth: half of a bin's width, about 4.8 %. */
export const RELATIVE_ERROR = (GROWTH - 1) / (GROWTH + 1);

/** Counts by bin. Histograms of the same kind are merged by adding them. */
export type Bins = ReadonlyMap<number, number>;

/** The bin of a duration in milliseconds: what is below one is one. */
export function binOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(Math.ceil(Math.log(ms) / LOG_GROWTH), LAST_BIN);
}

/** The duration in milliseconds that stands for all of a bin: no other of the bin is further from it than {@link RELATIVE_ERROR}. */
export const valueOfBin = (bin: number): number => (bin === 0 ? 1 : (2 * GROWTH ** bin) / (GROWTH + 1));

/**
 * @param share between 0 and 1
 * @returns the smallest duration that is not exceeded by this share, in whole milliseconds; null of an empty histogram
 */
export function percentile(bins: Bins, share: number): number | null {
  const sorted = [...bins].filter(([, n]) => n > 0).toSorted(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, n]) => sum + n, 0);
  if (total === 0) return null;
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  for (const [bin, n] of sorted) {
    seen += n;
    if (seen >= rank) return Math.round(valueOfBin(bin));
  }
  return Math.round(valueOfBin(sorted.at(-1)![0]));
}
