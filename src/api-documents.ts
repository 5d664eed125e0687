import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { setPrefix } from './app.js';
import { documentsOf } from './edge/operations/documents.js';
import { createAdapter } from './platform/common/http.js';
import { loadConfig } from './platform/config/config.js';
import { setLimits } from './platform/config/limits.js';

/**
 * The text of every document of the API by its file name in `docs/api/`, with the default settings whatever this machine's are. Nothing
 * is connected to and nothing runs: Nest only reads which controllers there are.
 */
export async function apiDocuments(): Promise<Record<string, string>> {
  const config = loadConfig(DEFAULTS);
  setLimits(config.limits);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(config),
    createAdapter(config.trustProxy),
    { preview: true, logger: false, abortOnError: false },
  );
  setPrefix(app);
  return Object.fromEntries(Object.entries(documentsOf(app)).map(([name, make]) => [name, textOf(make())]));
}

/** What has no default, so that no data directory is made. None of it stands in a document. */
const DEFAULTS = {
  DATABASE_URL: 'postgres://nowhere.invalid/chatapi',
  ADMIN_API_KEY: 'x'.repeat(32),
  ENCRYPTION_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
};

/** Paths, channels and schemas by name, so that a change of the code's order changes nothing here. */
const SORTED = new Set(['paths', 'channels', 'operations', 'schemas', 'messages']);

const textOf = (document: object): string =>
  `${JSON.stringify(document, (key, value: unknown) => (SORTED.has(key) ? byName(value) : value), 2)}\n`;

const byName = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
