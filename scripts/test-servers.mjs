// The servers of a test run: one PostgreSQL with a migrated template database, Redis, and applications that files share.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import { canInstall, findOnPath, installPackage } from './debian.mjs';
import { root } from './dist.mjs';
import { startApps } from './test-apps.mjs';

const TEMPLATE = 'chatapi_template';

/**
 * Starts them; `env` tells the tests where they are (test/support/postgres.ts and redis.ts read it). The applications are
 * stopped apart, by `stopApps`: how they end is a result of the tests.
 */
export async function startServers() {
  const dir = mkdtempSync(join(tmpdir(), 'chatapi-test-'));
  // PostgreSQL refuses root and then runs as another user, who has to reach its folder.
  chmodSync(dir, 0o755);
  const started = [];
  const stop = async () => {
    for (const server of started.splice(0).toReversed()) await server.stop();
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const redis = await startRedis(dir);
    started.push(redis);
    const postgres = await startPostgres(dir);
    started.push(postgres);
    const apps = await startApps(dir, postgres.makeDatabase);
    started.push(apps);
    return { env: { ...postgres.env, ...redis.env, ...apps.env }, stop, stopApps: apps.stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startPostgres(dataDir) {
  const { startEmbeddedPostgres } = await import(fromDist('src/platform/database/embedded/embedded-postgres.js'));
  const server = await startEmbeddedPostgres({
    dataDir,
    fsync: false,
    // Each worker of jest holds several applications.
    maxConnections: 500,
    settings: { shared_buffers: '256MB', max_wal_size: '4GB', wal_level: 'minimal', max_wal_senders: '0' },
  });
  try {
    await makeConnectingCheap(server.url);
    await query(server.url, `create database ${TEMPLATE}`);
    const template = new URL(server.url);
    template.pathname = TEMPLATE;
    const { migrate } = await import(fromDist('src/platform/database/migrate.js'));
    await migrate(template.href);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const makeDatabase = async (name) => {
    await query(server.url, `create database ${name} template ${TEMPLATE}`);
    return Object.assign(new URL(server.url), { pathname: name }).href;
  };
  const env = { TEST_DATABASE_URL: server.url, TEST_TEMPLATE: TEMPLATE };
  return { env, makeDatabase, stop: () => server.stop() };
}

/**
 * An application opens some thirty connections as it starts, and each would work through thousands of iterations, which
 * guard a password that is worth guessing.
 */
async function makeConnectingCheap(url) {
  const { username, password } = new URL(url);
  await query(url, `set scram_iterations = 1; alter role ${username} password '${password}'`);
}

async function query(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** REDIS_URL, else a server of our own from PATH, else from Debian's package. */
async function startRedis(dir) {
  if (process.env.REDIS_URL) return { env: { TEST_REDIS_URL: process.env.REDIS_URL }, stop: async () => {} };

  const binary = findOnPath('redis-server') ?? (await installRedis());
  const { freePort } = await import(fromDist('src/platform/common/free-port.js'));
  const port = await freePort();
  // prettier-ignore
  const args = ['--bind', '127.0.0.1', '--port', port, '--dir', dir, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  // In a group of its own: Ctrl-C must end the tests before it ends their servers.
  const server = spawn(binary, args.map(String), { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => {
    server.once('exit', resolve);
    server.once('error', resolve);
  });
  await reachable(port, server);
  return {
    env: { TEST_REDIS_URL: `redis://127.0.0.1:${port}`, TEST_REDIS_SERVER: binary },
    stop: async () => {
      server.kill('SIGTERM');
      await ended;
    },
  };
}

async function installRedis() {
  if (canInstall()) await installPackage('redis-server');
  const installed = findOnPath('redis-server');
  if (installed) return installed;
  throw new Error(
    'The tests need Redis. Install it (apt install redis-server, brew install redis), so that redis-server is on PATH, or set REDIS_URL to a Redis whose data may be deleted.',
  );
}

async function reachable(port, server) {
  const deadline = Date.now() + 10_000;
  while (server.exitCode === null && Date.now() < deadline) {
    const answered = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      setTimeout(() => socket.destroy(), 100).unref();
    });
    if (answered) return;
    await sleep(20);
  }
  throw new Error(`redis-server did not start on port ${port}.`);
}

const fromDist = (path) => pathToFileURL(join(root, 'dist', path)).href;
