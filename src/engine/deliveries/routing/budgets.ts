import type { Budgets } from '../../providers/channel.js';
import { OUT_AT_ONCE, type Outcome } from '../../providers/provider.js';
import type { Outage, Routing } from '../delivery.js';

/** An outcome that is no success. */
export type Fault = Exclude<Outcome, { kind: 'accepted' }>;

/** A fault at `now`, put on the account of the delivery. */
export const charge = (routing: Routing, now: number): Routing => ({
  ...routing,
  failing_since: routing.failing_since ?? now,
  spent: { since: routing.spent?.since ?? now, faults: (routing.spent?.faults ?? 0) + 1 },
});

/** What is left for the provider that it is with, in milliseconds; 0: another takes over. */
export function leftWithProvider({ kind, code }: Fault, { spent }: Routing, budgets: Budgets, now: number): number {
  if (kind === 'permanent' || OUT_AT_ONCE.has(code)) return 0;
  return Math.max(0, (spent?.since ?? now) + budgets.provider - now);
}

export const isSpent = ({ failing_since = Infinity }: Routing, budget: number, now: number): boolean =>
  now - failing_since >= budget;

/** Is the channel's budget spent, for the first time? */
export const isNewlyExhausted = (routing: Routing, budgets: Budgets, now: number): boolean =>
  routing.exhausted !== true && isSpent(routing, budgets.channel, now);

/** A wait that does not miss the end of a budget that is not spent yet. */
export function withinBudgets(waitMs: number, { failing_since }: Routing, budgets: Budgets, now: number): number {
  if (failing_since === undefined) return waitMs;
  const ends = [budgets.channel, budgets.message].map((budget) => failing_since + budget - now);
  return Math.min(waitMs, ...ends.filter((left) => left > 0));
}

/** Breakers are what the budget of a message is for; a quota is waited for, however long. */
export const isTooLate = (routing: Routing, outage: Outage, budgets: Budgets | undefined, now: number): boolean =>
  outage.reason === 'breaker_open' && budgets !== undefined && isSpent(routing, budgets.message, now);
