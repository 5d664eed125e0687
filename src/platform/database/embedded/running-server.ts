import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { resolveDataDir } from '../../config/data-dir.js';
import { readPostmaster } from './postmaster.js';

/**
 * The address of the PostgreSQL that a process runs in this data directory now, for commands that work beside it. A copy of
 * a directory in use names the server of the other one, and its password: that is asked where it runs.
 * @returns null where none answers
 */
export async function runningServer(dataDir: string): Promise<string | null> {
  const dir = resolveDataDir(dataDir);
  const pgData = join(dir, 'postgres');
  const server = readPostmaster(pgData);
  const password = server && readIfThere(join(dir, 'postgres-password'));
  if (!password) return null;
  const url = `postgres://chatapi:${password}@127.0.0.1:${server.port}/chatapi`;
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ at: string }>(`select current_setting('data_directory') as at`);
    return realpathSync(rows[0]!.at) === realpathSync(pgData) ? url : null;
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
