import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TEST_SETTINGS } from '../support/app.js';
import { TestDatabase, serverSetting } from '../support/postgres.js';
import { TestProcess } from '../support/test-process.js';
import { until } from '../support/until.js';

const started: TestProcess[] = [];
const run = (...args: ConstructorParameters<typeof TestProcess>): TestProcess => {
  const child = new TestProcess(...args);
  started.push(child);
  return child;
};

/** The answer's status: any answer shows that it serves. */
const statusOf = async (url: string): Promise<number> => (await fetch(`${url}/no-such-route`)).status;

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const lines = (output: string): string[] => output.trim().split('\n');

const endAll = async (): Promise<void> => {
  for (const child of started.splice(0).toReversed()) await child.end('SIGTERM');
};

describe('in embedded mode', () => {
  let dataDir: string;
  const makeDataDir = (): string => (dataDir = mkdtempSync(join(tmpdir(), 'chatapi-process-')));
  const removeDataDir = (): void => rmSync(dataDir, { recursive: true, force: true });
  const start = (env: Record<string, string> = {}): TestProcess => run({ CHATAPI_DATA_DIR: dataDir, ...env });
  const cli = async (command: string): Promise<string> => {
    const child = run({ CHATAPI_DATA_DIR: dataDir }, [command], 'cli.js');
    expect({ code: await child.ended, output: child.output }).toMatchObject({ code: 0 });
    return child.output;
  };
  const postmaster = (): { pid: number; port: number } | undefined => {
    const file = join(dataDir, 'postgres/postmaster.pid');
    if (!existsSync(file)) return undefined;
    const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
    return pid && port ? { pid, port } : undefined;
  };

  /** Exit code 0, and PostgreSQL is gone. */
  const expectOrderlyStop = async (child: TestProcess, signal: NodeJS.Signals): Promise<void> => {
    const { port } = postmaster()!;
    expect(await isListening(port)).toBe(true);
    expect(await child.end(signal)).toBe(0);
    expect(postmaster()).toBeUndefined();
    expect(await isListening(port)).toBe(false);
  };

  describe('on an empty directory', () => {
    beforeEach(makeDataDir);
    afterEach(async () => {
      await endAll();
      removeDataDir();
    });

    it('stops in order on SIGTERM', async () => {
      const child = start();
      await child.ready();
      await expectOrderlyStop(child, 'SIGTERM');
    });

    it('stops in order when the signal comes during the start', async () => {
      const child = start();
      await until('PostgreSQL', postmaster);
      expect(await child.end('SIGTERM')).toBe(0);
      expect(postmaster()).toBeUndefined();
    });

    it('lets exactly one of several simultaneous first starts through', async () => {
      const all = Array.from({ length: 3 }, () => start());
      const outcomes = await Promise.all(all.map((child) => child.ready().catch(() => undefined)));
      expect(outcomes.filter((url) => url !== undefined)).toHaveLength(1);
      const losers = all.filter((_, index) => outcomes[index] === undefined);
      for (const loser of losers) expect(loser.output).toMatch(/Another ChatAPI process/);
    });

    it('says in one line what is wrong with a setting, and starts nothing', async () => {
      const child = start({ PORT: 'eight' });
      expect(await child.ended).toBe(1);
      expect(lines(child.output)).toEqual([
        expect.stringMatching(/^ChatAPI cannot start: PORT is "eight": it must be a whole number/),
      ]);
      expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    });

    it('says in one line that the port is taken, and stops PostgreSQL again', async () => {
      const taken = new URL(serverSetting('TEST_DATABASE_URL')).port;
      const child = start({ PORT: taken, LOG_LEVEL: 'silent' });
      expect(await child.ended).toBe(1);
      expect(lines(child.output)).toEqual([
        expect.stringMatching(new RegExp(`^ChatAPI cannot start: PORT ${taken} .* is taken`)),
      ]);
      expect(postmaster()).toBeUndefined();
    });

    it('migrates from the command line, up and down', async () => {
      expect(await cli('migrate')).toMatch(/applied Foundation/);
      expect(await cli('migrate')).toMatch(/up to date/);
      expect(await cli('migrate:down')).toMatch(/^undid /);
      expect(await cli('migrate')).toMatch(/^applied /);
      expect(postmaster()).toBeUndefined();
    });
  });

  describe('on the data of before', () => {
    beforeAll(async () => {
      makeDataDir();
      await cli('migrate');
    });
    afterEach(endAll);
    afterAll(removeDataDir);

    describe('with a request in hand that does not end', () => {
      const stuck = async (url: string): Promise<void> => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        socket.on('error', () => undefined);
        socket.write(
          'POST /api/v1/rooms HTTP/1.1\r\nHost: chatapi\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
        );
        // Asked later: when this is answered, the server has seen the other one too.
        await statusOf(url);
      };

      it('gives up after SHUTDOWN_TIMEOUT_MS, says so, and stops PostgreSQL all the same', async () => {
        const child = start({ SHUTDOWN_TIMEOUT_MS: '300' });
        await stuck(await child.ready());
        expect(await child.end('SIGTERM')).toBe(1);
        expect(child.output).toMatch(/did not end within SHUTDOWN_TIMEOUT_MS/);
        expect(postmaster()).toBeUndefined();
      });

      it('ends at once on a second signal, which hinders the next start in nothing; that refuses another on the same data directory, goes on, and stops in order on SIGINT', async () => {
        const child = start({ SHUTDOWN_TIMEOUT_MS: '3600000' });
        await stuck(await child.ready());
        process.kill(child.pid, 'SIGTERM');
        await until('the stop to begin', () => child.output.includes('Stopping.'));
        expect(await child.end('SIGTERM')).toBe(1);
        expect(child.output).toMatch(/second signal/);
        const next = start();
        const url = await next.ready();
        const another = start();
        expect(await another.ended).toBe(1);
        expect(lines(another.output)).toEqual([
          expect.stringMatching(/^ChatAPI cannot start: Another ChatAPI process .*CHATAPI_DATA_DIR/),
        ]);
        expect(await statusOf(url)).toBe(404);
        await expectOrderlyStop(next, 'SIGINT');
      });
    });

    it('takes over what a killed process left running', async () => {
      const killed = start();
      await killed.ready();
      const { pid } = postmaster()!;
      await killed.end('SIGKILL');
      const next = start();
      expect(await statusOf(await next.ready())).toBe(404);
      expect(next.output).toMatch(/Took over the PostgreSQL/);
      expect(postmaster()!.pid).toBe(pid);
      expect(await next.end('SIGTERM')).toBe(0);
      expect(postmaster()).toBeUndefined();
    });

    it('recovers when the machine went down, application and PostgreSQL killed, the pid taken by another program; then from the end of PostgreSQL alone', async () => {
      const killed = start();
      await killed.ready();
      const { pid } = postmaster()!;
      await killed.end('SIGKILL');
      process.kill(pid, 'SIGKILL');
      const file = join(dataDir, 'postgres/postmaster.pid');
      writeFileSync(file, readFileSync(file, 'utf8').replace(String(pid), String(process.pid)));
      const child = start();
      await child.ready();
      expect(postmaster()!.pid).not.toBe(pid);

      // Now only PostgreSQL is killed: it is started again, on the same port, and has the same owner.
      const before = postmaster()!;
      process.kill(before.pid, 'SIGKILL');
      await until('another postmaster', () => (postmaster()?.pid ?? before.pid) !== before.pid, { timeout: 30_000 });
      expect(postmaster()!.port).toBe(before.port);
      const second = start();
      expect(await second.ended).toBe(1);
      expect(second.output).toMatch(/Another ChatAPI process/);
      expect(await child.end('SIGTERM')).toBe(0);
      expect(postmaster()).toBeUndefined();
    });
  });
});

describe('with a database of its own', () => {
  let database: TestDatabase;
  beforeEach(async () => (database = await TestDatabase.create()));
  afterEach(async () => {
    await endAll();
    await database.drop();
  });

  const single = (): TestProcess => run({ DATABASE_URL: database.url, ...TEST_SETTINGS });
  const cluster = (role: string): TestProcess =>
    run({ DATABASE_URL: database.url, REDIS_URL: serverSetting('TEST_REDIS_URL'), ...TEST_SETTINGS }, ['--role', role]);

  it('one process without Redis keeps others out until it ends, by whatever means', async () => {
    const first = single();
    await first.ready();
    const second = single();
    expect(await second.ended).toBe(1);
    expect(lines(second.output).at(-1)).toMatch(
      /^ChatAPI cannot start: Another ChatAPI process uses this database.*REDIS_URL/,
    );
    const clustered = cluster('all');
    expect(await clustered.ended).toBe(1);
    expect(clustered.output).toMatch(/without REDIS_URL uses this database/);
    await first.end('SIGKILL');
    const third = single();
    await third.ready();
    expect(await third.end('SIGTERM')).toBe(0);
  });

  it('a cluster has many processes, whose workers answer operators only', async () => {
    const [api, , worker] = [cluster('api'), cluster('all'), cluster('worker')];
    await Promise.all(started.map((child) => child.ready()));
    expect(await (await fetch(`${await api.ready()}/api/v1/rooms`)).json()).not.toMatchObject({
      detail: expect.stringMatching(/worker/),
    });
    expect(await (await fetch(`${await worker!.ready()}/api/v1/rooms`)).json()).toMatchObject({
      status: 404,
      detail: expect.stringMatching(/worker/),
    });
    expect(await Promise.all(started.map((child) => child.end('SIGTERM')))).toEqual([0, 0, 0]);
  });

  it('a cluster never migrates and says so', async () => {
    const down = run({ DATABASE_URL: database.url, ...TEST_SETTINGS }, ['migrate:down'], 'cli.js');
    expect(await down.ended).toBe(0);
    const child = cluster('all');
    expect(await child.ended).toBe(1);
    expect(lines(child.output).at(-1)).toMatch(/schema is behind: .*npm run migrate/);
    // A single node migrates by itself.
    await single().ready();
  });

  it('does not show the password of a database that lets nobody in', async () => {
    const url = new URL(database.url);
    url.password = 'not-the-password';
    const child = run({ DATABASE_URL: url.href, ...TEST_SETTINGS });
    expect(await child.ended).toBe(1);
    expect(lines(child.output)).toEqual([
      expect.stringMatching(/^ChatAPI cannot start: DATABASE_URL: PostgreSQL at 127\.0\.0\.1:/),
    ]);
    expect(child.output).not.toContain('not-the-password');
  });
});
