import type { FastifyInstance, FastifyRequest } from 'fastify';
import { tracer, type Carrier, type Span } from './tracer.js';

/** Asked every few seconds by machines: they would hide everything else. */
const UNTRACED = /^\/(health|metrics)(\/|\?|$)/;

interface TracedRequest {
  traceSpan?: Span;
  api?: { caller: { clientId: string } };
}

/**
 * A span for each request, of the trace that its `traceparent` names. With tracing off nothing is hooked in. Call before
 * routes are declared, and before hooks that log.
 */
export function traceRequests(fastify: FastifyInstance): void {
  if (tracer === null) return;
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (tracer === null || UNTRACED.test(request.url)) return done();
    const span = tracer.start(nameOf(request), {
      kind: 'server',
      parent: request.headers as Carrier,
      attributes: {
        'http.request.method': request.method,
        'http.route': request.routeOptions.url,
        // Behind a proxy it is what a header says.
        'url.scheme': request.protocol === 'https' ? 'https' : 'http',
        'chatapi.request_id': request.id,
      },
    });
    (request as TracedRequest).traceSpan = span;
    tracer.within(span, done);
  });
  // Reading the body goes on where the connection was made: back to the request.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const span = (request as TracedRequest).traceSpan;
    if (tracer && span) tracer.within(span, done);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { traceSpan: span, api } = request as TracedRequest;
    if (span) {
      span.set({ 'http.response.status_code': reply.statusCode, 'chatapi.client_id': api?.caller.clientId });
      if (reply.statusCode >= 500) span.failed(String(reply.statusCode));
      span.end();
    }
    done();
  });
}

/** Of a request's own trace, for its line of the log. */
export function traceOf(request: FastifyRequest): { trace_id?: string } {
  const span = (request as TracedRequest).traceSpan;
  return span ? { trace_id: span.traceId } : {};
}

const nameOf = ({ method, routeOptions: { url } }: FastifyRequest): string =>
  url === undefined ? method : `${method} ${url}`;
