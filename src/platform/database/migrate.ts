import pg from 'pg';
import { DataSource } from 'typeorm';
import type { QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';
import { codeOf } from './errors.js';
import { ensurePartitions } from './partitions.js';
import { LOCKS } from './session-lock.js';

/**
 * Brings the schema up to date and makes the partitions. Any number of processes may do so at once: they take turns.
 * @returns the names of the migrations that ran.
 */
export async function migrate(url: string): Promise<string[]> {
  return withMigrations(url, async (dataSource, runner) => {
    const done = await dataSource.runMigrations({ transaction: 'each' });
    await ensurePartitions((sql) => runner.query(sql));
    return done.map(({ name }) => name);
  });
}

/** Undoes the latest migration. @returns its name, or undefined when there was none. */
export async function revertMigration(url: string): Promise<string | undefined> {
  return withMigrations(url, async (dataSource, runner) => {
    const [latest] = (await runner.query('select name from migrations order by id desc limit 1')) as { name: string }[];
    if (latest) await dataSource.undoLastMigration({ transaction: 'each' });
    return latest?.name;
  });
}

/** Names of migrations that this code needs and the database lacks. Changes nothing. */
export async function pendingMigrations(url: string): Promise<string[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('select name from migrations');
    const done = new Set(rows.map(({ name }) => name));
    return MIGRATIONS.map(({ name }) => name).filter((name) => !done.has(name));
  } catch (error) {
    if (codeOf(error) === UNDEFINED_TABLE) return MIGRATIONS.map(({ name }) => name);
    throw error;
  } finally {
    await client.end();
  }
}

const UNDEFINED_TABLE = '42P01';

/** Connections of their own: migrations may run longer than the statements of requests. */
async function withMigrations<T>(
  url: string,
  work: (dataSource: DataSource, locked: QueryRunner) => Promise<T>,
): Promise<T> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'chatapi migrate',
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    installExtensions: false,
    poolSize: 2,
    extra: { onConnect: (client: pg.ClientBase) => client.query('set statement_timeout = 0; set jit = off') },
  });
  await dataSource.initialize();
  const locked = dataSource.createQueryRunner();
  try {
    await locked.query('select pg_advisory_lock($1)', [LOCKS.migrations]);
    return await work(dataSource, locked);
  } finally {
    // The connection ends with the data source, and with it the lock.
    await locked.release();
    await dataSource.destroy();
  }
}
