import type Mailgun from 'mailgun.js';
import type { EventsCursor, EventsPage } from '../provider.js';
import { readEvent } from './mailgun.events.js';

/** Mailgun's most. */
const PAGE = 300;
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
  { request }: ReturnType<Mailgun['client']>,
  domain: string,
  cursor: EventsCursor | null,
  now = Math.floor(Date.now() / 1_000),
): Promise<EventsPage> {
  const place = readCursor(cursor) ?? { began: now, since: now - FIRST_S };
  if (place.page === undefined) place.began = now;
  const path = `/v3/${domain}/events`;
  const { body } = (await (place.page === undefined
    ? request.get(path, {
        searchParams: [
          ['begin', String(place.since)],
          ['ascending', 'yes'],
          ['limit', String(PAGE)],
          ['event', KINDS],
        ],
      })
    : request.get(`${path}/${place.page}`))) as { body: { items?: unknown; paging?: { next?: unknown } } };
  const items = Array.isArray(body.items) ? body.items : [];
  const page = pageIn(body.paging?.next);
  const more = items.length > 0 && page !== undefined && page !== place.page;
  const next: Place = more ? { ...place, page } : { began: place.began, since: place.began - OVERLAP_S };
  return {
    events: items.map((item) => readEvent(item as Record<string, unknown>)).filter((event) => event !== null),
    next: JSON.stringify(next),
    more,
  };
}

/** The token alone: whatever host the link names, the settings say where the next page is asked for. */
function pageIn(link: unknown): string | undefined {
  if (typeof link !== 'string') return undefined;
  return /\/events\/([A-Za-z0-9_=%.~-]{1,4096})$/.exec(link.split('?')[0]!)?.[1];
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
