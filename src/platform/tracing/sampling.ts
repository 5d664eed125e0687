import type { Attributes, Context, Link, SpanKind } from '@opentelemetry/api';
import { SpanKind as Kinds } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace';
import type { Config } from '../config/config.js';

/**
 * Traces kept in each second, of each process, for no other reason than that a request's `traceparent` asks for it. Anybody
 * can send one: a client that samples all of its own would fill the receiver, and the room of all others' spans.
 */
export const ASKED_PER_SECOND = 20;

const KEEP: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };

/** As OTEL_TRACES_SAMPLER names them. @param now in milliseconds, of any clock that only goes forward */
export function samplerOf(
  { tracesSampler, tracesSamplerArg }: Pick<Config, 'tracesSampler' | 'tracesSamplerArg'>,
  now: () => number = () => performance.now(),
): Sampler {
  const name = tracesSampler.replace('parentbased_', '');
  const root =
    name === 'always_on'
      ? new AlwaysOnSampler()
      : name === 'always_off'
        ? new AlwaysOffSampler()
        : new TraceIdRatioBasedSampler(tracesSamplerArg);
  if (!tracesSampler.startsWith('parentbased_')) return root;
  return new ParentBasedSampler({ root, remoteParentSampled: new AskedFor(root, now) });
}

/** What a parent elsewhere keeps is kept: all of what we kept before, of what callers ask for a bounded number beside the own share. */
class AskedFor implements Sampler {
  private second = 0;
  private kept = 0;

  constructor(
    private readonly root: Sampler,
    private readonly now: () => number,
  ) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    // Only requests come from outside; what goes on after a wait has its parent from a row of ours.
    if (kind !== Kinds.SERVER) return KEEP;
    const own = this.root.shouldSample(context, traceId, name, kind, attributes, links);
    return own.decision === SamplingDecision.RECORD_AND_SAMPLED || this.mayKeep() ? KEEP : own;
  }

  private mayKeep(): boolean {
    const second = Math.floor(this.now() / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.kept = 0;
    }
    return this.kept++ < ASKED_PER_SECOND;
  }

  toString(): string {
    return `AskedFor{${ASKED_PER_SECOND}/s, else ${this.root.toString()}}`;
  }
}
