import { createPostgresBackend, createRedisBackend, Queue, runMigrations, Worker } from 'bullmq';
import type { Processor, QueueOptions, WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { logger } from '../common/logger.js';
import type { RedisConnections } from '../database/redis.js';

/** What differs between BullMQ on Redis and on PostgreSQL. */
export interface QueueBackend {
  readonly name: 'redis' | 'postgres';
  /** Must have resolved before queues and workers are made. */
  prepare(): Promise<void>;
  queue(name: string): Queue;
  worker(name: string, processor: Processor, concurrency: number): Worker;
  close(): Promise<void>;
}

export function createBackend(config: Config, redis: RedisConnections): QueueBackend {
  return redis.configured ? redisBackend(redis) : postgresBackend(config.databaseUrl);
}

const READY_MS = 2_000;

/** The rows own attempts and their schedule; a job that ran is gone, or its id could not be used again. */
const JOB_DEFAULTS = { attempts: 1, removeOnComplete: true, removeOnFail: true };

const queueOptions: Omit<QueueOptions, 'connection'> = {
  prefix: 'chatapi',
  defaultJobOptions: JOB_DEFAULTS,
  // Nobody reads BullMQ's event stream.
  streams: { events: { maxLen: 100 } },
};

const workerOptions = (concurrency: number): Omit<WorkerOptions, 'connection'> => ({
  prefix: 'chatapi',
  concurrency,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
});

function redisBackend(redis: RedisConnections): QueueBackend {
  // Adding fails at once while Redis is away: what was to be added waits in PostgreSQL.
  const adding = redis.open('queue', { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
  return {
    name: 'redis',
    prepare: () => ready(adding),
    queue: (name) =>
      new Queue(
        name,
        // Nothing is asked of Redis while the queue is made: one that was away just then would break it for good.
        {
          ...queueOptions,
          connection: adding,
          skipWaitingForReady: true,
          skipVersionCheck: true,
          skipMetasUpdate: true,
        },
        createRedisBackend,
      ),
    worker: (name, processor, concurrency) =>
      new Worker(
        name,
        processor,
        { ...workerOptions(concurrency), connection: redis.open(`worker:${name}`, { maxRetriesPerRequest: null }) },
        createRedisBackend,
      ),
    close: () => Promise.resolve(),
  };
}

/** Waits a moment for Redis. The start goes on without it: what is to be queued waits in PostgreSQL. */
async function ready(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, READY_MS);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Above the number of workers, each of which keeps one connection to listen on. */
const POOL_SIZE = 16;

/** Its schema is `bullmq`; one pool for all queues and workers. */
function postgresBackend(url: string): QueueBackend {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    options: '-c search_path=bullmq,public -c jit=off',
    application_name: 'chatapi queue',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // Each queue and worker listens for the pool's errors.
  pool.setMaxListeners(0);
  pool.on('error', (error) => logger.warn({ reason: error.message }, 'The queue lost a connection to PostgreSQL.'));
  return {
    name: 'postgres',
    prepare: () => migrate(url),
    queue: (name) => new Queue(name, { ...queueOptions, connection: pool }, createPostgresBackend) as unknown as Queue,
    worker: (name, processor, concurrency) =>
      new Worker(
        name,
        processor,
        { ...workerOptions(concurrency), connection: pool },
        createPostgresBackend,
      ) as unknown as Worker,
    close: () => pool.end(),
  };
}

/** Any number of processes may do so at once: BullMQ takes an advisory lock of its own. */
async function migrate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await runMigrations(client);
  } finally {
    await client.end();
  }
}
