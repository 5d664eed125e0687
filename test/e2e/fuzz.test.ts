import { connect } from 'node:net';
import { request } from 'node:http';
import { startApp, type TestApp } from '../support/app.js';
import { inParallel } from '../support/in-parallel.js';
import { JUNK_BODIES, JUNK_QUERIES, JUNK_SEGMENTS } from '../support/junk.js';
import { operationsOf, type Operation } from '../support/routes.js';

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 3_000);
/** Always the same unless told: FUZZ_SEED=$RANDOM FUZZ_REQUESTS=50000 goes exploring. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);

/** Mulberry32: the same requests for the same seed. */
function randomOf(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY', 'LOCK'];
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'application/vnd.api+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'nonsense',
  '',
];
const HEADERS: [name: string, values: string[]][] = [
  ['idempotency-key', ['', 'k', 'x'.repeat(300), '\u00ff', '__proto__']],
  ['x-user-id', ['', 'me', 'alice', 'x'.repeat(300), '%00', '__proto__', '\u00e9']],
  ['x-request-id', ['', 'x'.repeat(4_000), '<script>']],
  ['origin', ['null', 'https://evil.example', 'nonsense']],
  ['accept', ['text/html', '*/*;q=0', 'nonsense/']],
  ['accept-encoding', ['br;q=1.0, *;q=0', 'nonsense']],
  ['range', ['bytes=0-0', 'bytes=-1', 'nonsense']],
  ['if-none-match', ['*', 'W/"x"']],
  ['x-forwarded-for', ['127.0.0.1', 'nonsense', ','.repeat(500)]],
  ['cookie', ['a=b; '.repeat(200)]],
  ['expect', ['200-ok']],
];

interface Shot {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

describe('junk', () => {
  let app: TestApp;
  let operations: Operation[];
  let keys: string[];

  beforeAll(async () => {
    app = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '1000000' } });
    operations = operationsOf((await app.request('GET', '/openapi.json')).body);
    const client = await app.client();
    keys = [client.key, (await client.login('fay')).key, app.admin().key, 'junk', '', 'é'];
  });

  afterAll(() => app.stop());

  it(`of any kind, on any route, by any method gives no 5xx (FUZZ_SEED=${SEED})`, async () => {
    const random = randomOf(SEED);
    const shots = Array.from({ length: REQUESTS }, () => makeShot(random));
    const seen = new Set<number>();
    const wrong = await inParallel(shots, async (shot) => {
      const status = await fire(shot);
      seen.add(status);
      return status >= 500 ? { status, ...shot, body: shot.body?.slice(0, 200) } : undefined;
    });
    expect(wrong).toEqual([]);
    expect(await app.errors()).toEqual([]);
    // It got past the door, and far enough in to be refused for different reasons.
    expect([...seen]).toEqual(expect.arrayContaining([200, 400, 401, 403, 404, 415, 422]));
  });

  it('that is no HTTP at all neither gives one nor ends the server', async () => {
    const texts = [
      '\r\n\r\n',
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      '\u0000\u0001\u0002',
      'GET /api/v1/\u00ff\u00fe HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET //// HTTP/1.1\r\nHost: \r\n\r\n',
      'POST /api/v1/clients HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      'POST /api/v1/clients HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'POST /api/v1/clients HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ];
    for (const text of texts) expect(await talk(text)).not.toMatch(/^HTTP\/1\.1 5/);
    expect((await app.request('GET', '//health/live')).status).toBe(200);
  });

  function makeShot(random: () => number): Shot {
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
    const chance = (p: number): boolean => random() < p;
    const operation = pick(operations);
    let path = operation.path.replaceAll(/\{\w+\}/g, () => pick(JUNK_SEGMENTS.slice(0, -4)));
    if (chance(0.1)) path = path.replace(/\/\w+/, `/${pick(JUNK_SEGMENTS)}`);
    if (chance(0.1)) path += pick(['/', '//', '/%2e%2e', `/${pick(JUNK_SEGMENTS)}`, ';x=1']);
    if (chance(0.4)) path += `?${pick(JUNK_QUERIES)}`;
    const headers: Record<string, string> = {};
    const key = pick(keys);
    if (chance(0.9)) headers[chance(0.8) ? 'authorization' : 'x-api-key'] = chance(0.9) ? `Bearer ${key}` : key;
    for (const [name, values] of HEADERS) if (chance(0.12)) headers[name] = pick(values);
    const method = chance(0.7) ? operation.method : pick(METHODS);
    let body: string | undefined;
    if (chance(0.8) && method !== 'TRACE') {
      body = chance(0.5) && operation.example ? mutate(JSON.stringify(operation.example), random) : pick(JUNK_BODIES);
      headers['content-type'] = chance(0.8) ? 'application/json' : pick(TYPES);
    }
    return { method, path, headers, body };
  }

  /** A few characters of it removed, doubled or replaced. */
  function mutate(text: string, random: () => number): string {
    for (let i = 0; i < 3; i++) {
      const at = Math.floor(random() * text.length);
      const junk = ['', '"', '}', '[', '\\u0000', '\\ud800', '9'.repeat(30), 'null', text.slice(at, at + 20)];
      text = text.slice(0, at) + junk[Math.floor(random() * junk.length)]! + text.slice(at + 1);
    }
    return text;
  }

  /** Not fetch, which refuses some methods and headers. */
  function fire({ method, path, headers, body }: Shot): Promise<number> {
    const { hostname, port } = new URL(app.url);
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path, headers: { ...headers, ...length } }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode!));
      });
      // What the parser refuses is cut off, sometimes before the body was taken.
      sent.once('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(400) : reject(error),
      );
      sent.end(body);
    });
  }

  /** Everything that comes back for these bytes. */
  function talk(text: string): Promise<string> {
    const { hostname, port } = new URL(app.url);
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(text, 'latin1')));
      const quiet = setTimeout(() => socket.destroy(), 500);
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('error', () => {});
      socket.once('close', () => {
        clearTimeout(quiet);
        resolve(answer);
      });
    });
  }
});
