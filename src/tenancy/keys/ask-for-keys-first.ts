import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SentBody } from '../../platform/common/large-bodies.js';
import { bringsBody } from '../../platform/common/unread-body.js';
import type { RouteOptions } from '../access/route.js';
import { KeyGuard } from './key.guard.js';

/**
 * Refuses by its headers a request that the guard would refuse by them, before its body is read: a body costs up to
 * seconds and a gigabyte, which nobody gets without a key that opens the route. The guard asks again when the body has come,
 * which can take minutes: the key may have been revoked meanwhile. Call before `app.init()`.
 */
export function askForKeysFirst(app: NestFastifyApplication): void {
  const guard = app.get(KeyGuard);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.addHook('onRoute', (route) => {
    const { access, operated } = (route.config ?? {}) as Partial<RouteOptions>;
    if (access === undefined || access === 'public') return;
    // A hook of the route comes after those of all routes: the answer has the headers of CORS.
    route.onRequest = [
      ...(route.onRequest === undefined ? [] : [route.onRequest].flat()),
      async (request: FastifyRequest & SentBody) => {
        if (bringsBody(request)) request.sentBy = (await guard.examine({ access, operated }, request)).clientId;
      },
    ];
  });
}
