import type { Channel, Outcome } from '../providers/provider.js';
import type { DeliveryRow, Routing, AttemptVerdict } from './delivery.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

interface Policy {
  /** Attempts in all, unless the notification says otherwise. */
  attempts: number;
  /** Waits before attempt 2, 3, …; the last one is repeated. */
  waits: number[];
  success: 'sent' | 'delivered';
  /** How long an unknown outcome is left alone, so that a mail which did arrive is not sent twice at once. */
  unknownWait: number | null;
}

export const POLICIES: Record<Channel, Policy> = {
  // The schedule of Standard Webhooks 1.0.
  webhook: {
    attempts: 8,
    waits: [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
    success: 'delivered',
    unknownWait: null,
  },
  email: {
    attempts: 8,
    waits: [30 * SECOND, MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE, 32 * MINUTE, HOUR],
    success: 'sent',
    unknownWait: 15 * MINUTE,
  },
  websocket: {
    attempts: 8,
    waits: [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND, MINUTE],
    success: 'sent',
    unknownWait: null,
  },
};

/** The wait before the next attempt: ±20 %, and never shorter than the other side asked for. */
export function backoffMs(channel: Channel, attemptsMade: number, retryAfterMs = 0, random = Math.random()): number {
  const { waits } = POLICIES[channel];
  const wait = waits[Math.min(attemptsMade, waits.length) - 1] ?? waits.at(-1)!;
  return Math.max(Math.round(wait * (0.8 + 0.4 * random)), retryAfterMs);
}

/**
 * What follows from an outcome. `othersLeft`: another provider of the client has not been tried in this round.
 * @param delivery as claimed: its attempt_count counts the attempt that ended
 */
export function judge(
  delivery: Pick<DeliveryRow, 'channel' | 'attempt_count' | 'max_attempts'>,
  outcome: Outcome,
  routing: Routing,
  othersLeft: boolean,
  random = Math.random(),
): AttemptVerdict {
  const { channel, attempt_count: made } = delivery;
  const policy = POLICIES[channel];
  if (outcome.kind === 'accepted') {
    const routed = { decision: routing.decision, reason: routing.reason };
    return {
      status: policy.success,
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

  if (outcome.kind === 'unknown' && policy.unknownWait !== null) return verdict('unknown', policy.unknownWait);
  const attemptsLeft = made < delivery.max_attempts;
  const tried = [...(routing.tried ?? []), routing.decision];
  if (outcome.kind !== 'unknown' && outcome.fault === 'provider' && othersLeft && attemptsLeft) {
    return verdict('retrying', 0, { ...routing, tried });
  }
  if (outcome.kind === 'permanent') return verdict('failed', null);
  if (!attemptsLeft) return { ...verdict('failed', null), reason: 'attempts_exhausted' };
  // Every provider had its turn: the next round begins with the first again.
  return verdict('retrying', backoffMs(channel, made, outcome.retryAfterMs, random), { ...routing, tried: [] });
}
