import type { RetryPolicy } from '../providers/channel.js';
import type { Outcome } from '../providers/provider.js';
import type { DeliveryRules } from '../providers/provider.registry.js';
import type { DeliveryRow, Routing, AttemptVerdict } from './delivery.js';

/** The wait before the next attempt: ±20 %, and never shorter than the other side asked for. */
export function backoffMs(
  { waits }: Pick<RetryPolicy, 'waits'>,
  attemptsMade: number,
  retryAfterMs = 0,
  random = Math.random(),
): number {
  const wait = waits[Math.min(attemptsMade, waits.length) - 1] ?? waits.at(-1)!;
  return Math.max(Math.round(wait * (0.8 + 0.4 * random)), retryAfterMs);
}

/**
 * What follows from an outcome. `othersLeft`: another provider of the client has not been tried in this round.
 * @param delivery as claimed: its attempt_count counts the attempt that ended
 * @param rules of the provider that took it; the channel's own where it is not known which one did
 */
export function judge(
  delivery: Pick<DeliveryRow, 'attempt_count' | 'max_attempts'>,
  outcome: Outcome,
  routing: Routing,
  othersLeft: boolean,
  { success, retryPolicy }: DeliveryRules,
  random = Math.random(),
): AttemptVerdict {
  const { attempt_count: made } = delivery;
  if (outcome.kind === 'accepted') {
    const { decision, reason: why, skipped } = routing;
    const routed: Routing = { decision, reason: why, ...(skipped && { skipped }) };
    return {
      status: success,
      reason: null,
      delayMs: null,
      routing: routed,
      provider_message_id: outcome.provider_message_id ?? null,
    };
  }
  const { code: reason } = outcome;
  const verdict = (status: AttemptVerdict['status'], delayMs: number | null, next = routing): AttemptVerdict => ({
    status,
    reason,
    delayMs,
    routing: next,
    provider_message_id: null,
  });

  if (outcome.kind === 'unknown' && retryPolicy.unknownWait !== null)
    return verdict('unknown', retryPolicy.unknownWait);
  const attemptsLeft = made < delivery.max_attempts;
  const tried = [...(routing.tried ?? []), routing.decision];
  if (outcome.kind !== 'unknown' && outcome.fault === 'provider' && othersLeft && attemptsLeft) {
    return verdict('retrying', 0, { ...routing, tried });
  }
  if (outcome.kind === 'permanent') return verdict('failed', null);
  if (!attemptsLeft) return { ...verdict('failed', null), reason: 'attempts_exhausted' };
  // Every provider had its turn: the next round begins with the first again.
  return verdict('retrying', backoffMs(retryPolicy, made, outcome.retryAfterMs, random), { ...routing, tried: [] });
}
