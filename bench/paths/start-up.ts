import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';
import { temporaryDataDir } from '../support/database.js';
import { Child } from '../support/child.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const EMPTY = fileURLToPath(new URL('../floors/empty-app.js', import.meta.url));

/**
 * Seconds from spawn to ready of the second start in embedded mode; the floor is what it can't do without: starting
 * the same PostgreSQL, and an empty Nest application, one after the other.
 */
export async function startUp(): Promise<{ product: number; floor: number }> {
  const dataDir = temporaryDataDir();
  const env = { CHATAPI_DATA_DIR: dataDir, LOG_LEVEL: 'warn' };
  try {
    await timed(MAIN, env);
    const product = await timed(MAIN, env);
    const empty = await timed(EMPTY, {});
    const started = performance.now();
    const postgres = await startEmbeddedPostgres({ dataDir });
    const database = (performance.now() - started) / 1000;
    await postgres.stop();
    return { product, floor: empty + database };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function timed(file: string, env: Record<string, string>): Promise<number> {
  const started = performance.now();
  const child = await Child.start([file], env);
  await child.ready('/health/ready');
  const seconds = (performance.now() - started) / 1000;
  await child.stop();
  return seconds;
}
