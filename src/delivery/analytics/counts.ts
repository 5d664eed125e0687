import { ERROR, FAULT, FAULTS } from '../../engine/deliveries/delivery-counts.js';
import { Tally, type Counts, type Stage } from '../../engine/deliveries/delivery-tally.js';
import {
  DELIVERY_FACTS,
  DELIVERY_STATUSES,
  isFailed,
  isOpen,
  type DeliveryStatus,
} from '../../engine/deliveries/delivery.js';
import type { Histogram } from '../../platform/common/log-histogram.js';

const ATTEMPTS = ['attempts', 'retries', 'failed_attempts'] as const;

export type States = Record<DeliveryStatus, number>;

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** What an answer says of deliveries that were accepted in one time. */
export type DeliveryFigures = { accepted: number } & States &
  Record<(typeof DELIVERY_FACTS)[number] | (typeof ATTEMPTS)[number], number> & {
    failures: Record<(typeof FAULTS)[number], number>;
    latency_ms: Percentiles;
  };

export type LatencyFigures = { count: number; latency_ms: Percentiles } & Record<
  'first_attempt_ms' | 'sent_ms' | 'delivered_ms',
  Percentiles & { count: number }
>;

const of = (counts: Counts, key: string): number => counts.get(key) ?? 0;

export const statesOf = (counts: Counts): States =>
  Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, of(counts, status)])) as States;

export const sumOfStates = (states: States): number =>
  DELIVERY_STATUSES.reduce((sum, status) => sum + states[status], 0);

export const openOf = (states: States): number => sumWhere(states, isOpen);
export const failedOf = (states: States): number => sumWhere(states, isFailed);

const sumWhere = (states: States, holds: (status: DeliveryStatus) => boolean): number =>
  DELIVERY_STATUSES.filter(holds).reduce((sum, status) => sum + states[status], 0);

/** @param accepted as it was counted; of a group that is found out later, such as a provider, what is in it */
export function figuresOf({ counts, stages }: Tally, accepted = of(counts, 'accepted')): DeliveryFigures {
  return {
    accepted,
    ...statesOf(counts),
    ...pick(counts, [...DELIVERY_FACTS, ...ATTEMPTS]),
    failures: Object.fromEntries(
      FAULTS.map((fault) => [fault, of(counts, `${FAULT}:${fault}`)]),
    ) as DeliveryFigures['failures'],
    latency_ms: percentilesOf(stages.sent),
  };
}

/** Each since the acceptance. */
export function latencyFiguresOf({ stages }: Tally): LatencyFigures {
  const stage = (of: Stage) => ({ count: stages[of].size, ...percentilesOf(stages[of]) });
  const sent = stage('sent');
  const { count, ...latency_ms } = sent;
  return {
    count,
    latency_ms,
    first_attempt_ms: stage('first_attempt'),
    sent_ms: sent,
    delivered_ms: stage('delivered'),
  };
}

/** Mean time from the acceptance to the sending, in milliseconds. */
export function averageSentMs({ counts, stages }: Tally): number | null {
  const n = stages.sent.size;
  return n === 0 ? null : Math.round(of(counts, 'sent_ms') / n);
}

/** The same numbers split up by the states, or by the errors' codes, that they count. */
export function splitBy(by: 'status' | 'error_code', { counts }: Tally): Map<string, Tally> {
  if (by === 'status') {
    return new Map(
      DELIVERY_STATUSES.filter((status) => of(counts, status) !== 0).map((status) => [
        status,
        tallyOf({ accepted: of(counts, status), [status]: of(counts, status) }),
      ]),
    );
  }
  const prefix = `${ERROR}:`;
  return new Map(
    [...counts]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, n]) => [key.slice(prefix.length), tallyOf({ failed_attempts: n })]),
  );
}

function tallyOf(counts: Record<string, number>): Tally {
  const tally = new Tally();
  tally.add({ counts });
  return tally;
}

/** Added up. */
export function merge(all: Iterable<Tally>): Tally {
  const sum = new Tally();
  for (const tally of all) sum.addAll(tally);
  return sum;
}

const pick = <Name extends string>(counts: Counts, names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, of(counts, name)])) as Record<Name, number>;

const percentilesOf = (bins: Histogram): Percentiles => ({
  p50: bins.percentile(0.5),
  p95: bins.percentile(0.95),
  p99: bins.percentile(0.99),
});
