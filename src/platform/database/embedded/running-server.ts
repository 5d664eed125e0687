import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { resolveDataDir } from '../../config/data-dir.js';
import { readPostmaster } from './postmaster.js';

/**
 * The address of the PostgreSQL that a process runs in this data directory now, for commands that work beside it.
 * @returns null where none answers
 */
export async function runningServer(dataDir: string): Promise<string | null> {
  const dir = resolveDataDir(dataDir);
  const server = readPostmaster(join(dir, 'postgres'));
  const password = server && readIfThere(join(dir, 'postgres-password'));
  if (!password) return null;
  const url = `postgres://chatapi:${password}@127.0.0.1:${server.port}/chatapi`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return url;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
