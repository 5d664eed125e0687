import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { AppModule } from './app.module.js';
import { ReplayFilter } from './tenancy/idempotency/answers.js';
import { completeFields } from './platform/common/field-registry.js';
import { configureHttp, createAdapter } from './platform/common/http.js';
import { NestLog } from './platform/common/logger.js';
import { ProblemFilter } from './platform/common/problem.filter.js';
import { Problem } from './platform/common/problem.js';
import { ValidationPipe } from './platform/common/validation.js';
import type { Config } from './platform/config/config.js';
import { setLimits } from './platform/config/limits.js';
import { askForKeysFirst } from './tenancy/keys/ask-for-keys-first.js';
import { SocketIoAdapter } from './platform/realtime/socket-io.adapter.js';
import { UNPREFIXED_UNSUBSCRIBE } from './engine/unsubscribe/unsubscribe.controller.js';
import { servePages, UNPREFIXED } from './edge/operations/pages.js';

/**
 * The application as it serves, connected but not listening. The database must be prepared. Tests use it as well, so
 * that they see the same wiring.
 */
export async function createApp(config: Config): Promise<NestFastifyApplication> {
  setLimits(config.limits);
  completeFields();
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config),
    createAdapter(config.trustProxy),
    // Fastify's own body parsers are set up by configureHttp.
    { logger: new NestLog(), abortOnError: false, bodyParser: false },
  );
  configureHttp(app);
  askForKeysFirst(app);
  allowBrowsers(app);
  setPrefix(app);
  // Nest asks the last one first.
  app.useGlobalFilters(new ProblemFilter(), new ReplayFilter());
  app.useGlobalPipes(new ValidationPipe());
  if (!config.servesApi()) serveOperatorsOnly(app.getHttpAdapter().getInstance() as unknown as FastifyInstance);
  app.useWebSocketAdapter(new SocketIoAdapter(app));
  await servePages(app);
  return app;
}

/** Where routes stand: below `/api/v1`, but for those of operations and of who unsubscribes. */
export const setPrefix = (app: NestFastifyApplication): unknown =>
  app.setGlobalPrefix('api/v1', { exclude: [...UNPREFIXED, ...UNPREFIXED_UNSUBSCRIBE] });

/** Any origin and no credentials, so no cookie can be abused; which origin may use a key is the guard's to decide. */
function allowBrowsers(app: NestFastifyApplication): void {
  app.enableCors({
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id', 'Idempotency-Replayed'],
    maxAge: 86_400,
    strictPreflight: false,
  });
}

const OPERATORS_PATHS = /^\/(health|metrics|api\/v1\/utils\/health-check)(\/|\?|$)/;

/** A worker answers for its health and its metrics, and does nobody's requests. */
function serveOperatorsOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request) => {
    if (!OPERATORS_PATHS.test(request.url))
      throw new Problem('not_found', 'This process is a worker: it serves /health and /metrics only.');
  });
}
