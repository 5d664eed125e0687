import type { RetryPolicy } from '../../providers/channel.js';
import type { Outcome } from '../../providers/provider.js';
import type { DeliveryRules } from '../../providers/provider.registry.js';
import { charge, isNewlyExhausted, isSpent, leftWithProvider, withinBudgets, type Fault } from '../routing/budgets.js';
import type { DeliveryRow, Routing, AttemptVerdict, Outage } from '../delivery.js';

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

/** A delivery as claimed: its attempt_count counts the attempt that ended, its updated_at is when that began. */
type Claimed = Pick<DeliveryRow, 'attempt_count' | 'max_attempts' | 'updated_at'>;

/**
 * What follows from an outcome. `othersLeft`: another provider of the client has not been tried in this round, and is not out.
 * @param rules of the provider that took it; the channel's own where it is not known which one did
 * @param random the same for all that went in one call, so that they go in one call again
 */
export function judge(
  delivery: Claimed,
  outcome: Outcome,
  routing: Routing,
  othersLeft: boolean,
  { success, retryPolicy }: DeliveryRules,
  random = Math.random(),
): AttemptVerdict {
  if (outcome.kind === 'accepted') {
    return {
      status: success,
      reason: null,
      delayMs: null,
      routing: decided(routing),
      provider_message_id: outcome.provider_message_id ?? null,
    };
  }
  const now = delivery.updated_at.getTime();
  const charged = retryPolicy.budgets ? charge(routing, now) : routing;
  const verdict = follow(delivery, outcome, charged, othersLeft, retryPolicy, random);
  return retryPolicy.budgets && verdict.delayMs !== null ? told(verdict, retryPolicy.budgets, now) : verdict;
}

function follow(
  { attempt_count: made, max_attempts, updated_at }: Claimed,
  fault: Fault,
  routing: Routing,
  othersLeft: boolean,
  policy: RetryPolicy,
  random: number,
): AttemptVerdict {
  const now = updated_at.getTime();
  const { budgets } = policy;
  const ended = (reason: string) => verdictOf('failed', reason, null, decided(routing));
  const again = (delayMs: number, next: Routing) => verdictOf('retrying', fault.code, delayMs, next);

  if (fault.kind === 'unknown' && policy.unknownWait !== null)
    return verdictOf('unknown', fault.code, policy.looks?.[0] ?? policy.unknownWait, {
      ...routing,
      unknown: {
        since: now,
        looks: 0,
        ...(policy.looks && { told: true }),
        ...(fault.provider_message_id && { message_id: fault.provider_message_id }),
      },
    });
  const attemptsLeft = made < max_attempts;
  const retryAfterMs = fault.retryAfterMs ?? 0;
  const elsewhere = fault.kind !== 'unknown' && fault.fault === 'provider' && othersLeft;
  const left = budgets && fault.fault === 'provider' ? leftWithProvider(fault, routing, budgets, now) : 0;
  // It is asked again within its budget, unless it says itself that this is of no use.
  const leaves = elsewhere && (left === 0 || retryAfterMs > left);
  if (leaves && attemptsLeft) return again(0, { ...withoutSpent(routing), tried: triedWith(routing) });
  // Who is out just now may take what this one never will.
  if (fault.kind === 'permanent' && !(fault.fault === 'provider' && isAnotherOut(routing))) return ended(fault.code);
  if (budgets && isSpent(routing, budgets.message, now)) return ended('time_exhausted');
  if (!attemptsLeft) return ended('attempts_exhausted');
  if (elsewhere) {
    const wait = Math.min(backoffMs(policy, routing.spent!.faults, retryAfterMs, random), left);
    return again(withinBudgets(wait, routing, budgets!, now), routing);
  }
  const wait = backoffMs(policy, made, retryAfterMs, random);
  // Every provider had its turn: the next round begins with the first again.
  const round = { ...withoutSpent(routing), tried: [] };
  return again(budgets ? Math.max(withinBudgets(wait, routing, budgets, now), retryAfterMs) : wait, round);
}

/**
 * What waits because no provider takes anything just now: until the first may be asked again.
 * @param nowMs by the clock of this process, as the outage is
 */
export function holdVerdict(
  delivery: Claimed,
  routing: Routing,
  outage: Outage,
  { retryPolicy: { budgets } }: DeliveryRules,
  nowMs = Date.now(),
): AttemptVerdict {
  const began = delivery.updated_at.getTime();
  const delayMs = Math.max(outage.until - nowMs, MIN_HOLD_MS);
  const held = verdictOf('held', outage.reason, delayMs, {
    ...routing,
    failing_since: routing.failing_since ?? began,
  });
  // An estimate beyond the budget says now what would be told then.
  return budgets ? told(held, budgets, began + delayMs) : held;
}

/** What waits because nothing was sent, through nobody's fault. */
export const untriedVerdict = ({ code, retryAfterMs = 0 }: Fault, routing: Routing): AttemptVerdict =>
  verdictOf('held', code, Math.max(retryAfterMs, MIN_HOLD_MS), routing);

/** Between two looks whether a provider is back. */
const MIN_HOLD_MS = 250;

function told(verdict: AttemptVerdict, budgets: NonNullable<RetryPolicy['budgets']>, now: number): AttemptVerdict {
  if (!isNewlyExhausted(verdict.routing, budgets, now)) return verdict;
  return { ...verdict, exhausted: true, routing: { ...verdict.routing, exhausted: true } };
}

const verdictOf = (
  status: AttemptVerdict['status'],
  reason: string,
  delayMs: number | null,
  routing: Routing,
): AttemptVerdict => ({ status, reason, delayMs, routing, provider_message_id: null });

/**
 * When a provider is asked again of an outcome that it could not tell; null: it was asked for the last time.
 * @param looks how often it was asked, this time included
 * @param forMs for how long the outcome has been unknown
 */
export function nextLookMs(
  { looks: early = [], unknownWait }: RetryPolicy,
  looks: number,
  forMs: number,
): number | null {
  const all = [...early, unknownWait ?? 0];
  // Those that were missed are not made up for.
  const over = Math.max(looks, all.filter((at) => at <= forMs).length);
  return over < all.length ? all[over]! - forMs : null;
}

/** What is left of it in the record: who opens it again begins with budgets of its own. */
const decided = ({ decision, reason, skipped }: Routing): Routing => ({
  decision,
  reason,
  ...(skipped && { skipped }),
});

const isAnotherOut = ({ skipped = [], tried = [] }: Routing): boolean =>
  skipped.some(({ provider }) => !tried.includes(provider));

const triedWith = ({ tried = [], decision }: Routing): string[] => [...tried, decision];

function withoutSpent({ spent: _, ...routing }: Routing): Routing {
  return routing;
}
