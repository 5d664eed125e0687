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
  /** How long PostgreSQL may leave this process without an answer until it connects anew; 20 s unless told. */
  answerMs?: number;
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
  deliveryCounts: 7_306,
} as const;

const RETRY_MS = 100;
const ANSWER_MS = 20_000;
/** An earlier session of ours may take this long to end; less than what an answer may take. */
const END_MS = 10_000;
/** Signs of life in the time that an answer may take. */
const SIGNS = 4;

/**
 * PostgreSQL drops a host that vanished after 25 s and not after the two hours that systems wait by default: by
 * keepalives while nothing is under way to it, by the user timeout while an answer is.
 */
const KEEPALIVES = `
  set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
  set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '25000', false)`;

/** A session of PostgreSQL. Its pid alone would name another one by and by. */
interface ServerSession {
  pid: number;
  started: string;
}

/**
 * An advisory lock held for as long as this process wants it, on a connection of its own. PostgreSQL drops it with the
 * connection, so a killed process hinders nobody, nor does one whose host vanished for long. When the connection breaks
 * (a restart of PostgreSQL) or gives no answer any more (half-open: a path that vanished) the lock is taken again;
 * should somebody else have it by then, `onLost` is called.
 */
export class SessionLock {
  private client: pg.Client | undefined;
  /** The latest session that may hold the lock for us, also when its connection is gone on our side only. */
  private session: ServerSession | undefined;
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
    if (client) await close(client);
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
      await this.replaceSession(client);
      const taken = await this.poll(client);
      if (taken && !this.released && !broken) {
        this.client = client;
        this.showLife(client);
        return true;
      }
      await close(client);
      return taken && broken ? await this.take() : false;
    } catch (error) {
      await close(client);
      throw error;
    }
  }

  /** Makes this connection's session ours, and ends the one before, which PostgreSQL may still take to be alive. */
  private async replaceSession(client: pg.Client): Promise<void> {
    // A pooler or a server default may cut idle sessions: this one only when it is meant to be.
    const rows = await ask<ServerSession>(
      client,
      `select pid, extract(epoch from backend_start)::text as started,
              set_config('idle_session_timeout', $1, false), ${KEEPALIVES}
         from pg_stat_activity where pid = pg_backend_pid()`,
      [String(this.options.lifeSignMs ?? 0)],
    );
    if (this.session) {
      await ask(
        client,
        `select pg_terminate_backend(pid, $3) from pg_stat_activity
          where pid = $1 and extract(epoch from backend_start)::text = $2`,
        [this.session.pid, this.session.started, END_MS],
      );
    }
    this.session = rows[0];
  }

  private showLife(client: pg.Client): void {
    clearInterval(this.living);
    const { lifeSignMs, answerMs = ANSWER_MS } = this.options;
    // Counted and not timed: a process that was paused has not waited for an answer.
    let missed = 0;
    let waiting = false;
    const show = (): void => {
      if (waiting) {
        if (++missed >= SIGNS) client.connection.stream.destroy();
        return;
      }
      waiting = true;
      missed = 0;
      const answered = () => (waiting = false);
      // A connection that broke tells by its end.
      client.query('select 1').then(answered, () => undefined);
    };
    this.living = setInterval(show, Math.min(lifeSignMs ?? answerMs, answerMs) / SIGNS);
    this.living.unref();
  }

  private async poll(client: pg.Client): Promise<boolean> {
    const deadline = Date.now() + this.options.patienceMs;
    const lock = this.options.shared ? 'pg_try_advisory_lock_shared' : 'pg_try_advisory_lock';
    for (;;) {
      const rows = await ask<{ taken: boolean }>(client, `select ${lock}($1) as taken`, [this.options.key]);
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

/** @throws also when there is no answer in time */
async function ask<T extends pg.QueryResultRow>(client: pg.Client, text: string, values: unknown[]): Promise<T[]> {
  // The driver's types do not know the time-out of a single query.
  const query = { text, values, query_timeout: ANSWER_MS } as pg.QueryConfig;
  return (await client.query<T>(query)).rows;
}

/** Ends a connection, also one whose other side does not answer any more. */
async function close(client: pg.Client): Promise<void> {
  const late = setTimeout(() => client.connection.stream.destroy(), RETRY_MS * 10);
  await client.end().catch(() => undefined);
  clearTimeout(late);
}
