import { createRedisBackend, runMigrations } from 'bullmq';
import type { BackendFactory, ConnectionOptions, IQueueBackend, QueueOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { logger } from '../common/logger.js';
import type { RedisConnections } from '../database/redis.js';
import { SharedConnection, SharedQueueBackend } from './shared-listening.js';

/**
 * What the queues and workers of one application share, and what differs between BullMQ on Redis and on PostgreSQL. It
 * takes the place of a connection in BullMQ's options, so that applications of one process may have different ones.
 */
export abstract class QueueBackend {
  abstract readonly name: 'redis' | 'postgres';
  /** What queues are told here beyond what they are told on every backend. */
  abstract readonly queueOptions: Partial<QueueOptions>;
  /** In how many milliseconds schedules that were lost are to be made again. */
  abstract readonly reassertMs: number;
  /** Must have resolved before queues and workers are made. */
  abstract prepare(): Promise<void>;
  /** What BullMQ calls for each queue and each worker that it makes. */
  abstract readonly create: (name: string, options: BackendOptions, use?: BackendUse) => IQueueBackend;
  /** Call once queues and workers are closed. */
  abstract close(): Promise<void>;

  static of(config: Config, redis: RedisConnections): QueueBackend {
    return redis.configured ? new RedisBackend(redis) : new PostgresBackend(config.databaseUrl);
  }
}

type BackendOptions = Parameters<BackendFactory<IQueueBackend, unknown>>[1];
type BackendUse = Parameters<BackendFactory>[2];

/** Finds the backend in the place of the connection, and lets it do the rest. */
export const createBackend: BackendFactory<IQueueBackend, unknown> = (name, options, use) => {
  if (!(options.connection instanceof QueueBackend)) throw new Error(`The queue "${name}" was given no backend.`);
  return options.connection.create(name, options, use);
};

/** Only {@link createBackend} looks at it, for which it need not be one that BullMQ knows. */
export const asConnection = (backend: QueueBackend): ConnectionOptions => backend as unknown as ConnectionOptions;

const READY_MS = 2_000;
const ADDING_MS = 2_000;

class RedisBackend extends QueueBackend {
  readonly name = 'redis';
  // It may be flushed, or restarted without what it had.
  readonly reassertMs = 4_000;
  // Nothing is asked of Redis while a queue is made: one that was away just then would break it for good.
  readonly queueOptions = { skipWaitingForReady: true, skipVersionCheck: true, skipMetasUpdate: true };
  private readonly adding: Redis;

  constructor(private readonly redis: RedisConnections) {
    super();
    // Adding fails at once while Redis is away, and soon when it hangs: what was to be added waits in PostgreSQL.
    this.adding = redis.open('queue', {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ADDING_MS,
    });
  }

  /** Waits a moment for Redis. The start goes on without it: what is to be queued waits in PostgreSQL. */
  async prepare(): Promise<void> {
    if (this.adding.status === 'ready') return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, READY_MS);
      this.adding.once('ready', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Queues share a connection. Each worker has its own, on which commands wait until Redis is back. */
  readonly create = (name: string, options: BackendOptions, use: BackendUse): IQueueBackend => {
    const connection = isWorker(use) ? this.redis.open(`worker:${name}`, { maxRetriesPerRequest: null }) : this.adding;
    return createRedisBackend(name, { ...options, connection }, use);
  };

  /** The connections are closed with all others to Redis. */
  async close(): Promise<void> {}
}

/** With the one that workers listen on. Without any left over, all would wait for each other. */
const CONNECTIONS = 13;

/** Who connects anew plans all of BullMQ's functions anew, which takes PostgreSQL more than they do. */
const IDLE_MS = 600_000;

/** BullMQ waits for its locks, and for answers, without an end of its own: what hangs would take one connection after the other. */
const LOCK_MS = 5_000;
const STATEMENT_MS = 20_000;

/** The backend may be away for longer than a stop may take. */
const CLOSE_MS = 2_000;

/** Its schema is `bullmq`; one pool for all queues and workers, and one connection of it to listen on. */
class PostgresBackend extends QueueBackend {
  readonly name = 'postgres';
  readonly reassertMs = 60_000;
  readonly queueOptions = {};
  private readonly pool: pg.Pool;
  private readonly connection: SharedConnection;
  private readonly workers = new Set<string>();

  constructor(private readonly url: string) {
    super();
    this.pool = new pg.Pool({
      connectionString: url,
      max: CONNECTIONS,
      options: `-c search_path=bullmq,public -c jit=off -c lock_timeout=${LOCK_MS} -c statement_timeout=${STATEMENT_MS}`,
      query_timeout: STATEMENT_MS + 5_000,
      application_name: 'chatapi queue',
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: IDLE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    this.pool.on('error', (error) =>
      logger.warn({ reason: error.message }, 'The queue lost a connection to PostgreSQL.'),
    );
    this.connection = new SharedConnection(this.pool);
  }

  /** Any number of processes may do so at once: BullMQ takes an advisory lock of its own. */
  async prepare(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 });
    await client.connect();
    try {
      await runMigrations(client);
    } finally {
      await client.end();
    }
  }

  readonly create = (name: string, options: BackendOptions, use: BackendUse): IQueueBackend => {
    if (isWorker(use)) this.workers.add(name);
    return new SharedQueueBackend(this.connection, name, options, this.workers, isWorker(use));
  };

  async close(): Promise<void> {
    await Promise.race([this.end(), sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  private async end(): Promise<void> {
    await this.connection.close();
    await this.pool.end();
  }
}

const isWorker = (use: BackendUse): boolean => use?.withBlockingConnection === true;
