import { createHash } from 'node:crypto';
import { HttpUrl, Json, Uuid } from '../../../platform/common/fields.js';
import { invalidField } from '../../../platform/common/problem.js';
import { declareChannel } from '../declared.js';

export class WebhookInputDto {
  @HttpUrl({
    optional: true,
    description:
      'Gets one signed POST (Standard Webhooks 1.0), signed with the secret of the client. Either this or `endpoint_id`.',
    example: 'https://example.com/hook',
  })
  url?: string;

  @Uuid({
    optional: true,
    description:
      'In place of `url`: one of the endpoints at `/webhooks/endpoints`. It goes to where the endpoint is at the time of each attempt, with its headers, its time-out, its rate and concurrency, signed with its secrets.',
  })
  endpoint_id?: string;

  @Json({ maxBytes: 'body_bytes', description: 'The body, as JSON.' })
  payload: Record<string, unknown>;
}

export interface WebhookContent {
  /** Of what goes to an endpoint, where that was when it was accepted. */
  url: string;
  /** Goes to this endpoint of the client, as it is when it is sent. */
  endpoint_id?: string;
  /** The bytes that are signed and sent, the same at every attempt. */
  body: string;
  /** What it is signed with, where whoever sends it has secrets of its own; otherwise the client's. Never stored. */
  secrets?: string[];
  /** `webhook-id`, where it is not the delivery's id. */
  message_id?: string;
  /** Further headers. Never stored. */
  headers?: Record<string, string>;
  /** How many requests of ours stand behind it, where a rule made it. */
  hops?: number;
  /** How long the receiver may take; the provider's own time unless told. */
  timeout_ms?: number;
  /** How many requests a second the receiver takes of all that goes to its lane. */
  rate_limit_per_second?: number | null;
  /** The endpoint that it is for is disabled just now: nothing is posted, and it waits. */
  withheld?: true;
}

/** Lanes stand in an index. A host's name has 253 at most. */
const MAX_LANE_CHARS = 512;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** One signed POST to the address that the content names. */
export const WEBHOOK = declareChannel<WebhookInputDto, WebhookContent>({
  name: 'webhook',
  inputSchema: WebhookInputDto,
  success: 'delivered',
  // The schedule of Standard Webhooks 1.0.
  retryPolicy: {
    attempts: 8,
    waits: [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR],
    unknownWait: null,
  },
  scopedKeys: false,
  address: null,
  // Serialised once: every attempt signs and sends these very bytes.
  toContent: ({ payload, ...to }, at) => ({ ...destinationOf(to, at), body: JSON.stringify(payload) }),
  target: ({ url }) => ({ user_pk: null, address: url, suppressed: null }),
  lane: ({ url, endpoint_id }) => (endpoint_id === undefined ? laneOf(new URL(url)) : endpointLane(endpoint_id)),
  rate: ({ rate_limit_per_second = null }) => rate_limit_per_second,
});

/** Which of the webhooks' lanes is an endpoint's: its own, so that it holds up no other. */
export const endpointLane = (id: string): string => `endpoint/${id}`;

/** @throws Problem `validation_failed` unless exactly one of both is given */
function destinationOf(
  { url, endpoint_id }: Pick<WebhookInputDto, 'url' | 'endpoint_id'>,
  at: string,
): Pick<WebhookContent, 'url' | 'endpoint_id'> {
  if (endpoint_id === undefined) {
    if (url === undefined) throw invalidField(`${at}.url`, 'must be given, or endpoint_id in its place');
    return { url: checkUrl(url, `${at}.url`) };
  }
  if (url !== undefined) throw invalidField(`${at}.endpoint_id`, 'stands in place of url: give one of them');
  // Where that is, only the client's own rows say.
  return { url: '', endpoint_id };
}

/** A receiver that hangs at one path holds up no other at the same host. */
function laneOf({ origin, pathname }: URL): string {
  const place = origin + pathname;
  if (place.length <= MAX_LANE_CHARS) return place;
  return `${origin}/#${createHash('sha256').update(place).digest('base64url')}`;
}

/** An address that requests can be signed for. @throws Problem `validation_failed` */
export function checkUrl(text: string, field: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url) throw invalidField(field, 'must be an absolute http or https URL');
  if (url.username !== '' || url.password !== '') {
    throw invalidField(field, 'must not hold a user name or password: verify the signature instead');
  }
  return text;
}
