import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

const CLI = fileURLToPath(new URL('../../src/cli.js', import.meta.url));

/**
 * A database of its own on the bench's server.
 * @param options.migrate for a cluster start, which never migrates by itself
 * @returns its URL
 */
export async function createDatabase(
  server: string,
  name: string,
  options: { migrate?: boolean } = {},
): Promise<string> {
  const db = new pg.Client(server);
  await db.connect();
  await db.query(`create database ${name}`);
  await db.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  if (options.migrate) {
    const secrets = {
      ADMIN_API_KEY: randomBytes(32).toString('hex'),
      ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    };
    execFileSync(process.execPath, [CLI, 'migrate'], {
      env: { PATH: process.env.PATH, DATABASE_URL: url.href, ...secrets },
    });
  }
  return url.href;
}

/** A folder for one run; PostgreSQL, which refuses root, can pass through it. */
export function temporaryDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'chatapi-bench-'));
  chmodSync(dataDir, 0o711);
  return dataDir;
}
