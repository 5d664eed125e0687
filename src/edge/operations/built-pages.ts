import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Problem } from '../../platform/common/problem.js';
import { Config } from '../../platform/config/config.js';
import { STRICT_PAGE_HEADERS } from './page-policy.js';

interface BuiltPage {
  /** Where it is served, and the folder of the build that holds it. */
  name: string;
  isServed(config: Config): boolean;
}

/** Applications in the browser, which the workspaces of these names are built to. */
const PAGES: BuiltPage[] = [
  { name: 'console', isServed: () => true },
  // An example to read and to try, not a product: where people develop.
  { name: 'chat', isServed: ({ mode }) => mode === 'embedded' },
];

/** Beside the compiled sources, and from the sources themselves below dist/. */
const here = dirname(fileURLToPath(import.meta.url));
const built = [join(here, '../../../pages'), join(here, '../../../dist/pages')];

/** @param file one that is in it @returns undefined where that was not built */
export const builtFolder = (name: string, file: string): string | undefined =>
  built.map((pages) => join(pages, name)).find((path) => existsSync(join(path, file)));

/** Why something is not there. */
export const notBuilt = (name: string): Problem =>
  new Problem('not_found', `The pages of /${name} are not built: run \`npm run build\`.`);

/** What a page that writes styles at run time has where the nonce belongs (`html.cspNonce` of its vite.config.ts). */
const NONCE = '__CSP_NONCE__';

/** A nonce of this answer's own, in the page and in the policy: for styles, never for scripts. */
function withNonce(html: string, reply: FastifyReply): string {
  const nonce = randomBytes(16).toString('base64url');
  const policy = String(reply.getHeader('content-security-policy'));
  reply.header('content-security-policy', policy.replace(/style-src [^;]*/, `$& 'nonce-${nonce}'`));
  return html.replaceAll(NONCE, nonce);
}

/**
 * `/console` and `/chat`: files as they were built, and for every other path below them the application itself, which reads
 * its state from the address. Call before `app.init()`.
 */
export async function serveBuiltPages(app: NestFastifyApplication): Promise<void> {
  const config = app.get(Config);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  for (const page of PAGES.filter(({ isServed }) => isServed(config))) await serve(fastify, page);
}

async function serve(fastify: FastifyInstance, { name }: BuiltPage): Promise<void> {
  const folder = builtFolder(name, 'index.html');
  const html = folder && readFileSync(join(folder, 'index.html'), 'utf8');
  await fastify.register(async (pages) => {
    await pages.register(helmet, STRICT_PAGE_HEADERS);
    const answer = (reply: FastifyReply): FastifyReply => {
      if (!html) throw notBuilt(name);
      return reply
        .type('text/html; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(html.includes(NONCE) ? withNonce(html, reply) : html);
    };
    pages.get(`/${name}`, (_request, reply) => answer(reply));
    pages.get(`/${name}/*`, (_request, reply) => answer(reply));
    if (!folder) return;
    // Their names hold what is in them.
    await pages.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: `/${name}/assets/`,
      decorateReply: false,
      index: false,
      immutable: true,
      maxAge: '1y',
      preCompressed: true,
    });
  });
}
