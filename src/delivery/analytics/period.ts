import { BUCKET_MS } from '../../engine/deliveries/delivery-counts.js';
import { invalidField } from '../../platform/common/problem.js';

const DAY_MS = 86_400_000;

/** How long a time may be asked about in which steps: what an answer holds is bounded. */
const LONGEST_DAYS = { '15m': 31, '1h': 92, '1d': 400 } as const;

export type Interval = keyof typeof LONGEST_DAYS;
export const INTERVALS = Object.keys(LONGEST_DAYS) as Interval[];

/** What is asked about: whole quarters of an hour, the last one not included. */
export interface Period {
  from: Date;
  to: Date;
  interval: Interval;
  /** IANA's name. */
  timezone: string;
}

export interface PeriodQuery {
  from?: string;
  to?: string;
  interval?: Interval;
  timezone?: string;
  /** Where there is no `from`: as many days up to `to`, one unless told. */
  days?: number;
}

/**
 * The period that a query names: widened to whole quarters of an hour, the last 24 hours unless told.
 * @throws Problem `validation_failed`
 */
export function periodOf(query: PeriodQuery, byDefault: Interval = '1h', now = Date.now()): Period {
  const interval = query.interval ?? byDefault;
  const upTo =
    query.to === undefined ? (query.from === undefined ? now : dayAfter(query.from, now)) : Date.parse(query.to);
  const to = ceil(upTo);
  const begin = query.from === undefined ? to - (query.days ?? 1) * DAY_MS : Date.parse(query.from);
  const from = floor(begin);
  if (from >= to || begin >= upTo) throw invalidField('from', 'must be before to');
  refuseLong(query, interval, upTo - begin);
  return { from: new Date(from), to: new Date(to), interval, timezone: checkZone(query.timezone ?? 'UTC') };
}

/** As it was asked: the widening is our own. @throws Problem that names a field which was sent */
function refuseLong({ from, to }: PeriodQuery, interval: Interval, ms: number): void {
  const days = LONGEST_DAYS[interval];
  if (from === undefined || ms <= days * DAY_MS) return;
  if (to !== undefined) throw invalidField('to', `must be at most ${days} days after from with interval ${interval}`);
  throw invalidField('from', `must be at most ${days} days ago with interval ${interval}, unless to is given`);
}

/** With a beginning alone: up to now, or what is to come of it. */
const dayAfter = (from: string, now: number): number => Math.max(now, Date.parse(from) + BUCKET_MS);
const floor = (ms: number): number => Math.floor(ms / BUCKET_MS) * BUCKET_MS;
const ceil = (ms: number): number => Math.ceil(ms / BUCKET_MS) * BUCKET_MS;

/** Names, no offsets: with those a day would never change its length, and PostgreSQL reads their signs the other way round. */
function checkZone(timezone: string): string {
  try {
    if (!/^[A-Za-z]/.test(timezone)) throw new RangeError();
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    throw invalidField('timezone', 'must be a name of the IANA time zone database, such as Europe/Berlin');
  }
}
