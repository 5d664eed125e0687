import { SPANS } from '../../engine/deliveries/delivery-counts.js';
import type { Interval, Period } from './period.js';

/** A part of a period, read in buckets of so many minutes, all of which lie within it. */
export interface Piece {
  minutes: number;
  since: Date;
  /** Not at this time any more. */
  until: Date;
}

/** How long an answer's steps are; `whole` is all of the period in one. */
export type Steps = Interval | 'whole';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_MS = 1440 * MINUTE_MS;
const LONGEST: Record<Steps, number> = { '15m': 15, '1h': 60, '1d': 1440, whole: 1440 };

/**
 * The longest buckets that make up a period and of which none belongs to two steps of the answer: a month by days is read in
 * days where those of its time zone are those of UTC, else in hours, and in quarters of an hour where even those are torn.
 */
export function piecesOf({ from, to, interval, timezone }: Omit<Period, 'interval'> & { interval: Steps }): Piece[] {
  const [first, end] = [from.getTime(), to.getTime()];
  const spans = SPANS.filter((minutes) => minutes <= LONGEST[interval]);
  if (interval === '15m' || interval === 'whole' || timezone === 'UTC') return cover(first, end, spans);
  const clock = clockOf(timezone);
  if (interval === '1h') return cover(first, end, hoursAreWhole(first, end, clock) ? spans : [15]);
  const cuts = [first, ...midnights(first, end, clock), end];
  return cuts.slice(1).flatMap((cut, n) => cover(cuts[n]!, cut, spans));
}

/** @param spans minutes, longest first */
function cover(from: number, to: number, [minutes, ...shorter]: readonly number[]): Piece[] {
  if (minutes === undefined || from >= to) return [];
  const span = minutes * MINUTE_MS;
  const [first, end] = [Math.ceil(from / span) * span, Math.floor(to / span) * span];
  if (first >= end) return cover(from, to, shorter);
  const middle = { minutes, since: new Date(first), until: new Date(end) };
  return [...cover(from, first, shorter), middle, ...cover(end, to, shorter)];
}

/** How far the clocks of a zone are ahead of UTC at a time, in milliseconds. */
type Clock = (time: number) => number;

function clockOf(timezone: string): Clock {
  const format = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset', year: 'numeric' });
  return (time) => {
    const text = format.formatToParts(time).find(({ type }) => type === 'timeZoneName')!.value;
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d+):(\d+))?/.exec(text)!;
    return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  };
}

function hoursAreWhole(from: number, to: number, clock: Clock): boolean {
  for (let time = from; time < to + DAY_MS; time += DAY_MS)
    if (clock(Math.min(time, to)) % (60 * MINUTE_MS) !== 0) return false;
  return true;
}

/** When days begin, between two times that are whole quarters of an hour, as every beginning of a day is. */
function midnights(from: number, to: number, clock: Clock): number[] {
  const dayOf = (time: number): number => Math.floor((time + clock(time)) / DAY_MS);
  const found: number[] = [];
  for (let at = from; ;) {
    const today = dayOf(at);
    // No day is longer, whatever is done to its clocks.
    let [last, next] = [at, at + 26 * 60 * MINUTE_MS];
    while (next - last > QUARTER_MS) {
      const middle = last + Math.floor((next - last) / (2 * QUARTER_MS)) * QUARTER_MS;
      if (dayOf(middle) === today) last = middle;
      else next = middle;
    }
    if (next >= to) return found;
    found.push(next);
    at = next;
  }
}
