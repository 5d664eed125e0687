import {
  AnyText,
  HttpUrl,
  Int,
  Json,
  Nested,
  OneOf,
  Text,
  TextList,
  Time,
  Uuid,
} from '../../platform/common/fields.js';

export const SIGNATURES = ['v1', 'v1a'] as const;
export type SignatureKind = (typeof SIGNATURES)[number];

export const ENDPOINT_TIMEOUT_MS = 15_000;
export const DEFAULT_OVERLAP_S = 86_400;

const URL = { description: 'Gets signed POSTs (Standard Webhooks 1.0).', example: 'https://example.com/hooks' };
const DESCRIPTION = { max: 'name_chars', example: 'Orders' } as const;
export const EVENT_TYPES = {
  max: 100,
  min: 1,
  maxChars: 100,
  description: 'Types of events, `*` at the end for all that begin so, `*` alone for all.',
  example: ['message.*', 'notification.failed'],
};
const ROOM_IDS = {
  max: 1_000,
  min: 1,
  maxChars: 36,
  description: 'Only events of these rooms; null: of all, and of none.',
};
const CONDITION = {
  max: 8_192,
  description:
    'JSONata over the envelope of the event: it is sent where this holds. Where it cannot be worked out, the event is sent all the same, and the endpoint says why in `condition_fault`.',
  example: 'data.metadata.priority = "high"',
};
const HEADERS = {
  maxBytes: 16_384,
  description: 'Further headers. Values of those that look like secrets come back as `***`.',
  example: { 'X-Tenant': 'acme' },
};
const ORDERED_BY = {
  description:
    '`room`: the next event of a room is sent when the one before has been delivered, or has failed for good.',
};
const RATE = {
  min: 1,
  max: 10_000,
  description: 'Requests per second at most, of all attempts and over all processes; null: as many as there are.',
};
const CONCURRENCY = { min: 1, max: 128, description: 'Requests at once per process at most; null: 128.' };
const TIMEOUT = { min: 1_000, max: 30_000, description: 'How long the receiver may take to answer.' };

/** Where a client's events go. */
export class EndpointInputDto {
  @HttpUrl(URL)
  url: string;

  @Text({ ...DESCRIPTION, optional: true, nullable: true })
  description?: string | null;

  @TextList({ ...EVENT_TYPES, optional: true, nullable: true })
  event_types?: string[] | null;

  @TextList({ ...ROOM_IDS, optional: true, nullable: true })
  room_ids?: string[] | null;

  @Text({ ...CONDITION, optional: true, nullable: true })
  condition?: string | null;

  @Json({ ...HEADERS, optional: true, nullable: true })
  headers?: Record<string, unknown> | null;

  @OneOf(SIGNATURES, { optional: true, default: 'v1', description: '`v1`: HMAC-SHA256. `v1a`: ed25519.' })
  signature?: SignatureKind;

  @OneOf(['room'], { ...ORDERED_BY, optional: true, nullable: true })
  ordered_by?: 'room' | null;

  @Int({ ...RATE, optional: true, nullable: true })
  rate_limit_per_second?: number | null;

  @Int({ ...CONCURRENCY, optional: true, nullable: true })
  concurrency?: number | null;

  @Int({ ...TIMEOUT, optional: true, default: ENDPOINT_TIMEOUT_MS })
  timeout_ms?: number;
}

/** What is left out stays as it is; null clears (RFC 7396). */
export class EndpointPatchDto {
  @HttpUrl({ ...URL, optional: true })
  url?: string;

  @Text({ ...DESCRIPTION, optional: true, nullable: true })
  description?: string | null;

  @TextList({ ...EVENT_TYPES, optional: true, nullable: true })
  event_types?: string[] | null;

  @TextList({ ...ROOM_IDS, optional: true, nullable: true })
  room_ids?: string[] | null;

  @Text({ ...CONDITION, optional: true, nullable: true })
  condition?: string | null;

  @Json({ ...HEADERS, optional: true, nullable: true, description: 'Merged; null removes one. `***` keeps a value.' })
  headers?: Record<string, unknown> | null;

  @OneOf(SIGNATURES, { optional: true, description: 'Another kind makes a new secret, which comes with the answer.' })
  signature?: SignatureKind;

  @OneOf(['room'], { ...ORDERED_BY, optional: true, nullable: true })
  ordered_by?: 'room' | null;

  @Int({ ...RATE, optional: true, nullable: true })
  rate_limit_per_second?: number | null;

  @Int({ ...CONCURRENCY, optional: true, nullable: true })
  concurrency?: number | null;

  @Int({ ...TIMEOUT, optional: true })
  timeout_ms?: number;
}

export class ConditionFaultDto {
  @AnyText({ example: 'evaluation' })
  code: string;

  @AnyText()
  message: string;

  @Time()
  at: string;
}

export class EndpointDto {
  @Uuid()
  id: string;

  @HttpUrl(URL)
  url: string;

  @Text({ ...DESCRIPTION, nullable: true })
  description: string | null;

  @TextList(EVENT_TYPES)
  event_types: string[];

  @TextList({ ...ROOM_IDS, nullable: true })
  room_ids: string[] | null;

  @Text({ ...CONDITION, nullable: true })
  condition: string | null;

  @Nested(() => ConditionFaultDto, { nullable: true, description: 'Why the condition could not be worked out, last.' })
  condition_fault: ConditionFaultDto | null;

  @Json(HEADERS)
  headers: Record<string, string>;

  @AnyText({
    optional: true,
    description:
      'Shown once, when it is made: `whsec_…` with `v1`; with `v1a` the public key, `whpk_…`, as all that a receiver needs.',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  secret?: string;

  @AnyText({ nullable: true, description: 'With `v1a`: what signatures are verified with, `whpk_…`.' })
  public_key: string | null;

  @Time({ nullable: true, description: 'Until then the secret before signs too.' })
  previous_secret_expires_at: string | null;

  @OneOf(SIGNATURES)
  signature: SignatureKind;

  @OneOf(['room'], { ...ORDERED_BY, nullable: true })
  ordered_by: 'room' | null;

  @Int({ ...RATE, nullable: true })
  rate_limit_per_second: number | null;

  @Int({ ...CONCURRENCY, nullable: true })
  concurrency: number | null;

  @Int(TIMEOUT)
  timeout_ms: number;

  @OneOf(['enabled', 'disabled'])
  status: string;

  @AnyText({
    nullable: true,
    description: '`manual`, `gone` (it answered 410), `failing` (nothing succeeded for five days).',
  })
  disabled_reason: string | null;

  @Time({ nullable: true, description: 'Nothing has succeeded since then.' })
  failing_since: string | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

export class RotateEndpointSecretDto {
  @Int({
    optional: true,
    max: 604_800,
    default: DEFAULT_OVERLAP_S,
    description: 'For so many seconds both secrets sign.',
  })
  overlap_s?: number;
}

export class EndpointTestDto {
  @Text({
    max: 100,
    optional: true,
    description: 'A type of the catalogue, whose example is sent; left out: `endpoint.test`.',
  })
  event_type?: string;
}

export class EventTypeDto {
  @Text({ max: 100, example: 'message.created' })
  type: string;

  @AnyText()
  description: string;

  @Json({ maxBytes: 65_536, description: 'JSON Schema of `data`.' })
  schema: object;

  @Json({ maxBytes: 65_536, description: 'An envelope.' })
  example: object;
}
