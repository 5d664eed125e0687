import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A migrated database of its own for one test file, copied from the run's template in a fraction of a second. */
export class TestDatabase {
  private constructor(
    readonly name: string,
    readonly url: string,
  ) {}

  static async create(): Promise<TestDatabase> {
    const name = `test_${randomBytes(6).toString('hex')}`;
    await administer(`create database ${name} template ${serverSetting('TEST_TEMPLATE')}`);
    const url = new URL(serverSetting('TEST_DATABASE_URL'));
    url.pathname = name;
    return new TestDatabase(name, url.href);
  }

  /** Drops it, whoever is still connected. */
  async drop(): Promise<void> {
    await administer(`drop database if exists ${this.name} with (force)`);
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

/** Where the servers of this run are: scripts/test.mjs tells by the environment. */
export function serverSetting(name: 'TEST_DATABASE_URL' | 'TEST_TEMPLATE' | 'TEST_REDIS_URL'): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set. Run \`npm run test:e2e -- <file>\` (or test:integration), or leave \`node scripts/test.mjs --serve\` running and export what it prints.`,
  );
}
