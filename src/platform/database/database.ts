import pg, { type ClientBase, type Pool } from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { Config } from '../config/config.js';
import { logger } from '../common/logger.js';
import { Connections, type TransactionOptions, type ConnectionTurn } from './connections.js';
import { translateErrors } from './errors.js';
import { CLUSTER_IDENTITY, Installation } from './installation.js';
import type { ClusterIdentity } from './installation.js';
import type { Statement } from './together.js';
import type { Tx } from './transaction.js';
import { Turns } from './turns.js';
import { typeParsers } from './types.js';

export type { TransactionOptions } from './connections.js';
export type { Tx } from './transaction.js';

type EntityClass = abstract new () => object;

const STATEMENT_TIMEOUT_MS = 30_000;
/** Nothing waits longer for a lock, or for its turn to ask for one. */
const LOCK_TIMEOUT_MS = 5_000;

/** Connections beside the pool, for what must go on whatever the pool's are waiting for. */
const RESERVED = { keys: 2, sends: 3 };

/**
 * What every session runs with. jit costs more than it saves for queries of milliseconds. No statement is to read a table
 * whole, and a plan that was made, and kept, while a table was small would.
 */
const SESSION = `
  select pg_is_in_recovery() as standby,
    set_config('statement_timeout', '${STATEMENT_TIMEOUT_MS}', false),
    set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', false),
    set_config('idle_in_transaction_session_timeout', '60000', false),
    set_config('default_transaction_isolation', 'read committed', false),
    set_config('timezone', 'UTC', false),
    set_config('jit', 'off', false),
    set_config('enable_seqscan', 'off', false),
    ${CLUSTER_IDENTITY}`;

/**
 * The way to PostgreSQL: one pool for raw SQL, transactions and TypeORM, and two small ones beside it. A lost connection
 * becomes a 503 Problem and never ends the process; the pools connect again by themselves.
 */
export class Database extends Connections {
  /** Connections of their own for looking keys up and hearing of their changes. */
  readonly forKeys: Connections;
  private readonly forSends: Connections;
  private readonly tenants: Turns;
  private readonly rows: Turns;

  private constructor(
    dataSource: DataSource,
    pool: Pool,
    readonly installation: Installation,
  ) {
    super(dataSource, pool);
    // Both of its statements look keys up: one plan is right for all values, which the planner would not believe.
    this.forKeys = new Connections(
      dataSource,
      poolBeside(dataSource, RESERVED.keys, `set plan_cache_mode = force_generic_plan`),
    );
    this.forSends = new Connections(dataSource, poolBeside(dataSource, RESERVED.sends));
    const { max } = pool.options;
    const waiting = { maxWaiting: 2_000, maxWaitingPerKey: 500, patienceMs: LOCK_TIMEOUT_MS };
    // What is left is for reads, and for work of our own.
    this.tenants = new Turns({ atOnce: Math.ceil(max / 2), atOncePerKey: Math.ceil(max / 4), ...waiting });
    this.rows = new Turns({ atOnce: Infinity, atOncePerKey: 1, ...waiting });
  }

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

  /** The opaque epoch of a stream whose own counter stands at `n`. */
  epochOf(n: number): string {
    return this.installation.epochOf(n);
  }

  override transaction<T>(fn: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return options.reserved ? this.forSends.transaction(fn, options) : super.transaction(fn, options);
  }

  override together(
    statements: readonly Statement[],
    options: Pick<TransactionOptions, 'reserved'> = {},
  ): Promise<unknown[][]> {
    return options.reserved ? this.forSends.together(statements) : super.together(statements);
  }

  override async close(): Promise<void> {
    await Promise.all([this.forKeys.close(), this.forSends.close()]);
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  /** First among those who want the same row, then among the tenant's: who waits for a row keeps no other from its turn. */
  protected override inTurn<T>(turn: ConnectionTurn | undefined, work: () => Promise<T>): Promise<T> {
    if (!turn) return work();
    const { tenant, row } = turn;
    const inTenant = () => this.tenants.run(tenant, work);
    return row === undefined ? inTenant() : this.rows.run(`${tenant} ${row}`, inTenant);
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

/** One more pool, of connections like the source's own that begin with `session`. None is opened before it is needed. */
function poolBeside({ options }: DataSource, max: number, session?: string): Pool {
  const { url, applicationName, connectTimeoutMS, poolErrorHandler, extra } = options as PostgresDataSourceOptions;
  const { onConnect, ...more } = extra as pg.PoolConfig & { onConnect: (client: ClientBase) => Promise<void> };
  const pool = new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMS,
    max,
    ...more,
    onConnect: async (client: ClientBase) => {
      await onConnect(client);
      if (session !== undefined) await client.query(session);
    },
  });
  pool.on('error', poolErrorHandler as (error: Error) => void);
  return pool;
}

async function prepareSession(client: ClientBase, installation: Installation): Promise<void> {
  const { rows } = await client.query<ClusterIdentity & { standby: boolean }>(SESSION);
  const { standby, ...identity } = rows[0]!;
  if (standby) throw Object.assign(new Error('This PostgreSQL is a standby.'), { code: '57P03' });
  await installation.verify(client, identity);
}
