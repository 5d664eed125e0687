import fc from 'fast-check';
import { binOf, percentile, RELATIVE_ERROR, valueOfBin } from './log-histogram.js';

const histogramOf = (values: number[]): Map<number, number> => {
  const bins = new Map<number, number>();
  for (const value of values) bins.set(binOf(value), (bins.get(binOf(value)) ?? 0) + 1);
  return bins;
};

describe('histograms of durations', () => {
  it('are off by five percent at most', () => {
    expect(RELATIVE_ERROR).toBeLessThanOrEqual(0.05);
    fc.assert(
      fc.property(fc.double({ min: 1, max: 14 * 86_400_000, noNaN: true }), (ms) => {
        expect(Math.abs(valueOfBin(binOf(ms)) - ms) / ms).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-9);
      }),
    );
  });

  it('give percentiles within the error, merged or whole', () => {
    const durations = fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const merged = histogramOf(a);
        for (const [bin, n] of histogramOf(b)) merged.set(bin, (merged.get(bin) ?? 0) + n);
        const sorted = [...a, ...b].toSorted((x, y) => x - y);
        for (const share of [0.5, 0.95, 0.99]) {
          const truth = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
          expect(Math.abs(percentile(merged, share)! - truth)).toBeLessThanOrEqual(truth * 0.05 + 0.5);
        }
      }),
    );
  });

  it('take what no duration may be', () => {
    expect([0, -5, NaN, 0.3].map(binOf)).toEqual([0, 0, 0, 0]);
    expect(binOf(1e300)).toBe(binOf(14 * 86_400_000));
    expect(percentile(new Map(), 0.5)).toBeNull();
  });
});
