import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  chownSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { resolveDataDir } from '../../config/data-dir.js';
import { StartFailure } from '../../config/failure.js';
import { keepSecret } from '../../config/files.js';
import { freePort } from '../../common/free-port.js';
import { LOCKS, SessionLock } from '../session-lock.js';
import { findBinaries } from './binaries.js';
import type { Binaries } from './binaries.js';
import { execute, lastLine, shellQuote } from './commands.js';
import { ownerOf } from './owner.js';
import { dropMisleadingPidFile, readPostmaster } from './postmaster.js';
import { isAlive } from '../../config/is-alive.js';

export interface EmbeddedPostgresOptions {
  /** The cluster goes into its folder `postgres`. Made when missing; must be in reach of `nobody` for root. */
  dataDir: string;
  /** false only for tests: faster, and nothing survives a crash of the machine. */
  fsync?: boolean;
  /** Default 200. */
  maxConnections?: number;
  /** More server settings, such as `{ shared_buffers: '256MB' }`. */
  settings?: Record<string, string>;
  /** The directory is no longer ours, or the server does not come up again: see SessionLock. */
  onLost?: (reason: string) => void;
}

export interface EmbeddedPostgres {
  /** Of the database `chatapi`, as its owner and superuser. Stays the same while the server is restarted. */
  url: string;
  /** Was the server left running by a process that was killed? */
  adopted: boolean;
  /** Stops the server: open transactions are rolled back, committed ones kept. */
  stop(): Promise<void>;
}

const USER = 'chatapi';
const DATABASE = 'chatapi';
/** Recovery after a crash may take a while. */
const START_TIMEOUT_S = 120;
/** What hinders a launch for longer than this (another start, backends that outlive their server) will not go away. */
const HINDERED_MS = 35_000;

/**
 * Starts the PostgreSQL of a data directory, which is made on the first start, or adopts the one that a killed process
 * left running there. Who holds an advisory lock in it owns the directory: of any number of simultaneous starts one
 * succeeds, the others fail with a StartFailure that says so; a SIGKILL frees it. A server that dies is started again.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolveDataDir(options.dataDir);
  const user = ownerOf(join(dataDir, 'postgres'));
  const server = new EmbeddedServer({ ...options, dataDir }, await findBinaries(dataDir, user));
  return server.start();
}

class EmbeddedServer {
  private readonly pgData: string;
  private readonly password: string;
  private port = 0;
  private adopted = true;
  private stopping = false;

  constructor(
    private readonly options: EmbeddedPostgresOptions,
    private readonly binaries: Binaries,
  ) {
    this.pgData = join(options.dataDir, 'postgres');
    this.password = keepSecret(join(options.dataDir, 'postgres-password'), () => randomBytes(24).toString('hex'));
  }

  async start(): Promise<EmbeddedPostgres> {
    await this.bringUp().catch(async (error: unknown) => {
      // Nobody can use what does not let us in.
      if (!this.adopted) await this.shutDown();
      throw error;
    });
    const lock = await SessionLock.acquire({
      url: async () => {
        await this.bringUp();
        return this.urlOf('postgres');
      },
      key: LOCKS.dataDirectory,
      patienceMs: 2_000,
      onLost: (reason) => this.options.onLost?.(reason),
    });
    if (!lock) throw this.refusal();
    removeDrafts(this.options.dataDir);
    await this.createDatabase();
    return {
      url: this.urlOf(DATABASE),
      adopted: this.adopted,
      stop: async () => {
        this.stopping = true;
        await this.shutDown();
        await lock.release();
      },
    };
  }

  private refusal(): StartFailure {
    return new StartFailure(
      `Another ChatAPI process is running on the data directory ${this.options.dataDir}. Stop it first, or give this one its own CHATAPI_DATA_DIR.`,
    );
  }

  private urlOf(database: string): string {
    return `postgres://${USER}:${this.password}@127.0.0.1:${this.port}/${database}`;
  }

  /** Returns when the server answers, whoever starts or stops it at the same time. */
  private async bringUp(): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_S * 1000;
    const patience = Date.now() + HINDERED_MS;
    for (;;) {
      if (this.stopping) throw new Error('The embedded PostgreSQL is being stopped.');
      if (!existsSync(this.pgData)) await this.initialise();
      this.refuseOtherVersion();
      const failure = (await this.isRunning()) ? undefined : await this.launch();
      const reason = failure ?? (await this.answers());
      if (reason === undefined) return;
      if (Date.now() > (failure ? patience : deadline) || reason instanceof StartFailure) {
        throw new StartFailure(
          `The embedded PostgreSQL in ${this.pgData} does not start: ${reason.message}. Its log is in ${join(this.pgData, 'log')}.`,
        );
      }
      await sleep(100);
    }
  }

  private refuseOtherVersion(): void {
    const found = Number.parseInt(readFileSync(join(this.pgData, 'PG_VERSION'), 'utf8'), 10);
    if (found === this.binaries.major) return;
    throw new StartFailure(
      `The data in ${this.pgData} was written by PostgreSQL ${found}, and this ChatAPI brings PostgreSQL ${this.binaries.major}. Start the ChatAPI that wrote it, or choose another CHATAPI_DATA_DIR.`,
    );
  }

  private async isRunning(): Promise<boolean> {
    dropMisleadingPidFile(this.pgData);
    return (await this.pgCtl('status')) === 0;
  }

  /** Why the server does not take our connection; undefined when it does. */
  private async answers(): Promise<Error | undefined> {
    const port = readPostmaster(this.pgData)?.port;
    if (port === undefined) return new Error(`it left no address (${this.lastWords()})`);
    // Pools hold the first address: a server that came up elsewhere is of no use to them.
    if (this.port !== 0 && port !== this.port) return new Error(`it listens on port ${port} instead of ${this.port}`);
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: USER,
      password: this.password,
      database: 'postgres',
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      this.port = port;
      return undefined;
    } catch (error) {
      const wrongPassword = (error as { code?: string }).code === '28P01';
      return wrongPassword
        ? new StartFailure(`its password is not the one in ${join(this.options.dataDir, 'postgres-password')}`)
        : (error as Error);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /**
   * Makes the cluster beside its place and moves it there whole: a start that is killed half-way leaves only a draft,
   * and of two first starts the second finds the place taken and uses what is there.
   */
  private async initialise(): Promise<void> {
    const { initdb, user } = this.binaries;
    const draft = `${this.pgData}${DRAFT}${process.pid}-${randomBytes(4).toString('hex')}`;
    const passwordFile = join(draft, 'password');
    const cluster = join(draft, 'cluster');
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    if (user) for (const path of [draft, passwordFile]) chownSync(path, user.uid, user.gid);
    const args = ['--pgdata', cluster, '--username', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
    const locale = [
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--encoding=UTF8',
      '--no-sync',
    ];
    try {
      const { code, output } = await execute(initdb, [...args, ...locale], draft, user, true);
      if (code !== 0)
        throw new StartFailure(
          `The embedded PostgreSQL cannot be set up in ${this.options.dataDir}: ${lastLine(output)}`,
        );
      if (!existsSync(this.pgData)) renameSync(cluster, this.pgData);
    } catch (error) {
      const raced = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!raced || !existsSync(this.pgData)) throw error;
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  }

  private async launch(): Promise<Error | undefined> {
    const { fsync = true, maxConnections = 200, settings = {} } = this.options;
    const all: Record<string, string> = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port: String(this.port || (await freePort())),
      max_connections: String(maxConnections),
      // A week of logs, each day's file overwritten by the next week's.
      logging_collector: 'on',
      log_filename: 'postgresql-%a.log',
      log_truncate_on_rotation: 'on',
      ...(fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
      ...settings,
    };
    const flags = Object.entries(all).map(([name, value]) => `-c ${name}=${shellQuote(value)}`);
    const log = join(this.pgData, 'startup.log');
    const code = await this.pgCtl('start', '-w', '-t', String(START_TIMEOUT_S), '-l', log, '-o', flags.join(' '));
    if (code === 0) this.adopted = false;
    return code === 0 ? undefined : new Error(this.lastWords());
  }

  private shutDown(): Promise<number> {
    return this.pgCtl('stop', '-m', 'fast', '-w', '-t', '60');
  }

  private lastWords(): string {
    try {
      return lastLine(readFileSync(join(this.pgData, 'startup.log'), 'utf8'));
    } catch {
      return 'no reason was logged';
    }
  }

  private async pgCtl(...args: string[]): Promise<number> {
    // The server runs on and would hold a pipe open that it inherited: none is given to it.
    const { code } = await execute(
      this.binaries.pgCtl,
      [...args, '-D', this.pgData],
      this.pgData,
      this.binaries.user,
      false,
    );
    return code;
  }

  private async createDatabase(): Promise<void> {
    const client = new pg.Client(this.urlOf('postgres'));
    await client.connect();
    try {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    } finally {
      await client.end();
    }
  }
}

const DRAFT = '.draft-';

/** What killed first starts left. Called by the owner of the directory; a live draft can only be a loser's. */
function removeDrafts(dataDir: string): void {
  for (const name of readdirSync(dataDir)) {
    const pid = Number(/^postgres\.draft-(\d+)-/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(join(dataDir, name), { recursive: true, force: true });
  }
}
