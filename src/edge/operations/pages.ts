import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { registry } from '../../platform/common/metrics.js';
import { serveBuiltPages } from './built-pages.js';
import { serveDocs } from './docs.js';
import { MetricsService } from './metrics.service.js';
import { serveQueueBoard } from './queue-board.js';

/** Controllers' routes of this room that stand outside of the prefix `/api/v1`: for `app.setGlobalPrefix`. */
export const UNPREFIXED = ['health', 'health/*path'];

/**
 * What is served beside the API: its reference, the queues for operators, the pages, and `/metrics` (no controller's route, for
 * `/api/v1/metrics` is another thing). Call before `app.init()`.
 */
export async function servePages(app: NestFastifyApplication): Promise<void> {
  await serveDocs(app);
  await serveQueueBoard(app);
  await serveBuiltPages(app);
  serveMetrics(app);
}

function serveMetrics(app: NestFastifyApplication): void {
  const service = app.get(MetricsService);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.get('/metrics', async (request, reply) => {
    service.check(request);
    return reply.type(registry.contentType).send(await service.render());
  });
}
