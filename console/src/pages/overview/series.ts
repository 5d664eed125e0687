import { inZone } from '../../shared/format.js';
import type { Period } from '../../shared/time-range.js';

/** What figures are told apart by. */
export type By = 'channel' | 'provider';

/** One step of the time that is shown, in which there may be nothing. */
export type Step = { at: string; label: string } & Record<string, number | string | null>;

const STEP_MS = { '15m': 900_000, '1h': 3_600_000 } as const;
const MOST_STEPS = 3_000;

/**
 * All steps of a period, also those that the API leaves out because nothing happened in them.
 * @param interval of the answer, as are `from`, `to` (not included) and `timezone`
 */
export function stepsOf({ from, to, interval, timezone }: Period): Step[] {
  const steps: Step[] = [];
  const end = Date.parse(to);
  let at = startOf(from, interval, timezone);
  while (at.getTime() < end && steps.length < MOST_STEPS) {
    steps.push({ at: at.toISOString(), label: labelOf(at, interval, timezone) } as Step);
    at = interval === '1d' ? nextDay(at, timezone) : new Date(at.getTime() + STEP_MS[interval]);
  }
  return steps;
}

/** Steps begin on the wall clock of the time zone. */
function startOf(from: string, interval: Period['interval'], zone: string): Date {
  const local = inZone(from, zone);
  if (interval === '15m') return new Date(from);
  return local.startOf(interval === '1d' ? 'day' : 'hour').toDate();
}

/** The day on which clocks change has 23 or 25 hours. */
const nextDay = (at: Date, zone: string): Date =>
  inZone(new Date(at.getTime() + 26 * 3_600_000), zone)
    .startOf('day')
    .toDate();

const labelOf = (at: Date, interval: Period['interval'], zone: string): string =>
  inZone(at, zone).format(interval === '1d' ? 'D MMM' : 'D MMM HH:mm');

/**
 * The steps with a number of each group in them; 0 where there is nothing.
 * @param valueOf of one row; several rows of a step and group are added up
 */
export function seriesOf<Row extends { bucket: string }>(
  period: Period,
  rows: Row[],
  names: string[],
  valuesOf: (row: Row) => Record<string, number | null>,
  empty: number | null = 0,
): Step[] {
  const steps = new Map(stepsOf(period).map((step) => [Date.parse(step.at), { ...step, ...blank(names, empty) }]));
  for (const row of rows) {
    const step = steps.get(Date.parse(row.bucket));
    if (!step) continue;
    for (const [name, value] of Object.entries(valuesOf(row))) {
      if (value !== null) step[name] = Number(step[name] ?? 0) + value;
    }
  }
  return [...steps.values()];
}

const blank = (names: string[], value: number | null) => Object.fromEntries(names.map((name) => [name, value]));
