/** One field's fault in a problem document. `field` is a path such as `members[2].role`. */
export interface FieldError {
  field: string;
  message: string;
}

interface ProblemKind {
  status: number;
  title: string;
  /** May the same request succeed later without a change? */
  retryable?: true;
}

/**
 * Every `code` that a problem document or a socket ack can carry. Codes are stable: callers branch on them.
 * docs/errors.md lists them with their causes.
 */
export const PROBLEMS = {
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  bad_request: { status: 400, title: 'The request is malformed' },
  invalid_cursor: { status: 400, title: 'The cursor is not one that this list returned' },
  unauthenticated: { status: 401, title: 'A key is required' },
  invalid_key: { status: 401, title: 'The key is not valid' },
  invalid_signature: { status: 401, title: 'The request is not signed as its source demands' },
  forbidden: { status: 403, title: 'This key may not do that' },
  client_suspended: { status: 403, title: 'The client is suspended' },
  origin_not_allowed: { status: 403, title: 'This origin is not allowed for the client' },
  server_key_in_browser: { status: 403, title: 'Server keys may not be used in a browser' },
  user_mismatch: { status: 403, title: 'The key belongs to another user' },
  insufficient_role: { status: 403, title: 'The role in this room does not allow that' },
  user_banned: { status: 403, title: 'The user is banned' },
  room_frozen: { status: 403, title: 'The room is frozen' },
  not_found: { status: 404, title: 'Not found' },
  webhook_refused: { status: 406, title: 'The request is not taken, and is not to be sent again' },
  conflict: { status: 409, title: 'The request conflicts with the current state' },
  idempotency_conflict: { status: 409, title: 'The client_msg_id was used for another message' },
  idempotency_in_flight: { status: 409, title: 'The first request with this key is still running', retryable: true },
  room_inactive: { status: 409, title: 'The room does not accept messages' },
  room_full: { status: 409, title: 'The room is full' },
  last_owner: { status: 409, title: 'A room keeps at least one owner' },
  direct_room: { status: 409, title: 'The members of a direct room are fixed' },
  not_pending: { status: 409, title: 'Nothing of it is open any more' },
  name_taken: { status: 409, title: 'The name is taken' },
  too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  validation_failed: { status: 422, title: 'Some fields are not valid' },
  user_unavailable: { status: 422, title: 'The user is not available' },
  message_rejected: { status: 422, title: 'The message was rejected' },
  idempotency_mismatch: { status: 422, title: 'The Idempotency-Key was used for another request' },
  endpoint_disabled: { status: 422, title: 'The endpoint is disabled' },
  provider_rejected: { status: 422, title: 'The provider did not accept this configuration' },
  rate_limited: { status: 429, title: 'Too many requests', retryable: true },
  internal: { status: 500, title: 'Something failed on our side', retryable: true },
  hook_unavailable: { status: 503, title: "The client's pre-send hook did not answer", retryable: true },
  overloaded: { status: 503, title: 'Too busy to accept this now', retryable: true },
  unavailable: { status: 503, title: 'A part that this needs is not available', retryable: true },
} as const satisfies Record<string, ProblemKind>;

/** The stable code of a problem, which callers branch on. */
export type ProblemCode = keyof typeof PROBLEMS;

/** RFC 9457 problem document, the body of every error on REST and in socket acks. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: ProblemCode;
  request_id: string;
  retryable: boolean;
  /** Seconds, as in Retry-After: for who sees no headers. */
  retry_after_s?: number;
  /** The policies of RateLimit-Policy whose quota is used up. */
  violated_policies?: string[];
  errors: FieldError[];
}

/** An error that the caller is told about. Everything else that is thrown becomes `internal`. */
export class Problem extends Error {
  readonly status: number;

  constructor(
    readonly code: ProblemCode,
    /** What is wrong and what to do about it, for the caller's developer. */
    detail: string,
    readonly options: {
      errors?: FieldError[];
      retryAfterS?: number;
      headers?: Record<string, string>;
      policies?: string[];
    } = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = PROBLEMS[code].status;
  }

  toDocument(instance: string, requestId: string): ProblemDocument {
    const kind: ProblemKind = PROBLEMS[this.code];
    return {
      type: `urn:chatapi:problem:${this.code}`,
      title: kind.title,
      status: kind.status,
      detail: this.message,
      instance,
      code: this.code,
      request_id: requestId,
      retryable: kind.retryable ?? false,
      ...(this.options.retryAfterS !== undefined && { retry_after_s: this.options.retryAfterS }),
      ...(this.options.policies && { violated_policies: this.options.policies }),
      errors: this.options.errors ?? [],
    };
  }
}

/** The problem of a thing that is not there, or that the caller may not see. */
export const notFound = (what: string): Problem =>
  new Problem('not_found', `No such ${what}, or it is not visible to this key.`);

/** What is wrong with a field, for a `detail`; a fault of the body as a whole has no name. */
export const faultOf = ({ field, message }: FieldError): string =>
  field === '' ? `The body ${message}` : `${field}: ${message}`;

/** 422 for a single field. */
export const invalidField = (field: string, message: string): Problem =>
  new Problem('validation_failed', faultOf({ field, message }), { errors: [{ field, message }] });

/** 422 for two fields that each say what the other says, too: whichever was followed, the other one would be passed over. */
export function notTogether(one: string, other: string): Problem {
  const errors = [
    { field: one, message: `must not be given together with ${other}` },
    { field: other, message: `must not be given together with ${one}` },
  ];
  return new Problem('validation_failed', `Give ${one} or ${other}, not both.`, { errors });
}
