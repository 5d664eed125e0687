import type { FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** How long the rest of a body is taken that nobody wants; less than a stop has time for. */
const LINGER_MS = 20_000;

/** Whether a body comes with this request, by what its headers say. */
export const bringsBody = ({ headers }: FastifyRequest): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;

/** Whether a body is still on its way, as when the request was refused for what its headers say. */
export const isStillSending = (request: FastifyRequest): boolean => !request.raw.complete && bringsBody(request);

/**
 * An answer to who is still sending: its text goes out at once, and the connection ends once the rest of the body has
 * come. Closed before, it would be reset, and the sender would often see that instead of the answer (RFC 9112, 9.6).
 */
export const answerWhileSending = ({ raw }: FastifyRequest, text: string): Readable =>
  Readable.from(textUntilSent(raw, text), { objectMode: false });

async function* textUntilSent(request: IncomingMessage, text: string): AsyncGenerator<string> {
  yield text;
  request.resume();
  // Who goes away, or takes too long, is not waited for.
  await finished(request, { signal: AbortSignal.timeout(LINGER_MS) }).catch(() => request.destroy());
}
