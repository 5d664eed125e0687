import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartFailure } from '../config/failure.js';

export interface SessionLockOptions {
  /** Where to connect; awaited before every connection, so that it may bring a server up first. */
  url: () => string | Promise<string>;
  /** Number of the advisory lock, see {@link LOCKS}. */
  key: number;
  /** Held together with others who share it, against those who want it alone. */
  shared?: boolean;
  /** How long a holder may take to go away before the lock counts as refused. */
  patienceMs: number;
  /**
   * How long this process may show no life (paused, stuck) until PostgreSQL gives the lock to others; by default for
   * ever. Who comes back to life finds it taken: see onLost.
   */
  lifeSignMs?: number;
  /** The lock cannot be had again: somebody else took it while this process was cut off, or PostgreSQL stays away. */
  onLost: (reason: string) => void;
}

/** Advisory locks of ChatAPI, all in one place so that none is used twice. */
export const LOCKS = {
  migrations: 7_301,
  partitions: 7_302,
  singleProcess: 7_303,
  dataDirectory: 7_304,
  dispatcher: 7_305,
} as const;

const RETRY_MS = 100;

/**
 * An advisory lock held for as long as this process wants it, on a connection of its own. PostgreSQL drops it with the
 * connection, so a killed process hinders nobody. When the connection breaks (a restart of PostgreSQL) the lock is
 * taken again; should somebody else have it by then, `onLost` is called.
 */
export class SessionLock {
  private client: pg.Client | undefined;
  private released = false;
  private living: NodeJS.Timeout | undefined;

  private constructor(private readonly options: SessionLockOptions) {}

  /** The lock, or undefined when somebody else holds it. Fails when PostgreSQL cannot be reached. */
  static async acquire(options: SessionLockOptions): Promise<SessionLock | undefined> {
    const lock = new SessionLock(options);
    return (await lock.take()) ? lock : undefined;
  }

  async release(): Promise<void> {
    this.released = true;
    const client = this.client;
    this.client = undefined;
    clearInterval(this.living);
    await client?.end().catch(() => undefined);
  }

  private async take(): Promise<boolean> {
    const client = new pg.Client({
      connectionString: await this.options.url(),
      application_name: `chatapi lock ${process.pid}`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    });
    let broken = false;
    client.on('error', () => undefined);
    client.on('end', () => {
      broken = true;
      if (this.client === client) void this.retake();
    });
    await client.connect();
    try {
      // A pooler or a server default may cut idle sessions: this one only when it is meant to be.
      await client.query(`set idle_session_timeout = ${this.options.lifeSignMs ?? 0}`);
      const taken = await this.poll(client);
      if (taken && !this.released && !broken) {
        this.client = client;
        this.showLife(client);
        return true;
      }
      await client.end();
      return taken && broken ? await this.take() : false;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  private showLife(client: pg.Client): void {
    clearInterval(this.living);
    const { lifeSignMs } = this.options;
    if (lifeSignMs === undefined) return;
    this.living = setInterval(() => void client.query('select 1').catch(() => undefined), lifeSignMs / 4);
    this.living.unref();
  }

  private async poll(client: pg.Client): Promise<boolean> {
    const deadline = Date.now() + this.options.patienceMs;
    const lock = this.options.shared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
    for (;;) {
      const { rows } = await client.query<{ taken: boolean }>(`select ${lock}($1) as taken`, [this.options.key]);
      if (rows[0]!.taken) return true;
      if (Date.now() >= deadline || this.released) return false;
      await sleep(RETRY_MS);
    }
  }

  private async retake(): Promise<void> {
    this.client = undefined;
    clearInterval(this.living);
    while (!this.released) {
      try {
        if (!(await this.take()) && !this.released) this.options.onLost('another process took its place');
        return;
      } catch (error) {
        if (error instanceof StartFailure) return this.options.onLost(error.message);
        await sleep(RETRY_MS * 5);
      }
    }
  }
}
