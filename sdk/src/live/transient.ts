import { ChatError, type ErrorCode } from '../errors.js';

/** A failure that may be over the next time. */
export const transient = (code: ErrorCode, detail: string, cause?: unknown): ChatError =>
  new ChatError(code, detail, { retryable: true, cause });
