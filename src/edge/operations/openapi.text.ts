import { limits } from '../../platform/config/limits.js';

/** The introduction of the API reference, with the limits as they are now. */
export const introduction = (): string =>
  `
Headless, multi-tenant messaging and notifications: gapless chat over REST and Socket.IO, notifications over email,
sockets and webhooks, delivered or accounted for. Content arrives ready to send; once an answer is 2xx, nothing is lost.

## Keys

Send a key as \`Authorization: Bearer <key>\` or as \`X-API-Key\`.

| key | made by | may |
|---|---|---|
| admin key | the operator, in the configuration | manage clients and see operations; it never reads messages |
| master key | \`POST /clients\` | everything in its client; as the client itself, or for the user named in \`X-User-Id\` |
| scoped key | \`POST /auth/login\`, \`POST /clients/scoped-keys\` | act as one user, within its permissions and that user's rooms |

Each operation says which key it takes. A key of the wrong kind, or without the permission, is answered 403 before
anything is looked up; what a key cannot see is 404, never 403. A server's key sent from a browser is refused.

## Errors

Every error is \`application/problem+json\` (RFC 9457), the same object in socket acknowledgements. Branch on \`code\`, which
is stable; \`retryable\` says whether the same request may succeed later; \`errors\` names the fields at fault;
\`request_id\` finds the request in the logs and is also the \`X-Request-Id\` header (send your own to correlate). Bad input is
always a 4xx. Ignore fields, event types and enum values that you don't know: they are added without a new version.

## Sending twice is safe

Writing POSTs take an \`Idempotency-Key\` (at most ${limits.idempotency_key_chars} characters, kept 24 hours): the same key with the same
body replays the first answer with \`Idempotency-Replayed: true\`; with another body it is 422 \`idempotency_mismatch\`; while the
first is still running it is 409 \`idempotency_in_flight\`. Messages also carry \`client_msg_id\`, unique per room and sender
for good: the same one again answers the original with \`deduplicated: true\`.

## Pages

Lists answer \`{ "data": [...], "page": { "next_cursor", "prev_cursor", "has_more" } }\`. Pass a cursor back unchanged as
\`cursor\`; \`limit\` is at most ${limits.page}. Messages page by \`before_seq\`, \`after_seq\` or \`around_seq\`, always ascending.

## Limits

| what | at most |
|---|---|
| body | ${limits.body_bytes.toLocaleString('en')} bytes; of a notification ${limits.notification_body_bytes.toLocaleString('en')} |
| message content | ${limits.content_chars.toLocaleString('en')} characters (Unicode code points) |
| names | ${limits.name_chars} characters |
| metadata | ${limits.metadata_bytes.toLocaleString('en')} bytes of JSON |
| \`user_id\` | ${limits.user_id_chars} characters, no control characters, compared exactly; not \`me\`, \`.\` or \`..\` |
| recipients, deliveries of a notification | ${limits.recipients.toLocaleString('en')}, ${limits.deliveries.toLocaleString('en')} |
| per user and minute, unless the client's own limits say otherwise | ${limits.messages_per_user_per_minute} messages, ${limits.typing_per_user_per_minute} of typing, ${limits.pings_per_user_per_minute} pings, ${limits.reactions_per_user_per_minute} reactions |
| connections open at once | ${limits.sockets_per_user} of a user, ${limits.sockets_per_client.toLocaleString('en')} of a client's users |

Limited answers carry \`RateLimit-Policy\` and \`RateLimit\` (IETF draft 11); 429 and 503 carry \`Retry-After\`.

## Real time

Socket.IO at \`/sockets\`, handshake \`auth: { api_key }\`; or a plain WebSocket at \`/api/v1/websocket/open\`, first frame
\`{ type: "auth", id, data: { api_key } }\`. Events come in one envelope with \`epoch\` and a gapless \`rev\` per stream;
\`sync.resume\` proves after an absence that nothing is missing, or says so.
`.trim();
