export const CHANNELS = ['email', 'websocket', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

export interface EmailContent {
  subject: string;
  html?: string;
  text?: string;
  /** `a@b.c` or `Name <a@b.c>`; the provider's own when left out. */
  from?: string;
  reply_to?: string;
  cc?: string[];
  bcc?: string[];
  /** `content` is base64. */
  attachments?: { filename: string; content: string; content_type?: string; content_id?: string }[];
  headers?: Record<string, string>;
  /** Name of the provider that must send it. */
  provider?: string;
}

export interface WebsocketContent {
  title: string | null;
  body: string | null;
  data: object | null;
}

export interface WebhookContent {
  url: string;
  /** The bytes that are signed and sent, the same at every attempt. */
  body: string;
}

export interface ContentOf {
  email: EmailContent;
  websocket: WebsocketContent;
  webhook: WebhookContent;
}

/** One try of one delivery, as a provider sees it. */
export interface OutboundDelivery<C extends Channel = Channel> {
  id: string;
  client_id: string;
  /** What the receiver may know it by, the same for every attempt and resend. */
  message_id: string;
  /** An email address or a URL; null where the user's stream is the address. */
  address: string | null;
  content: ContentOf[C];
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
    };

/** A provider's settings for one client. */
export interface ProviderConfig<Values = unknown> {
  /** Changes whenever the settings do: connections are cached by it. */
  key: string;
  from_email: string | null;
  from_name: string | null;
  values: Values;
}

/**
 * An implementation of a channel. `send` answers one outcome per delivery, in order; it throws for nothing that the
 * other side does. Nothing is ever sent twice within one call.
 */
export interface Provider<C extends Channel = Channel, Values = unknown> {
  readonly channel: C;
  /** `provider_type` on the wire. */
  readonly type: string;
  /** The DTO class of its settings; null when a client has none to make. */
  readonly configSchema: (new () => object) | null;
  /** Deliveries per call at most. */
  readonly maxBatch: number;
  send(batch: OutboundDelivery<C>[], config: ProviderConfig<Values>, signal: AbortSignal): Promise<Outcome[]>;
  /** @throws Error with a message for the caller's developer when the settings don't work */
  verify?(config: ProviderConfig<Values>): Promise<void>;
}
