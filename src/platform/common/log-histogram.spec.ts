import fc from 'fast-check';
import { binOf, Histogram, RELATIVE_ERROR, valueOfBin } from './log-histogram.js';

const histogramOf = (values: number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.add(binOf(value), 1);
  return histogram;
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
        merged.addAll(histogramOf(b));
        const sorted = [...a, ...b].toSorted((x, y) => x - y);
        for (const share of [0.5, 0.95, 0.99]) {
          const truth = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
          expect(Math.abs(merged.percentile(share)! - truth)).toBeLessThanOrEqual(truth * 0.05 + 0.5);
        }
      }),
    );
  });

  it('are the same when they were kept as text, and add up as texts do', () => {
    const durations = fc.array(fc.integer({ min: 0, max: 2_000_000_000 }), { maxLength: 50 });
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const read = new Histogram();
        for (const part of [a, b]) read.addText(histogramOf(part).toText());
        expect(read).toEqual(histogramOf([...a, ...b]));
        expect(read.size).toBe(a.length + b.length);
      }),
    );
    const few = new Histogram();
    few.addText('12:1,0,30');
    expect([few.toText(), few.size, new Histogram().toText()]).toEqual(['12:1,0,30', 31, '']);
  });

  it('take what no duration may be', () => {
    expect([0, -5, NaN, 0.3].map(binOf)).toEqual([0, 0, 0, 0]);
    expect(binOf(1e300)).toBe(binOf(14 * 86_400_000));
    expect(new Histogram().percentile(0.5)).toBeNull();
  });
});
