import type { NewEvent } from '../events/new-event.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserPk } from '../../platform/common/ids.js';
import type { ProviderRoute } from '../providers/provider-routes.js';

export const DELIVERY_STATUSES = [
  'pending',
  'held',
  'sending',
  'retrying',
  'sent',
  'delivered',
  'failed',
  'suppressed',
  'cancelled',
  'expired',
  'unknown',
] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

const OPEN: ReadonlySet<DeliveryStatus> = new Set(['pending', 'held', 'sending', 'retrying', 'unknown']);

/** Something may still happen to it. */
export const isOpen = (status: DeliveryStatus): boolean => OPEN.has(status);
export const isFailed = (status: DeliveryStatus): boolean => status === 'failed' || status === 'expired';

export const PRIORITIES = ['urgent', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What a job carries of a delivery: enough to find its row, and the fence. */
export interface DeliveryRef {
  client_id: string;
  id: string;
  attempt_count: number;
}

/** Which provider takes a delivery and why. */
export interface Routing {
  decision: string;
  reason:
    | ProviderRoute['reason']
    | 'explicit'
    | 'bulk'
    | 'failover'
    | 'none_available'
    | 'too_many_recipients'
    | 'no_provider';
  /** Those that were out when it was decided. */
  skipped?: { provider: string; reason: Outage['reason'] }[];
  /** Those that failed it since the last round. */
  tried?: string[];
  /** Faults of the provider that it is with: since when, in milliseconds since 1970, and how many. */
  spent?: { since: number; faults: number };
  /** Since when nothing took it, in milliseconds since 1970. */
  failing_since?: number;
  /** The channel's budget is spent, which was told ({@link Transition}). */
  exhausted?: boolean;
  /** Of the attempt whose outcome is unknown. */
  unknown?: UnknownAttempt;
}

/** What is asked about an attempt that may have arrived. */
export interface UnknownAttempt {
  /** When it began, in milliseconds since 1970. */
  since: number;
  /** What its provider would call it. */
  message_id?: string;
  /** How often the provider was asked. */
  looks: number;
  /** Its provider can tell, so that it is known sooner or later whether it arrived. */
  told?: boolean;
}

/** Why a provider takes nothing for a while, whatever it is. */
export interface Outage {
  reason: 'breaker_open' | 'quota_exhausted' | 'rate_limited' | 'quota_unknown';
  /** When it may be asked again, in milliseconds since 1970. */
  until: number;
}

export interface DeliveryRow {
  client_id: string;
  id: string;
  created_at: Date;
  /** What it is a part of: a registered kind, and the id of one. */
  source_kind: string;
  source_id: string;
  channel: string;
  lane: string;
  user_pk: UserPk | null;
  address: string | null;
  status: DeliveryStatus;
  reason: string | null;
  provider: string | null;
  routing: Routing | null;
  attempt_count: number;
  max_attempts: number;
  /** People told by the whole source over this channel, copies left out. Like `holds`, null in the record. */
  recipients: number | null;
  /** How often it waited for a provider: with attempt_count the number of its claims, which no other claim has. */
  holds: number | null;
  next_attempt_at: Date | null;
  expires_at: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  opened_at: Date | null;
  clicked_at: Date | null;
  complained_at: Date | null;
  unsubscribed_at: Date | null;
  provider_message_id: string | null;
  resend_of: string | null;
  /** Of the last attempt that ended. */
  error_code: string | null;
  /** When it was sent again last, and by which delivery. */
  resent_at: Date | null;
  resent_by: string | null;
  /** When it was put aside: nobody is going to send it again. */
  discarded_at: Date | null;
  /** Of the trace that it is a part of; null where traces are off. */
  traceparent: string | null;
  updated_at: Date;
}

/** How long a claim holds, in SQL: longer than any attempt may take. */
export const LEASE = `interval '90 seconds'`;

/** Who has not begun by then, of a lease of 90 seconds, would not have ended before it is over: an attempt takes up to 62. */
const BEGINS_WITHIN_MS = 25_000;

/** To be asked before a claim is made, since its answer may be late. */
export const beginBy = (): number => performance.now() + BEGINS_WITHIN_MS;

/** What is due within this time is awake: the dispatcher sees it. What waits for longer costs it nothing. */
export const AHEAD = `interval '30 seconds'`;

/** What is sent, as the channel's own `toContent` made it. */
export type Content = object;

/** One that this process holds: nobody else sends it until its lease is over. */
export interface ClaimedDelivery extends DeliveryRow {
  /** null: there is nothing to send any more. */
  content: Content | null;
  /** By `performance.now()` of this process. What is begun later, as by one that stood still, may be another's already. */
  begin_by: number;
  /** `traceparent` of how it came into this process's hands, where traces are on. */
  handed_over?: string;
  /** For the record of the attempt: copies that do not go, and why. */
  left_out?: string;
  /** Where its recipient unsubscribes, where the content asks for that. */
  unsubscribe_url?: string;
}

export interface AttemptRecord {
  provider: string | null;
  status: 'sent' | 'failed' | 'unknown';
  error_code: string | null;
  error_message: string | null;
  response_status: number | null;
  response_body: string | null;
  duration_ms: number | null;
}

/** How a delivery goes on after an attempt. */
export interface AttemptVerdict {
  status: 'sent' | 'delivered' | 'failed' | 'suppressed' | 'retrying' | 'unknown' | 'held';
  reason: string | null;
  /** Until the next attempt; null when there is none. */
  delayMs: number | null;
  routing: Routing;
  provider_message_id: string | null;
  /** The channel's budget is spent with this. */
  exhausted?: boolean;
}

export interface Settlement {
  delivery: DeliveryRow & { content?: Content | null };
  attempt: AttemptRecord;
  verdict: AttemptVerdict;
}

/** A committed change of a delivery's state. */
export interface Transition {
  from: DeliveryStatus;
  /** As it stands now. */
  row: DeliveryRow;
  content: Content | null;
  /** The attempt that ended with it, where one did. */
  attempt?: AttemptRecord;
  /** Of whom it was before, where the change made it another provider's. */
  fromProvider?: string | null;
  /** What is known of it since this change, beside its state. */
  facts?: DeliveryFact[];
  /**
   * Once: its channel had its time, so that a strategy `fallback` goes on to the next one now. The delivery itself is still
   * tried, unless somebody cancels it.
   */
  exhausted?: boolean;
}

/** What recipients do with what was sent, each noted once. */
export const DELIVERY_FACTS = ['opened', 'clicked', 'complained', 'unsubscribed'] as const;
export type DeliveryFact = (typeof DELIVERY_FACTS)[number];

/** What deliveries are made for, such as one notification. */
export interface SourceRef {
  client_id: string;
  id: string;
  /** That of its deliveries, too, but for those that were made later. */
  created_at: Date;
  /** Of the last one that was made later; null or left out: there is none. */
  last_delivery_at?: Date | null;
}

/** When the first and the last of a source's deliveries were made: bounds the days that are read. */
export const daysOf = ({ created_at, last_delivery_at }: SourceRef): [Date, Date] => [
  created_at,
  last_delivery_at ?? created_at,
];

/** Gives deliveries their bodies; registered by the room that has them, one for each kind of source. */
export interface DeliverySource {
  /** `source_kind` of its deliveries. */
  readonly kind: string;
  /** @returns bodies by delivery id; what has none can't be sent */
  load(deliveries: DeliveryRow[]): Promise<Map<string, Content>>;
  /**
   * How often these are tried when they are sent again, where their source says so.
   * @returns by delivery id; what is not named is tried as often as its channel says
   */
  attempts?(
    tx: Tx,
    deliveries: Pick<DeliveryRow, 'client_id' | 'id' | 'source_id'>[],
  ): Promise<ReadonlyMap<string, number>>;
}

/** Knows why some of what was accepted a while ago must not be sent any more; registered by the room that is told so. */
export interface LateRefuser {
  /** @returns reasons by delivery id, as `suppressed` shows them */
  refusals(late: ClaimedDelivery[]): Promise<ReadonlyMap<string, string>>;
}

/** Is told of changes in their own transaction, after the deliveries' rows; @returns events to append there. */
export interface DeliveryObserver {
  /** Of which kind of source it is told; never of none. */
  readonly kind: string;
  settled(tx: Tx, transitions: Transition[]): Promise<NewEvent[]>;
  /** Of deliveries that were made of its sources by somebody else, such as one that is sent again; pending, all of them. */
  made?(tx: Tx, rows: DeliveryRow[]): Promise<void>;
}
