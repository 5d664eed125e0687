import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.js';
import { ASKED_PER_SECOND, samplerOf } from './sampling.js';

/** By what the sampler makes of them, the largest and the smallest share. */
const HIGH = 'ffffffff000000000000000000000000';
const LOW = '00000000000000010000000000000001';

type Parent = 'none' | 'sampled' | 'unsampled';

const contextOf = (parent: Parent, traceId: string) =>
  parent === 'none'
    ? ROOT_CONTEXT
    : trace.setSpanContext(ROOT_CONTEXT, {
        traceId,
        spanId: 'b7ad6b7169203331',
        traceFlags: Number(parent === 'sampled'),
        isRemote: true,
      });

const makeSampler = (tracesSampler: Config['tracesSampler'], tracesSamplerArg = 1, now?: () => number) => {
  const sampler = samplerOf({ tracesSampler, tracesSamplerArg }, now);
  return (parent: Parent, kind = SpanKind.SERVER, traceId = HIGH): boolean =>
    sampler.shouldSample(contextOf(parent, traceId), traceId, 'GET /', kind, {}, []).decision ===
    SamplingDecision.RECORD_AND_SAMPLED;
};

describe('which traces are kept', () => {
  it.each([
    ['always_on', [true, true, true]],
    ['always_off', [false, false, false]],
    ['parentbased_always_on', [true, true, false]],
    ['parentbased_always_off', [false, true, false]],
  ] as const)('by %s: without a parent, with one that is kept, with one that is not', (name, kept) => {
    const keeps = makeSampler(name);
    expect((['none', 'sampled', 'unsampled'] as const).map((parent) => keeps(parent))).toEqual(kept);
  });

  it('a share is of the trace, so that every process keeps the same', () => {
    const keeps = makeSampler('traceidratio', 0.5);
    for (const kind of [SpanKind.SERVER, SpanKind.CONSUMER])
      expect([keeps('none', kind, LOW), keeps('none', kind, HIGH)]).toEqual([true, false]);
  });

  it('of what callers ask for, so many in a second beside the own share; what was kept before is always', () => {
    let now = 5_000;
    const keeps = makeSampler('parentbased_traceidratio', 0.5, () => now);
    const asked = () => Array.from({ length: 100 }, () => keeps('sampled')).filter(Boolean).length;
    expect(asked()).toBe(ASKED_PER_SECOND);
    expect([keeps('sampled', SpanKind.SERVER, LOW), keeps('sampled', SpanKind.CONSUMER)]).toEqual([true, true]);
    now += 1_000;
    expect([asked(), keeps('unsampled')]).toEqual([ASKED_PER_SECOND, false]);
    // Who keeps all of its own keeps all of theirs.
    const all = makeSampler('parentbased_always_on', 1, () => now);
    expect(Array.from({ length: 100 }, () => all('sampled'))).not.toContain(false);
  });
});
