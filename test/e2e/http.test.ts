import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { startApp, type Answer, type TestApp, type TestClient } from '../support/app.js';
import { until } from '../support/until.js';

const PROBLEM = {
  type: expect.stringMatching(/^urn:chatapi:problem:/),
  title: expect.any(String),
  status: expect.any(Number),
  detail: expect.any(String),
  instance: expect.stringMatching(/^\//),
  code: expect.any(String),
  request_id: expect.any(String),
  retryable: expect.any(Boolean),
  errors: expect.any(Array),
};

describe('the HTTP layer', () => {
  let app: TestApp;
  let client: TestClient;
  beforeAll(async () => {
    app = await startApp();
    client = await app.client();
  });
  afterAll(() => app.stop());

  const expectProblem = ({ status, headers, body }: Answer, expected: number, code: string): void => {
    expect(body).toEqual(PROBLEM);
    expect({ status, code: body.code, said: body.status }).toEqual({ status: expected, code, said: expected });
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(headers.get('x-request-id')).toBe(body.request_id);
  };

  it('answers unknown routes and methods with a problem', async () => {
    expectProblem(await client.request('GET', '/nowhere'), 404, 'not_found');
    expectProblem(await client.request('GET', '//nowhere'), 404, 'not_found');
    expectProblem(await client.request('DELETE', '/clients/me'), 404, 'not_found');
    expectProblem(await client.request('GET', '/users/a/b/c'), 404, 'not_found');
  });

  it('ignores a slash at the end', async () => {
    expect((await client.request('GET', '/clients/me/')).status).toBe(200);
  });

  it('neither repeats nor logs a key that was put into a path', async () => {
    const answer = await client.request('GET', `/rooms/${client.key}`);
    const shown = `/api/v1/rooms/${client.key.slice(0, client.key.lastIndexOf('_') + 1)}…`;
    expect([answer.status, answer.body.instance]).toEqual([404, shown]);
    const missing = await client.request('GET', `/nothing/${client.key}`);
    expect([missing.status, JSON.stringify(missing.body).includes(client.key)]).toEqual([404, false]);
    expect((await app.log()).join('\n')).not.toContain(client.key);
  });

  it('names every field at fault, unknown ones among them', async () => {
    const answer = await client.request('POST', '/auth/login', {
      body: { user_id: 'me', expires_in: -1, permissions: ['fly'], surprise: 1 },
    });
    expectProblem(answer, 422, 'validation_failed');
    expect(answer.body.errors.map((error: { field: string }) => error.field).sort()).toEqual([
      'expires_in',
      'permissions',
      'surprise',
      'user_id',
    ]);
  });

  it('tells malformed JSON, other types and too large bodies apart', async () => {
    const login = (options: object) => client.request('POST', '/auth/login', options);
    expectProblem(await login({ body: '{"user_id": ' }), 400, 'malformed_json');
    expectProblem(
      await login({ body: 'a=b', headers: { 'content-type': 'text/plain' } }),
      415,
      'unsupported_media_type',
    );
    expectProblem(
      await login({ body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
      415,
      'unsupported_media_type',
    );
    expectProblem(await login({ body: { user_id: 'x'.repeat(1_100_000) } }), 413, 'too_large');
    expectProblem(await login({ body: '[]' }), 422, 'validation_failed');
    expectProblem(await login({ body: '"text"' }), 422, 'validation_failed');
    expectProblem(await client.request('PATCH', '/clients/me', { body: 'null' }), 422, 'validation_failed');
    expectProblem(await login({ body: '{"__proto__": {"a": 1}, "user_id": "a"}' }), 400, 'malformed_json');
    expectProblem(await login({ body: '{"user_id": "a\\u0000b"}' }), 422, 'validation_failed');
    expectProblem(await login({ body: '{"user_id": "a\\ud800b"}' }), 422, 'validation_failed');
    expectProblem(
      await login({ body: `{"user_id": ${'['.repeat(50_000)}${']'.repeat(50_000)}}` }),
      422,
      'validation_failed',
    );
  });

  it('says what it cannot read in a body', async () => {
    const detailOf = async (body: string, headers = {}) =>
      (await client.request('POST', '/auth/login', { body, headers })).body.detail;
    expect(await detailOf('{"user_id" "a"}')).toMatch(/Expected ':' after property name in JSON at position 11/);
    expect(await detailOf('{"user_id":"a","__proto__":{}}')).toContain('__proto__');
    const gzipped = await client.request('POST', '/auth/login', {
      body: '{}',
      headers: { 'content-encoding': 'gzip' },
    });
    expectProblem(gzipped, 415, 'unsupported_media_type');
    expect(gzipped.body.detail).toContain('gzip');
  });

  it('stores nothing of a body that is not UTF-8', async () => {
    const latin1 = Buffer.from('{"user_id": "caf\xe9"}', 'latin1');
    const answer = await fetch(`${app.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=iso-8859-1', 'x-api-key': client.key },
      body: latin1,
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      ...PROBLEM,
      code: 'malformed_json',
      detail: expect.stringContaining('UTF-8'),
    });
    expect(JSON.stringify((await client.request('GET', '/users')).body)).not.toContain('caf');
  });

  it.each([
    ['a NUL', '/users/a%00b', 422],
    ['bad percent encoding', '/users/%zz', 400],
    ['bad UTF-8', '/users/%ff%fe', 400],
    ['a parameter at the limit', `/users/${'a'.repeat(4096)}`, 404],
    ['a parameter beyond the limit', `/users/${'a'.repeat(4097)}`, 400],
    ['an id that is none', '/clients/scoped-keys/1', 404],
    ['an id with an injection', `/clients/scoped-keys/${encodeURIComponent("' or 1=1--")}`, 404],
    ['dots', '/users/%2e%2e%2f%2e%2e', 404],
    ['a cursor that is none', '/users?cursor=junk', 400],
    ['a forged cursor', `/users?cursor=${Buffer.from('["n","x"]').toString('base64url')}`, 400],
    ['a limit out of range', '/users?limit=101', 422],
    ['a limit that is no number', '/users?limit=ten', 422],
    ['a repeated parameter', '/users?limit=1&limit=2', 422],
    ['an unknown parameter', '/users?offset=5', 422],
    ['bad encoding in the query', '/users?cursor=%zz', 400],
    ['a NUL in the query', '/users?cursor=%00', 422],
  ])('meets %s in a path with a 4xx', async (_, path, status) => {
    const answer = await client.request('GET', path);
    expect(answer.body).toEqual(PROBLEM);
    expect(answer.status).toBe(status);
  });

  it('keeps a plain X-Request-Id and replaces others', async () => {
    const given = await client.request('GET', '/clients/me', { headers: { 'x-request-id': 'trace-1' } });
    expect(given.headers.get('x-request-id')).toBe('trace-1');
    const long = await client.request('GET', '/clients/me', { headers: { 'x-request-id': 'x'.repeat(129) } });
    expect(long.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['a header that is too large', `GET /api/v1/users HTTP/1.1\r\nHost: x\r\nX-Junk: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['a header without a colon', 'GET /api/v1/users HTTP/1.1\r\nHost: x\r\njunk\r\n\r\n'],
    ['control characters', 'GET /api/v1/users HTTP/1.1\r\nHost: x\r\nX-API-Key: a\x01b\r\n\r\n'],
    [
      'two lengths',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello',
    ],
    ['no host', 'GET /api/v1/users HTTP/1.1\r\n\r\n'],
    ['no HTTP', '\x16\x03\x01\x02\x00\x01\r\n\r\n'],
    ['an absolute URL', 'GET http://elsewhere/%00?%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
    [
      'a key of bytes',
      'GET /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \xff\xfe\r\nConnection: close\r\n\r\n',
    ],
    [
      'an odd type',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: ;;;\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    ],
    [
      'an odd charset',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=klingon\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    ],
    ['an odd method', 'BREW /api/v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'],
  ])('meets %s on the wire with a 4xx', async (_, bytes) => {
    expect(await raw(app.url, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect((await client.request('GET', '/clients/me')).status).toBe(200);
  });

  it.each([
    ['that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX-Junk: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['without a colon', 'GET / HTTP/1.1\r\nHost: x\r\njunk\r\n\r\n', 400],
  ])('answers headers %s with a problem, and hangs up', async (_, bytes, status) => {
    const [head = '', body = ''] = (await raw(app.url, bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('Content-Type: application/problem+json');
    expect(JSON.parse(body)).toEqual({ ...PROBLEM, status, code: 'bad_request' });
  });

  it.each([
    ['is larger than it may be', 'application/json'],
    ['is of another type', 'text/plain'],
  ])('answers before a body has come that %s, and takes the rest of it before it hangs up', async (_, type) => {
    const { port, hostname } = new URL(app.url);
    const rest = Buffer.alloc(4 * 1024 * 1024, ' ');
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nX-API-Key: ${client.key}\r\nContent-Type: ${type}\r\nContent-Length: ${rest.length}\r\n\r\n`,
    );
    const hungUp = once(socket, 'end');
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    await until('the answer', () => answer.endsWith('}'));
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 41[35] /);
    expect(JSON.parse(body)).toEqual(PROBLEM);
    // The rest can be sent, to a connection that was not reset meanwhile.
    const sent = promisify((done: (error?: Error | null) => void) => socket.end(rest, done))();
    await Promise.all([sent, hungUp]);
  });

  it('answers preflights for any origin, without credentials', async () => {
    const { status, headers } = await app.request('OPTIONS', '/auth/login', {
      headers: {
        origin: 'https://anywhere.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(headers.get('access-control-allow-headers')).toContain('authorization');
  });

  it('takes an OPTIONS that is no preflight for one', async () => {
    expect((await app.request('OPTIONS', '/auth/login')).status).toBe(204);
  });

  it('lets pages read the headers that matter, on errors too', async () => {
    const { headers } = await app.request('GET', '/users', { headers: { origin: 'https://anywhere.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-expose-headers')).toContain('RateLimit-Policy');
  });
});

/** Sends bytes as they are, reads the answer to its end. */
function raw(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.end(Buffer.from(bytes, 'latin1')));
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('close', () => resolve(text));
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? resolve(text) : reject(error)));
  });
}
