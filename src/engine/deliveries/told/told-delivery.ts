import type { ProviderEvent } from '../../providers/provider.js';
import type { DeliveryRow } from '../delivery.js';

/** A record of which its provider may tell something. */
export interface ToldRow extends DeliveryRow {
  /** When the provider first said that it failed for good. */
  bounced_at: Date | null;
}

/** What a provider can change of a record. */
export type ToldFields = Pick<
  ToldRow,
  'status' | 'reason' | 'delivered_at' | 'opened_at' | 'clicked_at' | 'complained_at' | 'unsubscribed_at' | 'bounced_at'
>;

export interface Telling {
  told: ToldFields;
  /** Those of the events that said something new. */
  news: ProviderEvent[];
}

/** The fact that an event states. What is only put off states none. */
const FACTS = {
  delivered: 'delivered_at',
  opened: 'opened_at',
  clicked: 'clicked_at',
  complained: 'complained_at',
  unsubscribed: 'unsubscribed_at',
  failed: 'bounced_at',
} as const;

/**
 * What a record is after its provider told this of it, in whatever order and however often. Facts have the time of the
 * first telling. The state goes from sent to failed to delivered and never back: whoever opens a mail, complains of it or
 * unsubscribes by it has got it, whatever else was said.
 * @param now nothing has happened later than that
 */
export function tell(row: ToldRow, events: ProviderEvent[], now: Date): Telling {
  const told: ToldFields = {
    status: row.status,
    reason: row.reason,
    delivered_at: row.delivered_at,
    opened_at: row.opened_at,
    clicked_at: row.clicked_at,
    complained_at: row.complained_at,
    unsubscribed_at: row.unsubscribed_at,
    bounced_at: row.bounced_at,
  };
  const news = events.filter((event) => tellOne(told, event, now));
  return { told, news };
}

/** @returns is it new? */
function tellOne(told: ToldFields, { kind, code, occurred_at }: ProviderEvent, now: Date): boolean {
  if (kind === 'deferred') {
    if (told.status !== 'sent' || told.reason === (code ?? null)) return false;
    told.reason = code ?? null;
    return true;
  }
  const at = occurred_at < now ? occurred_at : now;
  const fact = FACTS[kind];
  const known = told[fact];
  told[fact] = known !== null && known <= at ? known : at;
  if (kind === 'failed') {
    if (told.status === 'sent') Object.assign(told, { status: 'failed', reason: code ?? 'bounced' });
  } else if (told.status === 'sent' || told.status === 'failed') {
    Object.assign(told, { status: 'delivered', reason: null });
    told.delivered_at ??= at;
  }
  return known === null || at < known;
}
