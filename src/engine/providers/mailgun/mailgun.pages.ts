/** Mailgun's most. */
const PAGE = 300;

/** Asks a domain's events, by its path behind `/events` and its query. */
export type EventsApi = (path: string, query: [name: string, value: string][]) => Promise<{ body: unknown }>;

/** Which events are asked for, from the earliest on: `GET /v3/{domain_name}/events` of Mailgun's manual. */
export interface EventsQuery {
  /** Seconds. */
  begin: number;
  event?: string;
  /** Without angle brackets. */
  'message-id'?: string;
  recipient?: string;
}

/** @param from what is asked for, or the token of a further page */
export async function readPage(
  api: EventsApi,
  from: EventsQuery | string,
): Promise<{ items: Record<string, unknown>[]; page: string | null }> {
  const { body } = typeof from === 'string' ? await api(`/${from}`, []) : await api('', queryOf(from));
  const { items, paging } = (body ?? {}) as { items?: unknown; paging?: { next?: unknown } };
  if (!Array.isArray(items)) throw new Error('The answer has no events.');
  const page = pageIn(paging?.next);
  // There is always a link to a next page: the last one is empty.
  return { items, page: items.length > 0 && page !== from ? page : null };
}

const queryOf = ({ begin, ...filters }: EventsQuery): [string, string][] => [
  ['begin', String(begin)],
  ['ascending', 'yes'],
  ['limit', String(PAGE)],
  ...Object.entries(filters),
];

/** The token alone: whatever host the link names, the settings say where the next page is asked for. */
function pageIn(link: unknown): string | null {
  if (typeof link !== 'string') return null;
  return /\/events\/([A-Za-z0-9_=%.~-]{1,4096})$/.exec(link.split('?')[0]!)?.[1] ?? null;
}
