import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Config } from '../config/config.js';
import { StartFailure } from '../config/failure.js';
import { isLostConnection } from '../common/to-problem.js';
import { migrate, pendingMigrations } from './migrate.js';
import { ensurePartitions } from './partitions.js';
import { LOCKS, SessionLock } from './session-lock.js';

/** A server that starts at the same time (docker compose, a reboot) may take this long to answer. */
const REACH_MS = 15_000;
const MIN_VERSION = 150_000;

/**
 * What stands between a reachable PostgreSQL and the application: this process's place beside others, the schema and
 * the partitions of the days to come. One process migrates by itself; a cluster never does, deployments do.
 * @param onLost our place is gone after PostgreSQL was away: this process must stop
 * @returns the place, to be released when the application has ended
 * @throws StartFailure that says what to do
 */
export async function prepareDatabase(config: Config, onLost: (reason: string) => void): Promise<SessionLock> {
  const url = config.databaseUrl;
  await reach(url);
  const place = await SessionLock.acquire({
    url: () => url,
    key: LOCKS.singleProcess,
    shared: config.mode === 'cluster',
    patienceMs: 2_000,
    onLost,
  });
  if (!place) throw new StartFailure(config.mode === 'cluster' ? CLUSTER_REFUSED : SINGLE_REFUSED);
  try {
    if (config.mode === 'cluster') await expectSchema(url);
    else await migrate(url);
  } catch (error) {
    await place.release();
    throw error;
  }
  return place;
}

const SINGLE_REFUSED =
  'Another ChatAPI process uses this database. Without Redis one process does everything: stop the other one, or set DATABASE_URL and REDIS_URL for all of them. One whose machine vanished is forgotten within half a minute.';
const CLUSTER_REFUSED =
  'A ChatAPI process without REDIS_URL uses this database, and it cannot share its work. Stop it, or start it again with the same REDIS_URL.';

async function expectSchema(url: string): Promise<void> {
  const pending = await pendingMigrations(url);
  if (pending.length > 0) {
    throw new StartFailure(
      `The database schema is behind: ${pending.join(', ')} has not been applied. A cluster does not migrate by itself: run "npm run migrate" first.`,
    );
  }
  await withClient(url, (client) => ensurePartitions((sql) => client.query(sql)));
}

/** Waits for the server, and refuses one that is too old or not ours to use. */
async function reach(url: string): Promise<void> {
  const deadline = Date.now() + REACH_MS;
  for (;;) {
    try {
      const version = await withClient(url, async (client) => {
        const { rows } = await client.query<{ version: string }>(
          "select current_setting('server_version_num') as version",
        );
        return Number(rows[0]!.version);
      });
      if (version >= MIN_VERSION) return;
      throw new StartFailure(
        `DATABASE_URL leads to PostgreSQL ${Math.floor(version / 10_000)}, but 15 or newer is needed.`,
      );
    } catch (error) {
      if (error instanceof StartFailure) throw error;
      if (!isLostConnection(error) || Date.now() > deadline) throw unreachable(url, error as Error);
      await sleep(250);
    }
  }
}

function unreachable(url: string, { message, ...rest }: Error & { code?: string }): StartFailure {
  const { host, pathname } = new URL(url);
  return new StartFailure(
    `DATABASE_URL: PostgreSQL at ${host}${pathname} does not let us in (${message || rest.code || 'no answer'}). Check that it runs, and the user, password and database in the URL.`,
  );
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
