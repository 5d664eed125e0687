import type { components } from './generated/rest.js';

/** The service's own problem document (RFC 9457), as REST answers it and sockets acknowledge with it. */
export type Problem = components['schemas']['Problem'];

/** A code of the service's errors, each explained in its page of errors. */
export type ServerErrorCode = Problem['code'];

/**
 * What the SDK itself says: `unreachable` nothing answered, `timed_out` not in time, `bad_answer` what answered was not
 * ChatAPI, `bad_signature` a webhook that is not authentic, `closed` the client was closed.
 */
export type SdkErrorCode = 'unreachable' | 'timed_out' | 'bad_answer' | 'bad_signature' | 'closed';

/** Codes are stable and more may come: treat one that you don't know by its `status`. */
export type ErrorCode = ServerErrorCode | SdkErrorCode | (string & {});

/** A field of the request that is at fault, and why. */
export interface FieldError {
  /** Its path in the body, or the name of the parameter. */
  field: string;
  /** What is wrong with it. */
  message: string;
}

/** What is known of a failure, beside its code and text. */
export interface ErrorDetails {
  /** The HTTP status; 0 where there was no answer. */
  status?: number;
  /** The short text that all errors of this code share. */
  title?: string;
  /** Every field at fault. */
  errors?: FieldError[];
  /** Finds the request in the service's logs. */
  request_id?: string;
  /** May the same succeed later without a change? */
  retryable?: boolean;
  /** When to try again, where the service said it. */
  retry_after_s?: number;
  /** The error behind this one. */
  cause?: unknown;
}

/** A call failed: branch on `code`, show `detail` (which is also the `message`), report `request_id`. */
export class ChatError extends Error {
  override readonly name = 'ChatError';
  /** Stable; branch on it. */
  readonly code: ErrorCode;
  /** What is wrong this time and what to do about it. */
  readonly detail: string;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Every field at fault. */
  readonly errors: FieldError[];
  /** Finds the request in the service's logs. */
  readonly request_id: string | undefined;
  /** May the same succeed later without a change? */
  readonly retryable: boolean;
  /** When to try again, where the service said it. */
  readonly retry_after_s: number | undefined;

  /** @param code what went wrong @param detail what is wrong this time and what to do about it */
  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}) {
    super(detail, details);
    this.code = code;
    this.detail = detail;
    this.status = details.status ?? 0;
    this.errors = details.errors ?? [];
    this.request_id = details.request_id;
    this.retryable = details.retryable ?? false;
    this.retry_after_s = details.retry_after_s;
  }

  /** Makes one of the service's problem document: the body of an error answer, or `error` of an acknowledgement. */
  static of(problem: Problem): ChatError {
    return new ChatError(problem.code, problem.detail, problem);
  }
}

/** Is it a problem document of the service? */
export function isProblem(value: unknown): value is Problem {
  const problem = value as Partial<Problem> | null | undefined;
  return typeof problem?.code === 'string' && typeof problem.detail === 'string';
}

/** A failure that may be over the next time. */
export const transient = (code: ErrorCode, detail: string, cause?: unknown): ChatError =>
  new ChatError(code, detail, { retryable: true, cause });

/** May the same succeed the next time? */
export const isTransient = (error: unknown): boolean => error instanceof ChatError && error.retryable;
