import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { serverUser } from '../../src/platform/config/data-dir.js';
import { StartFailure } from '../../src/platform/config/failure.js';
import { startEmbeddedPostgres } from '../../src/platform/database/embedded/embedded-postgres.js';

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'chatapi-embedded-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const ask = async (url: string, sql: string): Promise<unknown> => {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows[0];
};

it('is made with a password, UTF-8 and loopback only, and keeps its data and its password', async () => {
  const first = await startEmbeddedPostgres({ dataDir, fsync: false, settings: { work_mem: '7MB' } });
  expect(first.adopted).toBe(false);
  expect(new URL(first.url)).toMatchObject({ hostname: '127.0.0.1', pathname: '/chatapi' });
  expect(
    await ask(
      first.url,
      "select current_setting('work_mem') as mem, current_setting('fsync') as fsync, current_setting('listen_addresses') as at",
    ),
  ).toEqual({
    mem: '7MB',
    fsync: 'off',
    at: '127.0.0.1',
  });
  expect(
    await ask(
      first.url,
      "select pg_encoding_to_char(encoding) as encoding, datlocale as locale from pg_database where datname = 'chatapi'",
    ),
  ).toEqual({
    encoding: 'UTF8',
    locale: 'C.UTF-8',
  });
  const stranger = new URL(first.url);
  stranger.password = 'guessed';
  await expect(ask(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  await ask(first.url, 'create table kept as select 1 as n');
  // A first start that was killed half-way; pids end below this one.
  mkdirSync(join(dataDir, 'postgres.draft-99999999-abcd'));
  await first.stop();

  const second = await startEmbeddedPostgres({ dataDir, fsync: false });
  expect(await ask(second.url, 'select n from kept')).toEqual({ n: 1 });
  expect(new URL(second.url).password).toBe(new URL(first.url).password);
  expect(readdirSync(dataDir).filter((name) => name.includes('draft'))).toEqual([]);
  await second.stop();
  expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
});

it('has one owner; who is refused leaves the server alone', async () => {
  const owner = await startEmbeddedPostgres({ dataDir, fsync: false });
  await expect(startEmbeddedPostgres({ dataDir, fsync: false })).rejects.toThrow(/Another ChatAPI process is running/);
  expect(await ask(owner.url, 'select 1 as n')).toEqual({ n: 1 });
  await owner.stop();
});

it('does not touch the data of another major version', async () => {
  const pgData = join(dataDir, 'postgres');
  chmodSync(dataDir, 0o711);
  mkdirSync(pgData);
  writeFileSync(join(pgData, 'PG_VERSION'), '9\n');
  const user = serverUser();
  if (user) chownSync(pgData, user.uid, user.gid);
  const start = startEmbeddedPostgres({ dataDir });
  await expect(start).rejects.toThrow(StartFailure);
  await expect(start).rejects.toThrow(/written by PostgreSQL 9, and this ChatAPI brings PostgreSQL \d\d/);
});

it('says that the password file was lost, instead of waiting', async () => {
  const server = await startEmbeddedPostgres({ dataDir, fsync: false });
  await server.stop();
  writeFileSync(join(dataDir, 'postgres-password'), 'another\n');
  await expect(startEmbeddedPostgres({ dataDir, fsync: false })).rejects.toThrow(/password is not the one in/);
  expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  writeFileSync(join(dataDir, 'postgres-password'), `${new URL(server.url).password}\n`);
  const again = await startEmbeddedPostgres({ dataDir, fsync: false });
  await again.stop();
});
