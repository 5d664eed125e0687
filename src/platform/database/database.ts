import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase, Pool, PoolClient } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Config } from '../config/config.js';
import { logger } from '../common/logger.js';
import { isLostConnection } from '../common/to-problem.js';
import { isTransient, translate, translateErrors } from './errors.js';
import { CLUSTER_IDENTITY, Installation } from './installation.js';
import type { ClusterIdentity } from './installation.js';
import { Transaction } from './transaction.js';
import type { Tx } from './transaction.js';
import { asQuery, type Prepared } from './prepared.js';
import { typeParsers } from './types.js';

export type { Tx } from './transaction.js';

export interface TransactionOptions {
  /** Default READ COMMITTED. */
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** How often to run `fn` again after a deadlock or a serialization failure; it must be repeatable then. Default 0. */
  retries?: number;
  /** 55P03 instead of waiting longer for a lock. */
  lockTimeoutMs?: number;
  /** It writes nothing; a statement that does is an error. */
  readOnly?: boolean;
}

type EntityClass = abstract new () => object;

const STATEMENT_TIMEOUT_MS = 30_000;

/**
 * What every session runs with. jit costs more than it saves for queries of milliseconds. No statement is to read a table
 * whole, and a plan that was made, and kept, while a table was small would.
 */
const SESSION = `
  select pg_is_in_recovery() as standby,
    set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', false),
    set_config('idle_in_transaction_session_timeout', '60000', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('timezone', 'UTC', false),
    set_config('jit', 'off', false),
    set_config('enable_seqscan', 'off', false),
    ${CLUSTER_IDENTITY}`;

/**
 * The way to PostgreSQL: one pool for raw SQL, transactions and TypeORM. A lost connection becomes a 503 Problem and
 * never ends the process; the pool connects again by itself.
 */
export class Database {
  private constructor(
    /** For repositories of plain rows. */
    readonly dataSource: DataSource,
    /** The same connections, for code that needs the driver itself. Release what you take. */
    readonly pool: Pool,
    readonly installation: Installation,
  ) {}

  /** Over a source that {@link openDataSource} opened. */
  static over(dataSource: DataSource, installation: Installation): Database {
    return new Database(dataSource, (dataSource.driver as PostgresDriver).master as Pool, installation);
  }

  /** Connects without Nest, for who needs no more than the database. */
  static async connect(config: Config, entities: EntityClass[] = []): Promise<Database> {
    const installation = newInstallation();
    const options = { ...dataSourceOptions(config, installation), entities };
    return Database.over(await openDataSource(options), installation);
  }

  /** One statement outside of a transaction; the rows. */
  async query<T>(sql: string | Prepared, params?: readonly unknown[]): Promise<T[]> {
    return (await this.run(sql, params)).rows as T[];
  }

  /** One statement outside of a transaction; how many rows it touched. */
  async execute(sql: string | Prepared, params?: readonly unknown[]): Promise<number> {
    return (await this.run(sql, params)).rowCount ?? 0;
  }

  /** The opaque epoch of a stream whose own counter stands at `n`. */
  epochOf(n: number): string {
    return this.installation.epochOf(n);
  }

  /**
   * Runs `fn` in a transaction: committed when it returns, rolled back when it throws. Take no second connection in it.
   * @throws Problem `unavailable` when the connection was lost, also when it is not known whether the commit succeeded.
   */
  async transaction<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    for (let tried = 0; ; tried++) {
      try {
        return await this.attempt(fn, options);
      } catch (error) {
        if (!isTransient(error) || tried >= (options.retries ?? 0)) throw translate(error);
        await sleep(Math.random() * 20 * 2 ** tried);
      }
    }
  }

  /**
   * Runs reads that must agree with each other: all of them see the database as it is when the first one runs.
   * @throws what {@link transaction} throws
   */
  snapshot<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    return this.transaction(fn, { isolation: 'REPEATABLE READ', readOnly: true });
  }

  async close(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async run(sql: string | Prepared, params?: readonly unknown[]) {
    try {
      return await this.pool.query(asQuery(sql, params));
    } catch (error) {
      throw translate(error);
    }
  }

  private async attempt<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions): Promise<T> {
    const client = await this.pool.connect();
    // Between two queries nobody else listens for the connection's end; the next query reports it.
    const ignore = (): void => undefined;
    client.on('error', ignore);
    let broken: Error | undefined;
    const tx = new Transaction(client, this.dataSource);
    let result: T;
    try {
      await client.query(begin(options));
      result = await fn(tx);
      await commit(client);
    } catch (error) {
      broken = isLostConnection(error) ? (error as Error) : await rollback(client);
      throw error;
    } finally {
      client.removeListener('error', ignore);
      client.release(broken);
    }
    // Only now: what follows may want a connection of its own.
    await tx.committed();
    return result;
  }
}

/** Which history of the database this process sees; it says so when that becomes another. */
export const newInstallation = (): Installation =>
  new Installation((generation) =>
    logger.warn({ generation }, 'The database has another history than before: positions of earlier epochs are void.'),
  );

/** How this process connects. The rooms' modules list their entities: `TypeOrmModule.forFeature`. */
export const dataSourceOptions = (config: Config, installation: Installation): PostgresDataSourceOptions => ({
  type: 'postgres',
  url: config.databaseUrl,
  applicationName: `chatapi ${config.role}`,
  poolSize: config.databasePoolSize,
  connectTimeoutMS: 5_000,
  installExtensions: false,
  logging: false,
  poolErrorHandler: (error: Error) => logger.warn({ reason: error.message }, 'A connection to PostgreSQL was lost.'),
  extra: {
    types: typeParsers,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    idleTimeoutMillis: 60_000,
    // Above the server's own: for a server that no longer answers at all.
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    onConnect: (client: ClientBase) => prepareSession(client, installation),
  },
});

/** Connects; the schema must be there ({@link prepareDatabase}). What it throws later is what raw SQL throws. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  translateErrors(dataSource);
  return dataSource;
}

const begin = ({ isolation, lockTimeoutMs, readOnly }: TransactionOptions): string =>
  (isolation ? `begin isolation level ${isolation}` : 'begin') +
  (readOnly ? ' read only' : '') +
  (lockTimeoutMs ? `; set local lock_timeout = ${Math.ceil(lockTimeoutMs)}` : '');

/** PostgreSQL answers the commit of a transaction in which a statement failed with a quiet ROLLBACK: not here. */
async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query('commit');
  if (command !== 'COMMIT') throw new Error('The transaction was rolled back: one of its statements had failed.');
}

/** Why the connection is of no use any more, or undefined. */
async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

async function prepareSession(client: ClientBase, installation: Installation): Promise<void> {
  const { rows } = await client.query<ClusterIdentity & { standby: boolean }>(SESSION);
  const { standby, ...identity } = rows[0]!;
  if (standby) throw Object.assign(new Error('This PostgreSQL is a standby.'), { code: '57P03' });
  await installation.verify(client, identity);
}
