import { HttpException } from '@nestjs/common';
import { limits } from '../config/limits.js';
import { Problem } from './problem.js';

/** Errors of PostgreSQL and of the network that mean: the database can't be reached just now. */
const LOST_CONNECTION = /^(08|57P0|53300|25P03|25006)/;
const LOST_SOCKET = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
];
// pg and pg-pool give these no code.
const LOST_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Query read timeout|Cannot use a pool after calling end/;

/**
 * Is this an error of a database connection that was lost or could not be made, or the Problem that Database made of
 * one? What a commit did on it is then not known.
 */
export function isLostConnection(error: unknown): boolean {
  if (error instanceof Problem) return error.cause !== undefined && isLostConnection(error.cause);
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return (
    (typeof code === 'string' && (LOST_CONNECTION.test(code) || LOST_SOCKET.includes(code))) ||
    (typeof message === 'string' && LOST_MESSAGE.test(message))
  );
}

/**
 * What the caller is told of any error. Unknown ones become `internal`, whose detail says nothing of the inside.
 * @param bodyBytes the largest body that the route takes
 */
export function toProblem(error: unknown, bodyBytes = limits.body_bytes): Problem {
  if (error instanceof Problem) return error;
  if (isLostConnection(error)) {
    return new Problem('unavailable', 'The database cannot be reached just now. Try again.', { retryAfterS: 1 });
  }
  const { statusCode, code } = (error ?? {}) as { statusCode?: number; code?: string };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  switch (status) {
    case 404:
      return new Problem('not_found', 'There is no such route. The API reference is at /docs.');
    case 413:
      return new Problem('too_large', `The body is larger than this route accepts (${bodyBytes} bytes).`);
    case 414:
      return new Problem('bad_request', `A part of the path is longer than ${limits.path_param_chars} characters.`);
    case 415:
      return new Problem('unsupported_media_type', 'Send the body as application/json.');
    case 400:
      return error instanceof SyntaxError || code?.startsWith('FST_ERR_CTP')
        ? new Problem('malformed_json', `The body is not valid JSON: ${(error as Error).message}`)
        : new Problem('bad_request', (error as Error).message);
    default:
      if (status !== undefined && status >= 400 && status < 500) {
        return new Problem('bad_request', (error as Error).message);
      }
      return new Problem('internal', 'The request failed on our side; the request_id finds it in the logs.');
  }
}
