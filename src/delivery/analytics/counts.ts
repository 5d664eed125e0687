import { ERROR, FAULT, FAULTS, LATENCIES } from '../../engine/deliveries/delivery-counts.js';
import {
  DELIVERY_FACTS,
  DELIVERY_STATUSES,
  isFailed,
  isOpen,
  type DeliveryStatus,
} from '../../engine/deliveries/delivery.js';
import { percentile, type Bins } from '../../platform/common/log-histogram.js';

/** Numbers by what they count, as deliveries are counted; open states by their names. */
export type Counts = ReadonlyMap<string, number>;

/** One number of a bucket and group. */
export interface CountRow {
  bucket: Date | null;
  group: string | null;
  key: string;
  n: number;
}

const ATTEMPTS = ['attempts', 'retries', 'failed_attempts'] as const;

export type States = Record<DeliveryStatus, number>;

export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** What an answer says of deliveries that were accepted in one time. */
export type Figures = { accepted: number } & States &
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
export function figuresOf(counts: Counts, accepted = of(counts, 'accepted')): Figures {
  return {
    accepted,
    ...statesOf(counts),
    ...pick(counts, [...DELIVERY_FACTS, ...ATTEMPTS]),
    failures: Object.fromEntries(
      FAULTS.map((fault) => [fault, of(counts, `${FAULT}:${fault}`)]),
    ) as Figures['failures'],
    latency_ms: percentilesOf(binsOf(counts, LATENCIES.sent)),
  };
}

/** Each since the acceptance. */
export function latenciesOf(counts: Counts): LatencyFigures {
  const stage = (kind: keyof typeof LATENCIES) => {
    const bins = binsOf(counts, LATENCIES[kind]);
    return { count: sizeOf(bins), ...percentilesOf(bins) };
  };
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
export function averageSentMs(counts: Counts): number | null {
  const n = sizeOf(binsOf(counts, LATENCIES.sent));
  return n === 0 ? null : Math.round(of(counts, 'sent_ms') / n);
}

/** The same numbers split up by the states, or by the errors' codes, that they count. */
export function splitBy(by: 'status' | 'error_code', counts: Counts): Map<string, Counts> {
  if (by === 'status') {
    return new Map(
      DELIVERY_STATUSES.filter((status) => of(counts, status) !== 0).map((status) => [
        status,
        new Map([
          ['accepted', of(counts, status)],
          [status, of(counts, status)],
        ]),
      ]),
    );
  }
  const prefix = `${ERROR}:`;
  return new Map(
    [...counts]
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, n]) => [key.slice(prefix.length), new Map([['failed_attempts', n]])]),
  );
}

/** Added up. */
export function merge(all: Iterable<Counts>): Counts {
  const sum = new Map<string, number>();
  for (const counts of all) for (const [key, n] of counts) sum.set(key, (sum.get(key) ?? 0) + n);
  return sum;
}

const pick = <Name extends string>(counts: Counts, names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, of(counts, name)])) as Record<Name, number>;

function binsOf(counts: Counts, kind: string): Bins {
  const bins = new Map<number, number>();
  for (const [key, n] of counts) if (key.startsWith(`${kind}:`)) bins.set(Number(key.slice(kind.length + 1)), n);
  return bins;
}

const sizeOf = (bins: Bins): number => [...bins.values()].reduce((sum, n) => sum + n, 0);

const percentilesOf = (bins: Bins): Percentiles => ({
  p50: percentile(bins, 0.5),
  p95: percentile(bins, 0.95),
  p99: percentile(bins, 0.99),
});
