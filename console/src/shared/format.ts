import dayjs from 'dayjs';
import timezone from 'dayjs/plugin/timezone.js';
import utc from 'dayjs/plugin/utc.js';

dayjs.extend(utc);
dayjs.extend(timezone);

export const ownTimezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Is there such a time zone? An address may name any. */
export function isTimezone(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}

/** Now and in this zone where none is named. */
export const inZone = (at: string | Date, zone = ownTimezone) => dayjs(at).tz(zone);

/** As a field for a day and a time takes it; of what is no moment, nothing. */
export const wallClock = (at: string, zone: string): string =>
  Number.isNaN(Date.parse(at)) ? '' : inZone(at, zone).format('YYYY-MM-DDTHH:mm');

/** What a wall clock in this zone shows, as the moment that it is. */
export const momentIn = (local: string, zone: string): string => dayjs.tz(local, zone).toISOString();

export const formatTime = (at: string, zone?: string): string => inZone(at, zone).format('D MMM YYYY, HH:mm:ss');

/** The time of a day that one knows: of what happened just now. */
export const formatClock = (at: string, zone?: string): string => inZone(at, zone).format('HH:mm:ss');

export const formatNumber = (value: number): string => value.toLocaleString('en');

/** @param share 0 to 1; null: of nothing */
export const formatShare = (share: number | null): string =>
  share === null ? '–' : `${(share * 100).toFixed(share === 1 ? 0 : share > 0.999 ? 2 : 1)} %`;

const UNITS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** A duration in its largest unit, with a digit behind the point where it says something: 85 ms, 1.2 s, 3 h. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  const unit = UNITS.find(([size]) => ms >= size);
  if (!unit) return `${Math.round(ms)} ms`;
  const value = ms / unit[0];
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit[1]}`;
}

/** How long ago, or in how long. */
export function formatAgo(at: string): string {
  const ms = Date.now() - Date.parse(at);
  if (Math.abs(ms) < 1_000) return 'now';
  return ms >= 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`;
}
