import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const INT8 = 20;

/** The database of an application, and what a test does in it by itself: look at rows, age them, hold locks. */
export class TestDatabase {
  private opened: pg.Pool | undefined;

  private constructor(
    readonly url: string,
    private readonly name: string | undefined,
  ) {}

  /** A migrated one for one test file, copied from the run's template in a fraction of a second. */
  static async create(): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await administer(`create database ${name} template ${serverSetting('TEST_TEMPLATE')}`);
    const url = new URL(serverSetting('TEST_DATABASE_URL'));
    url.pathname = name;
    return new TestDatabase(url.href, name);
  }

  /** One that somebody else made, and drops. */
  static at(url: string): TestDatabase {
    return new TestDatabase(url, undefined);
  }

  /** The one that an application in embedded mode runs for itself. */
  static embedded(dataDir: string): TestDatabase {
    const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
    const password = readFileSync(join(dataDir, 'postgres-password'), 'utf8').trim();
    return new TestDatabase(`postgres://chatapi:${password}@127.0.0.1:${port}/chatapi`, undefined);
  }

  /** Rows of one statement, 64-bit integers as numbers. */
  async query<T = any>(sql: string, params: unknown[] = []): Promise<T[]> {
    return (await this.pool.query(sql, params)).rows as T[];
  }

  /** A connection for a transaction that stays open for a while; the test ends it. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    // It may be cut off under the test's hands.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** How many connections to this database wait for a lock. */
  async waitingForLocks(): Promise<number> {
    const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return (await this.query(waiting)).length;
  }

  /** Ends the test's own connections. */
  async close(): Promise<void> {
    await this.opened?.end();
    this.opened = undefined;
  }

  /** Drops it, whoever is still connected. */
  async drop(): Promise<void> {
    await this.close();
    if (this.name) await administer(`drop database if exists ${this.name} with (force)`);
  }

  private get pool(): pg.Pool {
    if (this.opened) return this.opened;
    const types = {
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    };
    this.opened = new pg.Pool({ connectionString: this.url, max: 3, types });
    this.opened.on('error', () => undefined);
    return this.opened;
  }
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverSetting('TEST_DATABASE_URL') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

type ServerSetting =
  'TEST_DATABASE_URL' | 'TEST_TEMPLATE' | 'TEST_REDIS_URL' | 'TEST_APPS_URL' | 'TEST_APP_SETTINGS' | 'TEST_CHROME';

/** Where the servers of this run are: scripts/test.mjs tells by the environment. */
export function serverSetting(name: ServerSetting): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set. Run \`npm run test:e2e -- <file>\` (or test:integration), or leave \`node scripts/test.mjs --serve\` running and export what it prints.`,
  );
}
