import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { newId } from './ids.js';
import { parseJsonBody } from './json-body.js';
import { Problem } from './problem.js';
import { toProblem } from './to-problem.js';
import type { TrustProxy } from '../config/config.parsers.js';
import { limits, type LimitName } from '../config/limits.js';
import { withoutKeys } from './key-mask.js';
import { boundLargeBodies } from './large-bodies.js';
import { logger } from './logger.js';
import { measureRoutes } from './metrics.js';
import { keepRawBodies, type RawBodyRequest } from './raw-body.js';
import { traceOf, traceRequests } from '../tracing/http-spans.js';
import { trustOf } from './trust-proxy.js';
import { endConnectionsAtStop } from './connections-at-stop.js';
import { answerWhileSending, isStillSending } from './unread-body.js';

/** A caller's own X-Request-Id is kept when it is plain; it comes back in the answer and stands in the logs. */
const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

const requestId = (request: { headers: IncomingMessage['headers'] }): string => {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
};

/** The HTTP server of an application, with the limits as they are now. */
export function createAdapter(trustProxy: TrustProxy): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: trustOf(trustProxy),
    bodyLimit: limits.body_bytes,
    genReqId: requestId,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: limits.path_param_chars },
    // Faults that come before routing, such as a malformed URL.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(error, request, reply),
    clientErrorHandler: refuseConnection,
    // Answers with a problem document while closing, instead of Fastify's own 503.
    return503OnClosing: false,
  });
}

const BROKEN_HTTP: Record<string, [status: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'The URL and the headers are larger than 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request did not arrive in time.'],
};

/** What could not even be read as HTTP has no request and no reply, only a connection. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [line, detail] = BROKEN_HTTP[error.code ?? ''] ?? ['400 Bad Request', 'The request is not valid HTTP.'];
  const id = newId();
  const document = { ...new Problem('bad_request', detail).toDocument('/', id), status: Number.parseInt(line, 10) };
  const body = JSON.stringify(document);
  const headers = [
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  socket.write(`HTTP/1.1 ${line}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}

/** Body parsing, request ids, access log: what holds for every route. Call before `app.init()`. */
export function configureHttp(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  endConnectionsAtStop(fastify);
  traceRequests(fastify);
  acceptJsonOnly(fastify);
  measureRoutes(fastify);
  fastify.addHook('onRoute', (route) => {
    const bodyBytes = (route.config as { bodyBytes?: LimitName } | undefined)?.bodyBytes;
    if (bodyBytes) route.bodyLimit = limits[bodyBytes];
  });
  keepRawBodies(fastify);
  boundLargeBodies(fastify);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    logRequest(request, reply);
    done();
  });
}

function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    /^application\/([\w.-]+\+)?json\b/,
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      const { 'content-encoding': encoding = 'identity' } = request.headers;
      // Clients that always send a content type send it with empty bodies too. Raw bodies are their route's to read.
      if (body.length === 0 || (request as RawBodyRequest).rawBody !== undefined) done(null, undefined);
      else if (encoding !== 'identity') done(compressed(encoding), undefined);
      else
        answerWith(done, () => parseJsonBody(body, (request.routeOptions.config as { itemwise?: boolean }).itemwise));
    },
  );
}

const compressed = (encoding: string): Problem =>
  new Problem('unsupported_media_type', `Send the body as it is: the Content-Encoding ${encoding} is not understood.`);

function answerWith(done: (error: Error | null, value?: unknown) => void, read: () => unknown): void {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    return done(error as Error);
  }
  done(null, value);
}

/** The path without its query, which could hold what does not belong in a log, and without keys that were put into it. */
const pathOf = (request: FastifyRequest): string => withoutKeys(request.url.split('?', 1)[0]!);

function loggedPath(request: FastifyRequest): string {
  const { config, url } = request.routeOptions;
  return (config as { secretPath?: boolean } | undefined)?.secretPath && url !== undefined ? url : pathOf(request);
}

function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  // What the process asks of itself (`inject`) comes over no connection, and is no access.
  if (!logger.isLevelEnabled('info') || !(request.raw.socket instanceof Socket)) return;
  const { api } = request as { api?: { caller: { clientId: string } } };
  logger.info(
    {
      request_id: request.id,
      client_id: api?.caller.clientId,
      ...traceOf(request),
      method: request.method,
      path: loggedPath(request),
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    'request',
  );
}

/** Answers any error as RFC 9457 problem+json, and logs it when it is ours. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error, request.routeOptions?.bodyLimit);
  if (problem.code === 'internal') logger.error({ request_id: request.id, err: error }, 'request failed');
  if (problem.options.retryAfterS !== undefined) void reply.header('retry-after', String(problem.options.retryAfterS));
  const text = JSON.stringify(problem.toDocument(pathOf(request), request.id));
  void reply
    .headers(problem.options.headers ?? {})
    .status(problem.status)
    .type('application/problem+json; charset=utf-8')
    .header('content-length', Buffer.byteLength(text))
    .send(isStillSending(request) ? answerWhileSending(request, text) : text);
}
