import { lookup } from 'node:dns/promises';
import { existsSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import type { Config } from '../platform/config/config.js';
import { bad, LOOK_MS, ok, warn, whyNot, within, type Finding } from './doctor-finding.js';
import { bytes } from './format.js';

const LITTLE = { bytes: 1024 ** 3, share: 0.1 };
const CLOCK_MS = 5_000;

/** PostgreSQL itself: does it answer, how many connections has it, is its clock ours, which migrations are missing? */
export async function lookAtDatabase(url: string): Promise<Finding[]> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: LOOK_MS, query_timeout: LOOK_MS });
  client.on('error', () => undefined);
  try {
    await within(LOOK_MS, client.connect());
    const before = Date.now();
    const { rows } = await client.query<{ version: string; used: number; most: number; now: Date }>(
      `select split_part(version(), ' ', 2) as version, current_setting('max_connections')::int as most, clock_timestamp() as now,
              (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`,
    );
    return [...shownDatabase(rows[0]!, before), await migrationsOf(url)];
  } catch (error) {
    const fix = 'Start PostgreSQL, or correct DATABASE_URL: host, port, user, password and name of the database.';
    return [bad('database', `PostgreSQL does not answer: ${whyNot(error)}`, fix)];
  } finally {
    // Whoever does not answer does not say goodbye, either.
    await within(LOOK_MS, client.end()).catch(() => undefined);
  }
}

function shownDatabase(
  { version, used, most, now }: { version: string; used: number; most: number; now: Date },
  before: number,
): Finding[] {
  const connections = `PostgreSQL ${version}, ${used} of ${most} connections`;
  const off = Math.abs(now.getTime() - (before + Date.now()) / 2);
  return [
    Number.parseInt(version) < 15
      ? bad('database', connections, 'ChatAPI needs PostgreSQL 15 or newer.')
      : used > most * 0.9
        ? warn('database', connections, 'Raise max_connections, or lower DATABASE_POOL_SIZE of the processes.')
        : ok('database', connections),
    off > CLOCK_MS
      ? bad('database clock', `${Math.round(off / 1_000)} s from this machine’s`, 'Let both follow a time server.')
      : ok('database clock', 'the time of this machine'),
  ];
}

async function migrationsOf(url: string): Promise<Finding> {
  await import('reflect-metadata');
  const { pendingMigrations } = await import('../platform/database/migrate.js');
  const pending = await within(LOOK_MS, pendingMigrations(url));
  if (pending.length === 0) return ok('migrations', 'the schema is up to date');
  return bad('migrations', `${pending.length} are to be run, the first is ${pending[0]}`, 'Run `npm run migrate`.');
}

/** Redis itself: does it answer, and would it throw jobs away? */
export async function lookAtRedis(url: string): Promise<Finding[]> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: LOOK_MS,
    maxRetriesPerRequest: 0,
  });
  let why = '';
  client.on('error', (error: Error) => (why = error.message));
  try {
    await within(LOOK_MS, client.connect());
    const [memory, persistence] = await within(
      LOOK_MS,
      Promise.all([client.info('memory'), client.info('persistence')]),
    );
    return shownRedis(memory, persistence);
  } catch (error) {
    const fix = 'Start Redis, or correct REDIS_URL. Until then sends go on and jobs wait in PostgreSQL.';
    return [bad('redis', `Redis does not answer: ${why || whyNot(error)}`, fix)];
  } finally {
    client.disconnect();
  }
}

export function shownRedis(memory: string, persistence: string): Finding[] {
  const policy = /maxmemory_policy:(\S+)/.exec(memory)?.[1];
  const findings = [ok('redis', 'answers')];
  if (policy !== undefined && policy !== 'noeviction') {
    findings.push(
      warn(
        'redis memory',
        `maxmemory-policy is ${policy}: jobs may be thrown away`,
        'Set maxmemory-policy noeviction.',
      ),
    );
  }
  if (persistence.includes('aof_enabled:0')) {
    findings.push(
      warn('redis persistence', 'nothing is written to disk: a restart makes jobs late', 'Set appendonly yes.'),
    );
  }
  return findings;
}

/** Room for the data. */
export async function lookAtDisk(dir: string): Promise<Finding> {
  try {
    await access(dir, constants.W_OK);
  } catch (error) {
    const fix =
      'Give it to who runs the server, or name another: CHATAPI_DATA_DIR. A file system is read-only after a fault of its disk, too.';
    return bad('disk', `${dir} cannot be written to: ${whyNot(error)}`, fix);
  }
  const { bavail, blocks, bsize } = await within(LOOK_MS, statfs(dir));
  const free = bavail * bsize;
  const said = `${bytes(free)} of ${bytes(blocks * bsize)} are free in ${dir}`;
  if (free > LITTLE.bytes && bavail / blocks > LITTLE.share) return ok('disk', said);
  const fix = 'Make room, or move the data (CHATAPI_DATA_DIR): PostgreSQL stops when the disk is full.';
  return free > LITTLE.bytes ? warn('disk', said, fix) : bad('disk', said, fix);
}

/** Can what the server calls be reached from here, and what may tenants name? */
export async function lookAtEgress(url: string, config: Config | undefined, signal: AbortSignal): Promise<Finding[]> {
  return [await reach(url, signal), ...(config ? [policyOf(config)] : [])];
}

async function reach(url: string, signal: AbortSignal): Promise<Finding> {
  try {
    await within(LOOK_MS, lookup(new URL(url).hostname));
    const { status } = await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]),
    });
    return ok('egress', `${url} answers ${status}`);
  } catch (error) {
    const fix =
      'Webhooks and mail to the outside need DNS and outbound connections: see the resolver and the firewall, or name what you do reach: --egress <url>.';
    return warn('egress', `${url} cannot be reached from here: ${whyNot(error)}`, fix);
  }
}

function policyOf({ egressAllowPrivate, mode }: Config): Finding {
  const said = `EGRESS_ALLOW_PRIVATE is ${egressAllowPrivate}`;
  if (egressAllowPrivate === 'false') return ok('egress policy', `${said}: tenants may name public addresses only`);
  if (egressAllowPrivate === 'loopback' && mode === 'embedded')
    return ok('egress policy', `${said}, which is for development`);
  return warn(
    'egress policy',
    `${said}: tenants may name addresses of your own network`,
    'Set EGRESS_ALLOW_PRIVATE=false, unless all tenants are yours.',
  );
}

export const isThere = (dir: string): boolean => existsSync(dir);
