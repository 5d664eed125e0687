import { invalidField } from '../../platform/common/problem.js';

const YEAR_MS = 366 * 86_400_000;
export const MONTH_S = 30 * 86_400;

interface Times {
  scheduled_for?: string | null;
  expires_at?: string | null;
  /** When it begins, where `scheduled_for` is not said anew. */
  begins?: string | null;
}

/** In UTC: PostgreSQL reads fewer offsets, and fewer digits, than RFC 3339 has. */
export const utc = (time: string | null | undefined): string | null =>
  time === undefined || time === null ? null : new Date(time).toISOString();

const msOf = (time: string | null | undefined): number | null =>
  time === undefined || time === null ? null : Date.parse(time);

/** @throws Problem for times at which nothing could be sent; what is left out or null is right */
export function refuseUnsendableTimes({ scheduled_for, expires_at, begins = scheduled_for ?? null }: Times): void {
  const [moved, ends, start] = [scheduled_for, expires_at, begins].map(msOf) as (number | null)[];
  if (moved !== null && moved! <= Date.now()) throw invalidField('scheduled_for', 'must be in the future');
  if (moved !== null && moved! > Date.now() + YEAR_MS)
    throw invalidField('scheduled_for', 'must be at most a year away');
  if (ends === null) return;
  if (ends! <= Date.now()) throw invalidField('expires_at', 'must be in the future');
  if (start !== null && ends! <= start!) throw invalidField('expires_at', 'must be after scheduled_for');
}
