import pg from 'pg';
import { SessionLock } from '../../src/platform/database/session-lock.js';
import { Proxy } from '../support/proxy.js';
import { TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const KEY = 42;

let database: TestDatabase;
let admin: pg.Client;
const held: SessionLock[] = [];

beforeAll(async () => {
  database = await TestDatabase.create();
  admin = new pg.Client(database.url);
  await admin.connect();
});
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

async function take(
  options: { shared?: boolean; onLost?: () => void; url?: () => string; patienceMs?: number; answerMs?: number } = {},
): Promise<SessionLock | undefined> {
  const lock = await SessionLock.acquire({
    url: () => database.url,
    key: KEY,
    patienceMs: 200,
    onLost: () => undefined,
    ...options,
  });
  if (lock) held.push(lock);
  return lock;
}

/** The process that holds the lock, as PostgreSQL sees it. */
async function holder(): Promise<number | undefined> {
  const { rows } = await admin.query<{ pid: number }>(
    `select pid from pg_locks where locktype = 'advisory' and objid = $1 and granted
       and database = (select oid from pg_database where datname = current_database())`,
    [KEY],
  );
  return rows[0]?.pid;
}

/** How many have asked for the lock and not got it, and are still there. */
async function refused(): Promise<number> {
  const { rows } = await admin.query<{ pid: number }>(
    `select pid from pg_stat_activity
      where datname = current_database() and state = 'idle' and query like 'select pg_try_advisory_lock%'`,
  );
  const pid = await holder();
  return rows.filter((row) => row.pid !== pid).length;
}

const cut = (pid: number | undefined) => admin.query('select pg_terminate_backend($1, 5000)', [pid]);

it('has one holder, and is free when that one releases it', async () => {
  const first = await take();
  expect(await take()).toBeUndefined();
  await first!.release();
  expect(await take()).toBeDefined();
});

it('waits a little for a holder that is going away', async () => {
  const first = await take();
  const second = take({ patienceMs: 60_000 });
  await until('the second one to be refused', async () => (await refused()) > 0);
  await first!.release();
  expect(await second).toBeDefined();
});

it('can be shared, against those who want it alone', async () => {
  expect(await take({ shared: true })).toBeDefined();
  expect(await take({ shared: true })).toBeDefined();
  expect(await take()).toBeUndefined();
});

it('is taken again when its connection breaks', async () => {
  const lost = jest.fn();
  await take({ onLost: lost });
  const before = await holder();
  await cut(before);
  const after = await until('the lock to be held again', holder);
  expect(after).not.toBe(before);
  expect(lost).not.toHaveBeenCalled();
  expect(await take()).toBeUndefined();
});

it('tells its holder when somebody else took it meanwhile', async () => {
  let reachable: (() => void) | undefined;
  const lost = jest.fn();
  const gate = { url: () => database.url as string | Promise<string> };
  const lock = await SessionLock.acquire({ url: () => gate.url(), key: KEY, patienceMs: 200, onLost: lost });
  held.push(lock!);
  // Cut off: the next connection has to wait until the other one is there.
  gate.url = () => new Promise((resolve) => (reachable = () => resolve(database.url)));
  await cut(await holder());
  await until('the attempt to connect again', () => reachable);
  expect(await take()).toBeDefined();
  reachable!();
  await until('the loss to be told', () => lost.mock.calls.length === 1);
  expect(lost).toHaveBeenCalledWith('another process took its place');
});

describe('when its connection is half-open', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await Proxy.start(database.url);
  });
  afterAll(() => proxy.stop());
  const url = () => proxy.through(database.url);

  it('is taken again, from the session that PostgreSQL still takes to be alive', async () => {
    const lost = jest.fn();
    await take({ url, onLost: lost, answerMs: 400, patienceMs: 60_000 });
    const before = await holder();
    proxy.hang();
    await until('another session to hold the lock', async () => {
      const after = await holder();
      return after !== undefined && after !== before;
    });
    expect(lost).not.toHaveBeenCalled();
  });

  it('can be released', async () => {
    const lock = await take({ url });
    proxy.hang();
    await expect(lock!.release()).resolves.toBeUndefined();
    // What is left of the connection goes too.
    proxy.cut();
    proxy.mend();
  });

  it('is given free by PostgreSQL after seconds and not hours, when the host is gone', async () => {
    const { contexts } = jest.spyOn(pg.Client.prototype, 'query').mock;
    await take({ patienceMs: 60_000 });
    const client = contexts.at(-1) as pg.Client;
    jest.restoreAllMocks();
    const { rows } = await client.query(
      `select name, setting from pg_settings where name like 'tcp\\_%' order by name`,
    );
    expect(rows).toEqual([
      { name: 'tcp_keepalives_count', setting: '3' },
      { name: 'tcp_keepalives_idle', setting: '10' },
      { name: 'tcp_keepalives_interval', setting: '5' },
      { name: 'tcp_user_timeout', setting: '25000' },
    ]);
  });
});
