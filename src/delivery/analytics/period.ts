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
}

/**
 * The period that a query names: widened to whole quarters of an hour, the last 24 hours unless told.
 * @throws Problem `validation_failed`
 */
export function periodOf(query: PeriodQuery, byDefault: Interval = '1h', now = Date.now()): Period {
  const interval = query.interval ?? byDefault;
  const to = ceil(
    query.to === undefined ? (query.from === undefined ? now : dayAfter(query.from, now)) : Date.parse(query.to),
  );
  const from = floor(query.from === undefined ? to - DAY_MS : Date.parse(query.from));
  if (from >= to) throw invalidField('from', 'must be before to');
  const days = LONGEST_DAYS[interval];
  if (to - from > days * DAY_MS)
    throw invalidField('to', `must be at most ${days} days after from with interval ${interval}`);
  return { from: new Date(from), to: new Date(to), interval, timezone: checkZone(query.timezone ?? 'UTC') };
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
