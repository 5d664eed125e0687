import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestProcess } from '../support/test-process.js';
import { until } from '../support/until.js';

/** A line of curl as fetch: what a shell would make of the quoting that these lines use. */
function runCurl(line: string): Promise<Response> {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const url = words.find((word) => word.startsWith('http'))!;
  const after = (flag: string): string[] => words.filter((_, at) => words[at - 1] === flag);
  const headers = after('-H').map((header) => header.split(/: (.*)/s).slice(0, 2) as [string, string]);
  return fetch(url, { method: 'POST', headers, body: after('-d')[0] });
}

// In this order: each goes on with what the one before left in the data directory.
describe('a newcomer in embedded mode', () => {
  let dataDir: string;
  let server: TestProcess;
  let url: string;
  let firstWords: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'chatapi-newcomer-'));
    // As root PostgreSQL runs as another user, who must get through.
    chmodSync(dataDir, 0o711);
    server = start({ LOG_LEVEL: 'info' });
    url = await server.ready();
    firstWords = server.output;
  });

  afterAll(async () => {
    await server.end('SIGTERM');
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (env: Record<string, string> = {}) =>
    new TestProcess({ CHATAPI_DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...env });
  const masterKey = () => readFileSync(join(dataDir, 'demo-master-key'), 'utf8').trim();
  const command = async (name: string, env: Record<string, string> = {}) => {
    const running = new TestProcess({ CHATAPI_DATA_DIR: dataDir, ...env }, [name], 'cli.js');
    return { code: await running.ended, output: running.output };
  };

  it('is shown the addresses and the key of a demo client, which only its owner may read', () => {
    for (const path of ['/chat', '/console', '/docs', '/redoc', '/sockets', '/admin/queues', '/api/v1/dev/mailbox']) {
      expect(firstWords).toContain(url + path);
    }
    expect(firstWords).toContain(masterKey());
    expect(statSync(join(dataDir, 'demo-master-key')).mode & 0o777).toBe(0o600);
    expect(firstWords).not.toContain(readFileSync(join(dataDir, 'admin-api-key'), 'utf8').trim());
    // What the server asks itself to make that client is nothing for a terminal.
    expect(firstWords).not.toContain('"msg":"request"');
  });

  it('can paste three lines of curl, which work', async () => {
    const lines = firstWords.split('\n').filter((line) => line.startsWith('curl '));
    expect(lines).toHaveLength(3);
    const statuses: number[] = [];
    for (const line of lines) statuses.push((await runCurl(line)).status);
    expect(statuses).toEqual([201, 201, 202]);
    const mailbox = async () => (await fetch(`${url}/api/v1/dev/mailbox`)).text();
    await until('the mail in the mailbox', async () => (await mailbox()).includes('It works.'));
  });

  it('can seed the running server, any number of times', async () => {
    const first = await command('seed');
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('charlie') });
    expect(first.output).toMatch(/Weekend trip\): 4 messages added/);
    const second = await command('seed');
    expect(second.code).toBe(0);
    expect(second.output.match(/: 0 messages added/g)).toHaveLength(3);
  });

  it('can run the demo against the running server', async () => {
    const { code, output } = await command('demo');
    expect(output).toContain(`${url} was running`);
    expectWholeDemo(output);
    expect(code).toBe(0);
  });

  it('can prove the ledger and encrypt secrets anew beside the running server', async () => {
    expect(await command('ledger:check')).toMatchObject({ code: 0, output: expect.stringContaining('balances') });
    expect(await command('keys:rotate')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Everything is encrypted with the key k1'),
    });
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('can say beside the running server that history was rewound, which it notices at once', async () => {
    const call = async (method: string, path: string, body?: object) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${masterKey()}`, 'x-user-id': 'alice', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as { id: string; epoch: string } };
    };
    const { body: room } = await call('POST', '/rooms', { room_type: 'group', name: 'Tea' });
    expect(await command('epoch:advance')).toMatchObject({
      code: 0,
      output: expect.stringContaining('Epochs begin with'),
    });
    const after = await until('an answer', async () => {
      const { status, body } = await call('GET', `/rooms/${room.id}`);
      return status === 200 && body;
    });
    expect(after.epoch).not.toBe(room.epoch);
    const said = await call('POST', `/rooms/${room.id}/messages`, { content: 'It goes on.' });
    expect(said).toMatchObject({ status: 201 });
    await until('readiness', async () => (await fetch(`${url}/health/ready`)).status === 200);

    // A copy that was made meanwhile has the file by which the server of this directory is found.
    const copy = join(dataDir, 'copy');
    mkdirSync(join(copy, 'postgres'), { recursive: true });
    for (const file of ['postgres-password', 'postgres/PG_VERSION', 'postgres/postmaster.pid']) {
      copyFileSync(join(dataDir, file), join(copy, file));
    }
    const { uid, gid } = statSync(join(dataDir, 'postgres'));
    for (const file of ['postgres', 'postgres/PG_VERSION', 'postgres/postmaster.pid']) {
      chownSync(join(copy, file), uid, gid);
    }
    const { code, output } = await command('epoch:advance', { CHATAPI_DATA_DIR: copy });
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('Another ChatAPI process') });
    const still = await call('GET', `/rooms/${room.id}`);
    expect(still.body.epoch).toBe(after.epoch);
  });

  it('is told how to reach a server that has another admin key', async () => {
    const { code, output } = await command('demo', {
      CHATAPI_DATA_DIR: join(dataDir, 'other'),
      PORT: new URL(url).port,
    });
    expect(code).toBe(1);
    expect(output).toContain(`The server at ${url} has another admin key. Set ADMIN_API_KEY`);
    expect(output).not.toContain('    at ');
  });

  it('is told where the key is at the next start, and not the key', async () => {
    // Commands without a login look there for whom the key is.
    const address = join(dataDir, 'server.json');
    expect(JSON.parse(readFileSync(address, 'utf8')).url).toBe(url);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(existsSync(address)).toBe(false);
    server = start();
    url = await server.ready();
    expect(server.output).toContain(join(dataDir, 'demo-master-key'));
    expect(server.output).not.toContain(masterKey());
    expect(server.output).not.toContain('curl');
  });

  it('can seed and run the demo with no server running: one is started and stopped', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    expect(await command('seed')).toMatchObject({ code: 0, output: expect.stringContaining(': 0 messages added') });
    const { code, output } = await command('demo');
    expect(output).toContain('was started for this demo');
    expectWholeDemo(output);
    expect(code).toBe(0);
    await expect(fetch(/http:\/\/127\.0\.0\.1:\d+/.exec(output)![0])).rejects.toThrow();
  });

  it('can begin with the seed; and a command that is killed takes the server with it that it started', async () => {
    const fresh = join(dataDir, 'fresh');
    const env = { CHATAPI_DATA_DIR: fresh, PORT: '0' };
    expect(await command('seed', env)).toMatchObject({ code: 0, output: expect.stringContaining('4 messages added') });
    const demo = new TestProcess(env, ['demo'], 'cli.js');
    await until('its server', () => demo.output.includes('was started for this demo'));
    await demo.end('SIGKILL');
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(demo.output)![0];
    await until('its end', () =>
      fetch(url).then(
        () => false,
        () => true,
      ),
    );
    expect(await command('seed', env)).toMatchObject({
      code: 0,
      output: expect.stringContaining(': 0 messages added'),
    });
  });

  it('is told in one line what keeps the server from starting', async () => {
    const said = async (env: Record<string, string>) => {
      const failing = new TestProcess({ CHATAPI_DATA_DIR: join(dataDir, 'failing'), ...env });
      expect(await failing.ended).toBe(1);
      return failing.output.trimEnd();
    };
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    expect(await said({ PORT: String(port) })).toMatch(/^ChatAPI cannot start: PORT \d+ on 127\.0\.0\.1 is taken .*$/);
    taken.close();
    const pigeon = [{ name: 'a', channel: 'email', provider_type: 'pigeon', config: {} }];
    expect(await said({ DEFAULT_PROVIDERS: JSON.stringify(pigeon) })).toMatch(
      /^ChatAPI cannot start: DEFAULT_PROVIDERS.*$/,
    );
  });

  const expectWholeDemo = (output: string): void => {
    for (const proof of [
      'recovered: true with 5 events',
      "bob's app has seq 1, 2, 3, 4, 5, 6, 7, 8, 9",
      'Subject: Your order has shipped',
      '"type": "notification.created"',
      'webhook-signature: v1,',
      'the signature is right',
      'email: sent, 1 attempt(s)',
      'websocket: delivered, 1 attempt(s)',
      'webhook: delivered, 1 attempt(s)',
      'All of it held',
    ]) {
      expect(output).toContain(proof);
    }
  };
});
