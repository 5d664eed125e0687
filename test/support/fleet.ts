import { startApp, type TestApp } from './app.js';
import type { TestDatabase } from './postgres.js';
import type { TestRedis } from './redis.js';

/** What serves an installation, of which one part after the other can be killed. */
export interface Fleet {
  /** Where requests go just now. */
  readonly door: TestApp;
  readonly database: TestDatabase;
  /** SIGKILL, and another takes its place. */
  killOne(): Promise<void>;
  /** @throws Error when one of them does not end in order */
  stop(): Promise<void>;
}

/** One process that does everything, its queue in PostgreSQL. While it is killed, nobody answers. */
export class Alone implements Fleet {
  private constructor(
    readonly database: TestDatabase,
    private current: TestApp,
  ) {}

  static async start(database: TestDatabase): Promise<Alone> {
    return new Alone(database, await startApp({ database }));
  }

  get door(): TestApp {
    return this.current;
  }

  async killOne(): Promise<void> {
    await this.current.kill();
    this.current = await startApp({ database: this.database });
  }

  stop(): Promise<void> {
    return this.current.stop();
  }
}

/** One that takes requests, and workers, by a queue in Redis. Workers are killed, who has lived longest first. */
export class Cluster implements Fleet {
  readonly workers: TestApp[] = [];

  private constructor(
    readonly database: TestDatabase,
    private readonly redis: TestRedis,
    readonly door: TestApp,
  ) {}

  static async start(database: TestDatabase, redis: TestRedis, workers: number): Promise<Cluster> {
    const door = await startApp({ database, env: { REDIS_URL: redis.url, CHATAPI_ROLE: 'api' } });
    const cluster = new Cluster(database, redis, door);
    await Promise.all(Array.from({ length: workers }, () => cluster.startWorker()));
    return cluster;
  }

  async startWorker(): Promise<TestApp> {
    const env = { REDIS_URL: this.redis.url, CHATAPI_ROLE: 'worker' };
    const worker = await startApp({ database: this.database, env });
    this.workers.push(worker);
    return worker;
  }

  async killOne(): Promise<void> {
    await this.kill(this.workers[0]!);
    await this.startWorker();
  }

  /** Nobody takes its place. */
  async kill(worker: TestApp): Promise<void> {
    this.workers.splice(this.workers.indexOf(worker), 1);
    await worker.kill();
  }

  async stop(): Promise<void> {
    await Promise.all([this.door, ...this.workers].map((app) => app.stop()));
  }
}
