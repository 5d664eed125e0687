import type { AddressGuard } from '../../platform/common/address-guard.js';
import type { ChannelDescriptor, RetryPolicy } from './channel.js';

/** One try of one delivery, as a provider sees it. */
export interface OutboundDelivery<Content = unknown> {
  id: string;
  client_id: string;
  /** What the receiver may know it by, the same for every attempt and resend. */
  message_id: string;
  /** An email address or a URL; null where the user's stream is the address. */
  address: string | null;
  content: Content;
  /** Where the recipient unsubscribes, where the content asks for that. */
  unsubscribe_url?: string;
}

/** A delivery that may have arrived. */
export interface UnknownDelivery extends Omit<OutboundDelivery, 'content'> {
  created_at: Date;
  /** When the attempt began, by our clock. */
  attempted_at: Date;
  /** What the provider would call it, where the attempt could say so; null where it could say nothing. */
  provider_message_id: string | null;
}

/** What the other side answered, for the record of the attempt. */
export interface ProviderResponse {
  status?: number;
  body?: string;
}

/**
 * What became of a delivery.
 * - `accepted`: the provider took it
 * - `permanent`: trying the same again is of no use
 * - `retryable`: it may succeed later
 * - `unknown`: it may have arrived (the connection was lost after the body was handed over)
 *
 * `fault` says whose it is: with `provider` another provider may well succeed.
 */
export type Outcome =
  | { kind: 'accepted'; provider_message_id?: string; response?: ProviderResponse }
  | {
      kind: 'permanent' | 'retryable' | 'unknown';
      fault: 'recipient' | 'provider';
      /** Stable, snake_case: `connection_failed`, `recipient_refused`, … */
      code: string;
      message: string;
      retryAfterMs?: number;
      response?: ProviderResponse;
      /** Of `unknown`: what the provider would call it, if it took it. */
      provider_message_id?: string;
      /** Nothing was sent, and that is nobody's fault: it is held for `retryAfterMs` with `code` as the reason, and counts as no attempt. */
      untried?: true;
    };

/** What a provider tells of a delivery that it may have taken, with what became of it since. */
export type Reconciled = Outcome & { events?: ProviderEvent[] };

/**
 * Codes of a provider's faults that leave no hope for the next minutes: another takes over at once, where other retryable faults
 * first spend the provider's budget. 421 of SMTP is `connection_failed`.
 */
export const OUT_AT_ONCE: ReadonlySet<string> = new Set([
  'connection_failed',
  'connection_refused',
  'connection_reset',
  'authentication_failed',
  'quota_exhausted',
  'payment_required',
  'domain_not_found',
]);

/** The code of a failure that says that there is no such address: it goes on the client's suppression list, as a bounce. */
export const ADDRESS_UNKNOWN = 'address_unknown';

/** A provider's settings for one client. */
export interface ProviderConfig<Values = unknown> {
  /** Changes whenever the settings do: connections are cached by it. */
  key: string;
  from_email: string | null;
  from_name: string | null;
  values: Values;
}

/** A request by which a provider tells what became of deliveries, as it arrived. */
export interface ProviderRequest {
  headers: Record<string, string | string[] | undefined>;
  /** The exact bytes: signatures are made of them. */
  body: Buffer;
}

/** Why a provider says that an address must not be written to any more. */
export type ProviderSuppression = 'bounce' | 'complaint' | 'unsubscribe';

/** What a provider tells of one delivery later. */
export interface ProviderEvent {
  /** As the provider writes it there, with or without angle brackets. */
  provider_message_id: string;
  /** The address that it is about: the deliveries of a batch share one id. Without one, it is about the only one, or about none. */
  recipient?: string;
  /** `deferred`: it failed, and the provider tries again by itself. `failed`: for good. */
  kind: 'delivered' | 'deferred' | 'failed' | 'opened' | 'clicked' | 'complained' | 'unsubscribed';
  occurred_at: Date;
  /** Stable, snake_case; why it failed. */
  code?: string;
  /** The address goes on the client's suppression list. */
  suppress?: ProviderSuppression;
}

/** Where the reading of a provider's events stands: nothing but that provider understands it. */
export type EventsCursor = string;

/** A part of what a provider has to tell. */
export interface EventsPage {
  events: ProviderEvent[];
  next: EventsCursor;
  /** There is more to be read at once. */
  more: boolean;
}

/**
 * An implementation of a channel at work. `send` answers one outcome per delivery, in order; it throws for nothing that
 * the other side does, and need not clean what that says. Nothing is ever sent twice within one call.
 */
export interface Provider<Content = unknown, Values = unknown> {
  send(batch: OutboundDelivery<Content>[], config: ProviderConfig<Values>, signal: AbortSignal): Promise<Outcome[]>;
  /**
   * Asks what became of deliveries whose outcome is unknown, one outcome for each: `accepted` it has them, `permanent` it gave
   * up, `retryable` it knows nothing of them, `unknown` it can't tell. May throw: then it can't tell. Asked as often as the
   * policy says (`looks`, `unknownWait`); the last answer decides.
   */
  reconcile?(batch: UnknownDelivery[], config: ProviderConfig<Values>, signal: AbortSignal): Promise<Reconciled[]>;
  /** @throws Error with a message for the caller's developer when the settings don't work */
  verify?(config: ProviderConfig<Values>): Promise<void>;
  /** @throws Problem when the request is not the provider's own */
  parseEvents?(request: ProviderRequest, config: ProviderConfig<Values>): ProviderEvent[];
  /** What a request says whose signature somebody else has looked at, such as an inbound webhook's. */
  readEvents?(payload: unknown): ProviderEvent[];
  /**
   * Asks for what became of deliveries, from where it was read to. Reading something again does no harm.
   * @param cursor null: from a while ago
   * @throws Error when the provider did not answer as it should
   */
  pollEvents?(config: ProviderConfig<Values>, cursor: EventsCursor | null, signal: AbortSignal): Promise<EventsPage>;
  /** Lets go of connections, when the process stops. */
  close?(): void;
}

/** How a provider serves clients that set nothing up. */
export interface BuiltIn {
  /** Why it was chosen, in `routing` of deliveries: `development` stands in only where nobody else can send. */
  readonly reason: 'only' | 'development';
  /** Its settings for a client; asked again every few seconds. */
  settingsOf?(clientId: string): Promise<unknown>;
}

/**
 * A provider as its folder declares it. The registry, `GET /providers`, the encryption of secrets, lanes, retries and
 * the conformance suite are made from this.
 */
export interface ProviderDescriptor<Content = unknown, Values = unknown> {
  readonly channel: ChannelDescriptor<object, Content>;
  /** `provider_type` on the wire, unique within the channel. */
  readonly type: string;
  /** The DTO class of the settings that clients make, of field decorators; null when it is built in. */
  readonly configSchema: (new () => Values & object) | null;
  /** Paths in the settings, such as `dkim.private_key`: encrypted, never returned, kept when a change omits them. */
  readonly secretFields: readonly string[];
  /**
   * Of each secret that is sent to the other side, the settings that say where that is, such as `host`: when one of them
   * changes, a stored secret is not kept, and must be said again. Others never leave this process.
   */
  readonly secretsGoTo?: Readonly<Record<string, readonly string[]>>;
  /** The setting without which it can't send, such as a key that only a change may leave out; null when all is there. */
  lacks?(values: Values): string | null;
  /** Settings that follow from others where they were not said: shown as they hold, not stored. */
  derived?(values: Values): Partial<Values>;
  /** Set exactly when there is no `configSchema`. */
  readonly builtIn?: BuiltIn;
  /** Deliveries per call of `send` at most. */
  readonly maxBatch: number;
  /** Deliveries of one lane in hand at once, per process. What waits for a connection uses up its time. */
  readonly inFlight: number;
  readonly retryPolicy: RetryPolicy;
  /**
   * Adds to content what only the client's own rows say of it, when it is accepted.
   * @param at the path of the channel's input, for the fields of a Problem
   * @throws Problem for what the client does not have
   */
  complete?(clientId: string, content: Content, at: string): Promise<Content>;
  /** @param guard says which addresses may be connected to: tenants' providers and the operator's differ in it */
  create(guard: AddressGuard): Provider<Content, Values>;
}
