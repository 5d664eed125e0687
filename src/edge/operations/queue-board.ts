import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter as BoardAdapter } from '@bull-board/fastify';
import helmet from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FailedKeyLimit } from '../../tenancy/keys/failed-key-limit.js';
import { sendProblem } from '../../platform/common/http.js';
import { Problem } from '../../platform/common/problem.js';
import { sameSecret } from '../../platform/common/same-secret.js';
import { Config } from '../../platform/config/config.js';
import { Queues } from '../../platform/queue/queues.js';
import { PAGE_HEADERS } from './page-policy.js';

export const BOARD_PATH = '/admin/queues';

/** bull-board for operators: the admin key as password of HTTP Basic, any user name. Call before `app.init()`. */
export async function serveQueueBoard(app: NestFastifyApplication): Promise<void> {
  const config = app.get(Config);
  const queues = app.get(Queues);
  const failures = app.get(FailedKeyLimit);
  const adapter = new BoardAdapter().setBasePath(BOARD_PATH);
  createBullBoard({
    queues: queues.all.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'ChatAPI' } },
  });

  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await fastify.register(async (pages) => {
    await pages.register(helmet, PAGE_HEADERS);
    pages.addHook('onRequest', async (request, reply) => {
      try {
        refuseForeignPages(request);
        await authenticate(request, config.adminApiKey, failures);
      } catch (error) {
        // Not thrown on: bull-board would answer in its own way.
        sendProblem(error, request, reply);
        return reply;
      }
      return undefined;
    });
    await pages.register(adapter.registerPlugin(), { prefix: BOARD_PATH });
  });
}

/** The browser sends the password along by itself, also for what another site's page asks: such requests stop here. */
function refuseForeignPages({ headers }: FastifyRequest): void {
  const from = headers['sec-fetch-site'];
  const isVisit = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (from === undefined || from === 'same-origin' || from === 'none' || isVisit) return;
  throw new Problem('forbidden', 'The queues are not for pages of other sites.');
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="ChatAPI queues", charset="UTF-8"' };

async function authenticate({ headers, ip }: FastifyRequest, key: string, failures: FailedKeyLimit): Promise<void> {
  const credentials = /^Basic +([\w+/=-]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (credentials === undefined) {
    throw new Problem('unauthenticated', 'Any user name, and the admin key as password.', { headers: CHALLENGE });
  }
  const [, password = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(/:(.*)/s);
  if (sameSecret(password, key)) return;
  await failures.count(ip);
  throw new Problem('invalid_key', 'The password is not the admin key.', { headers: CHALLENGE });
}
