import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';

/** A request of a route that asked for its raw body. Elsewhere there is none. */
export interface RawBodyRequest {
  rawBody?: Buffer;
  /** Its content type, while it is hidden. */
  sentType?: string | undefined;
}

/**
 * The exact bytes of the body, as a parameter of a route that is declared with `rawBody: true`; empty where none were
 * sent. Such a route takes any content type, and what is in the body is its own to find out.
 */
export const RawBody = createParamDecorator(
  (_: unknown, context: ExecutionContext): Buffer =>
    context.switchToHttp().getRequest<FastifyRequest & RawBodyRequest>().rawBody ?? Buffer.alloc(0),
);

/**
 * Keeps the bytes of bodies for the routes that ask for them, before anything reads them otherwise. Call it before the
 * routes are made.
 */
export function keepRawBodies(fastify: FastifyInstance): void {
  fastify.decorateRequest('rawBody', undefined);
  fastify.decorateRequest('sentType', undefined);
  fastify.addHook('onRoute', (route) => {
    if (!(route.config as { rawBody?: boolean } | undefined)?.rawBody) return;
    const limit = route.bodyLimit ?? fastify.initialConfig.bodyLimit!;
    route.preParsing = async (request: FastifyRequest & RawBodyRequest, _reply: unknown, payload: Readable) => {
      request.rawBody = await readWhole(payload, Number(request.headers['content-length'] ?? 0), limit);
      hideType(request);
      // Whoever reads the body next finds the same bytes.
      return Readable.from([request.rawBody], { objectMode: false });
    };
    route.preValidation = [
      (request: FastifyRequest & RawBodyRequest, _reply: unknown, done: () => void) => {
        if (request.sentType !== undefined) request.headers['content-type'] = request.sentType;
        done();
      },
      ...[route.preValidation ?? []].flat(),
    ];
  });
  // All that is not JSON. Raw bodies are taken as they are; elsewhere the answer is that of a missing parser, and where
  // there is no route, that of a missing route.
  fastify.addContentTypeParser('*', (request, _payload, done) => {
    if (request.is404 || (request as RawBodyRequest).rawBody !== undefined) done(null, undefined);
    else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(), undefined);
  });
}

/** From Fastify, which refuses what is no media type before it asks any parser: senders write what they like there. */
function hideType(request: FastifyRequest & RawBodyRequest): void {
  request.sentType = request.headers['content-type'];
  delete request.headers['content-type'];
}

/** @throws FST_ERR_CTP_BODY_TOO_LARGE, as soon as it is known */
async function readWhole(payload: Readable, announced: number, limit: number): Promise<Buffer> {
  if (announced > limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
