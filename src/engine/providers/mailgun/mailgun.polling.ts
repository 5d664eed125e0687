import type { EventsCursor, EventsPage } from '../provider.js';
import { readEvent } from './mailgun.events.js';
import { readPage, type EventsApi } from './mailgun.pages.js';

const KINDS = 'delivered OR failed OR opened OR clicked OR complained OR unsubscribed';
/** Mailgun's events may show up late, and out of order: each pass begins this long before the one before it did. */
const OVERLAP_S = 30 * 60;
/** What the first pass looks back. */
const FIRST_S = 24 * 3_600;

/** A pass through the events since a time, of which `page` is the next. */
interface Place {
  /** When the pass began, in seconds. */
  began: number;
  /** Since when, in seconds; for the first page. */
  since: number;
  /** Mailgun's token of the next page. */
  page?: string;
}

/** The next page of events: of the pass under way, or of a new one where the last has come to its end. */
export async function pollEvents(
  api: EventsApi,
  cursor: EventsCursor | null,
  now = Math.floor(Date.now() / 1_000),
): Promise<EventsPage> {
  const place = readCursor(cursor) ?? { began: now, since: now - FIRST_S };
  if (place.page === undefined) place.began = now;
  const { items, page } = await readPage(api, place.page ?? { begin: place.since, event: KINDS });
  const more = page !== null;
  const next: Place = more ? { ...place, page } : { began: place.began, since: place.began - OVERLAP_S };
  return {
    events: items.map((item) => readEvent(item as Record<string, unknown>)).filter((event) => event !== null),
    next: JSON.stringify(next),
    more,
  };
}

function readCursor(cursor: EventsCursor | null): Place | null {
  if (cursor === null) return null;
  try {
    const { began, since, page } = JSON.parse(cursor) as Partial<Place>;
    if (typeof began !== 'number' || typeof since !== 'number') return null;
    return { began, since, ...(typeof page === 'string' && { page }) };
  } catch {
    return null;
  }
}
