import { createPostgresBackend, createRedisBackend, Queue, Worker, runMigrations } from 'bullmq';
import pg from 'pg';

/** Jobs per second that BullMQ carries on a backend when they do nothing: added in bulk, concurrency 50. */
export async function measureEmptyJobs(
  backend: { postgres: string } | { redis: string },
  jobs: number,
): Promise<number> {
  return 'postgres' in backend ? onPostgres(backend.postgres, jobs) : onRedis(backend.redis, jobs);
}

async function onPostgres(url: string, jobs: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 20, options: '-c search_path=bullmq_bench,public' });
  pool.setMaxListeners(0);
  await pool.query('create schema if not exists bullmq_bench');
  const client = await pool.connect();
  await runMigrations(client, 'bullmq_bench');
  client.release();
  const options = { connection: pool };
  const queue = new Queue('bench-empty', options, createPostgresBackend);
  const rate = await run(
    queue,
    (done) => new Worker('bench-empty', done, { ...options, concurrency: 50 }, createPostgresBackend),
    jobs,
  );
  await pool.end();
  return rate;
}

async function onRedis(url: string, jobs: number): Promise<number> {
  const { hostname, port } = new URL(url);
  const connection = { host: hostname, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue('bench-empty', { connection }, createRedisBackend);
  return run(
    queue,
    (done) => new Worker('bench-empty', done, { connection, concurrency: 50 }, createRedisBackend),
    jobs,
  );
}

interface Closable {
  close(): Promise<void>;
}

async function run(
  queue: { addBulk(jobs: object[]): Promise<unknown>; close(): Promise<void> },
  work: (handler: () => Promise<void>) => Closable,
  jobs: number,
): Promise<number> {
  let left = jobs;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const started = performance.now();
  const worker = work(async () => {
    if (--left === 0) finish();
  });
  for (let added = 0; added < jobs; added += 500) {
    const size = Math.min(500, jobs - added);
    await queue.addBulk(
      Array.from({ length: size }, () => ({
        name: 'job',
        data: { id: '0199c2d4-7e1a-7000-8000-000000000000' },
        opts: { removeOnComplete: true, removeOnFail: true },
      })),
    );
  }
  await finished;
  const rate = jobs / ((performance.now() - started) / 1000);
  await worker.close();
  await queue.close();
  return rate;
}
