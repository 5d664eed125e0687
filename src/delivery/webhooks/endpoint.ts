import { endpointLane, WEBHOOK } from '../../engine/providers/webhook/webhook.channel.js';
import type { SignatureKind } from './endpoints.dto.js';

/** `source_kind` of the deliveries of events to endpoints. */
export const EVENT = 'event';

export interface ConditionFault {
  code: string;
  message: string;
  at: string;
}

/** One that was removed is known by its id for a while. */
export type EndpointStatus = 'enabled' | 'disabled' | 'removed';

export interface EndpointRow {
  client_id: string;
  id: string;
  url: string;
  description: string | null;
  event_types: string[];
  room_ids: string[] | null;
  condition: string | null;
  /** Encrypted: JSON of names and values. */
  headers: string | null;
  signature: SignatureKind;
  /** Encrypted. */
  secret: string;
  previous_secret: string | null;
  previous_secret_expires_at: Date | null;
  ordered_by: 'room' | null;
  rate_limit_per_second: number | null;
  concurrency: number | null;
  timeout_ms: number;
  status: 'enabled' | 'disabled';
  disabled_reason: string | null;
  gated: boolean;
  failing_since: Date | null;
  condition_fault: ConditionFault | null;
  enabled_at: Date;
  created_at: Date;
  updated_at: Date;
}

/** What a client may set. */
export type EndpointValues = Pick<
  EndpointRow,
  | 'url'
  | 'description'
  | 'event_types'
  | 'room_ids'
  | 'condition'
  | 'headers'
  | 'signature'
  | 'secret'
  | 'ordered_by'
  | 'rate_limit_per_second'
  | 'concurrency'
  | 'timeout_ms'
>;

/** Must what it is told wait to be released, instead of being planned at once? */
export const isGated = (values: EndpointValues): boolean =>
  values.condition !== null || values.ordered_by !== null || values.rate_limit_per_second !== null;

/** The lane of an endpoint's deliveries: its own, so that it holds up no other. */
export const laneOfEndpoint = (id: string): string => `${WEBHOOK.name}:${endpointLane(id)}`;
