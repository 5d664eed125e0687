import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { builtFolder, notBuilt } from './built-pages.js';
import { documentsOf } from './documents.js';
import { PAGE_HEADERS } from './page-policy.js';

const DOCUMENT_PATH = '/api/v1/openapi.json';

/**
 * `/docs` (Swagger UI), `/redoc`, `/api/v1/openapi.json` and `/api/v1/asyncapi.json`, all from this machine. A document is
 * built when it is first asked for. Call before `app.init()`.
 */
export async function serveDocs(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  for (const [name, build] of Object.entries(documentsOf(app))) {
    let document: Buffer | undefined;
    fastify.get(`/api/v1/${name}`, (_request, reply) => {
      document ??= Buffer.from(JSON.stringify(build()));
      return reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(document);
    });
  }
  await fastify.register(async (pages) => {
    await pages.register(helmet, PAGE_HEADERS);
    const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
    const redoc = builtFolder('redoc', 'redoc.standalone.js');
    serveAssets(pages, '/docs/assets/', swagger, true);
    if (redoc) serveAssets(pages, '/redoc/assets/', redoc, false);
    pages.get('/docs', (_request, reply) => sendAs('text/html', reply, SWAGGER_PAGE));
    pages.get('/docs/start.js', (_request, reply) => sendAs('text/javascript', reply, SWAGGER_START));
    pages.get('/redoc', (_request, reply) => {
      if (!redoc) throw notBuilt('redoc');
      return sendAs('text/html', reply, REDOC_PAGE);
    });
    pages.get('/redoc/start.js', (_request, reply) => sendAs('text/javascript', reply, REDOC_START));
  });
}

const SERVED = /\.(js|css|png)$/;

function serveAssets(pages: FastifyInstance, prefix: string, root: string, first: boolean): void {
  void pages.register(fastifyStatic, {
    root,
    prefix,
    decorateReply: first,
    index: false,
    allowedPath: (path: string) => SERVED.test(path),
    maxAge: '1h',
  });
}

const sendAs = (type: string, reply: FastifyReply, text: string): FastifyReply =>
  reply.type(`${type}; charset=utf-8`).header('cache-control', 'no-cache').send(text);

const page = (title: string, head: string, body: string, scripts: string[]): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="data:,">
    ${head}
  </head>
  <body>
    ${body}
    ${scripts.map((src) => `<script src="${src}"></script>`).join('\n    ')}
  </body>
</html>
`;

const SWAGGER_PAGE = page(
  'ChatAPI: Swagger UI',
  '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">',
  '<div id="swagger-ui"></div>',
  ['/docs/assets/swagger-ui-bundle.js', '/docs/start.js'],
);

const SWAGGER_START = `SwaggerUIBundle({
  url: '${DOCUMENT_PATH}',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
`;

const REDOC_PAGE = page(
  'ChatAPI: reference',
  // Where ReDoc's mark was, which came from its vendor's server, the build left nothing.
  '<style>body { margin: 0 } img[src="data:,"] { display: none }</style>',
  '<div id="redoc"></div>',
  ['/redoc/assets/redoc.standalone.js', '/redoc/start.js'],
);

const REDOC_START = `Redoc.init('${DOCUMENT_PATH}', { hideDownloadButton: false, expandResponses: '200,201,202' }, document.getElementById('redoc'));
`;
