import type { NewEvent } from '../events/new-event.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserPk } from '../../platform/common/ids.js';

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

/** Which provider takes a delivery and why. `tried`: those that failed it since the last round. */
export interface Routing {
  decision: string;
  reason: 'explicit' | 'failover' | 'primary' | 'order' | 'default' | 'only' | 'development' | 'no_provider';
  tried?: string[];
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
  next_attempt_at: Date | null;
  expires_at: Date | null;
  sent_at: Date | null;
  delivered_at: Date | null;
  opened_at: Date | null;
  clicked_at: Date | null;
  provider_message_id: string | null;
  resend_of: string | null;
  updated_at: Date;
}

/** How long a claim holds, in SQL: longer than any attempt may take. */
export const LEASE = `interval '90 seconds'`;

/** What is due within this time is awake: the dispatcher sees it. What waits for longer costs it nothing. */
export const AHEAD = `interval '30 seconds'`;

/** What is sent, as the channel's own `toContent` made it. */
export type Content = object;

/** One that this process holds: nobody else sends it until its lease is over. */
export interface ClaimedDelivery extends DeliveryRow {
  /** null: there is nothing to send any more. */
  content: Content | null;
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
  status: 'sent' | 'delivered' | 'failed' | 'retrying' | 'unknown';
  reason: string | null;
  /** Until the next attempt; null when there is none. */
  delayMs: number | null;
  routing: Routing;
  provider_message_id: string | null;
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
}

/** What recipients do with what was sent, each noted once. */
export const DELIVERY_FACTS = ['opened', 'clicked', 'complained', 'unsubscribed'] as const;
export type DeliveryFact = (typeof DELIVERY_FACTS)[number];

/** What deliveries are made for, such as one notification. */
export interface SourceRef {
  client_id: string;
  id: string;
  /** Its deliveries', too. */
  created_at: Date;
}

/** Gives deliveries their bodies; registered by the room that has them, one for each kind of source. */
export interface DeliverySource {
  /** `source_kind` of its deliveries. */
  readonly kind: string;
  /** @returns bodies by delivery id; what has none can't be sent */
  load(deliveries: DeliveryRow[]): Promise<Map<string, Content>>;
}

/** Is told of changes in their own transaction, after the deliveries' rows; @returns events to append there. */
export interface DeliveryObserver {
  /** Of which kind of source it is told; never of none. */
  readonly kind: string;
  settled(tx: Tx, transitions: Transition[]): Promise<NewEvent[]>;
}
