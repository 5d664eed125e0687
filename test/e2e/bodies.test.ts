import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { until } from '../support/until.js';

/** As text, which is no JSON: whoever parses it says so. */
const JUNK = '{"';

describe('a body', () => {
  let app: TestApp;
  let client: TestClient;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    app = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '5', TRUST_PROXY: 'true' } });
    client = await app.client();
  });
  afterAll(() => app.stop());
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  /** A request whose body has not come yet. */
  const announce = (path: string, headers: Record<string, string>) => {
    const { port, hostname } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    const lines = Object.entries({ host: 'x', 'content-type': 'application/json', ...headers });
    socket.write(`POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString()));
    const answer = async () => {
      await until('the answer', () => text.endsWith('}'));
      const [head = '', body = ''] = text.split('\r\n\r\n');
      return { status: Number(head.split(' ')[1]), head, body: JSON.parse(body) };
    };
    return { socket, answer, isAnswered: () => text.endsWith('}') };
  };
  const NOTIFICATIONS = '/api/v1/notifications';
  const LENGTH = { 'content-length': '20000000' };
  const CHUNKED = { 'transfer-encoding': 'chunked' };

  it.each([
    ['no key', {}, 401, 'unauthenticated'],
    ['no key, and no length', { ...CHUNKED }, 401, 'unauthenticated'],
    ['two keys', { 'x-api-key': 'a', authorization: 'Bearer b' }, 401, 'unauthenticated'],
    ['what is no key', { 'x-api-key': 'a', 'x-forwarded-for': '203.0.113.1' }, 401, 'invalid_key'],
  ])('is not waited for where the request carries %s', async (_, headers, status, code) => {
    const { answer } = announce(NOTIFICATIONS, { ...('transfer-encoding' in headers ? {} : LENGTH), ...headers });
    const { head, ...refused } = await answer();
    expect(refused).toMatchObject({ status, body: { code } });
    expect(head).toMatch(/^www-authenticate: Bearer/im);
    expect(head).toMatch(/^access-control-expose-headers: /im);
  });

  it('is not waited for where the key is unknown, revoked, or opens something else', async () => {
    const alice = await client.login('alice');
    const from = { 'x-forwarded-for': '203.0.113.2' };
    const refused = async (key: string) =>
      (await announce(NOTIFICATIONS, { ...LENGTH, ...from, 'x-api-key': key }).answer()).body;
    expect(await refused(alice.key)).toMatchObject({ code: 'forbidden' });
    await client.request('POST', '/auth/logout', { body: { user_id: 'alice' } });
    expect(await refused(alice.key)).toMatchObject({ code: 'invalid_key' });
  });

  it('is not read where the key is refused, which counts once', async () => {
    const send = (headers: Record<string, string> = {}) =>
      app.request('POST', '/notifications', { body: JUNK, headers: { 'x-forwarded-for': '203.0.113.3', ...headers } });
    for (let i = 0; i < 10; i++) expect((await send()).body.code).toBe('unauthenticated');
    for (let i = 0; i < 5; i++) expect((await send({ 'x-api-key': 'wrong' })).body.code).toBe('invalid_key');
    const limited = await send({ 'x-api-key': 'wrong' });
    expect(limited).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(limited.headers.get('ratelimit-policy')).toBe('"failed-keys";q=5;w=60');
    expect((await client.request('POST', '/notifications', { body: JUNK })).body.code).toBe('malformed_json');
  });

  it('is not taken while too many large ones of the client are in hand', async () => {
    const other = await app.client();
    const large = { body: { metadata: { text: 'x'.repeat(1_100_000) } } };
    const sent = Array.from({ length: 5 }, (_, i) =>
      announce(NOTIFICATIONS, { ...(i % 2 ? LENGTH : CHUNKED), 'x-api-key': client.key }),
    );
    const refused = await until('one to be refused', () => sent.find(({ isAnswered }) => isAnswered()));
    const { head, ...answer } = await refused.answer();
    expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded', retryable: true } });
    expect(head).toMatch(/^retry-after: 1/im);
    expect((await client.request('POST', '/notifications', large)).status).toBe(503);
    // Small ones are, and others' are.
    expect((await client.request('POST', '/notifications', { body: {} })).status).toBe(422);
    expect((await other.request('POST', '/notifications', large)).status).toBe(422);
    sent.find(({ isAnswered }) => !isAnswered())!.socket.destroy();
    await until('room for one', async () => (await client.request('POST', '/notifications', large)).status === 422);
    // What was answered is in hand no more.
    for (let i = 0; i < 5; i++) expect((await client.request('POST', '/notifications', large)).status).toBe(422);
  });

  it('is not read where it holds more values than anything needs, and is told how to send it', async () => {
    const { status, body } = await client.request('POST', '/notifications', { body: `{"a":[${'[],'.repeat(250_000)}` });
    expect([status, body.code]).toEqual([413, 'too_large']);
    expect(body.detail).toMatch(/more than 200000 values.* several requests, or as one string/);
    const members = Array.from({ length: 1_000 }, (_, n) => ({ user_id: `user ${n}`, email: `user${n}@example.com` }));
    const channels = { email: { subject: 's', text: 'x'.repeat(1_000_000) } };
    const answer = await client.request('POST', '/notifications', { body: { recipients: members, channels } });
    expect(answer.status).toBe(202);
  });

  it('is of no consequence where there is no route', async () => {
    expect((await app.request('POST', '/nowhere', { body: '{}' })).status).toBe(404);
  });

  it('does not keep a key valid that is revoked while it comes', async () => {
    const alice = await client.login('alice');
    const body = '{"content":"late"}';
    const { socket, answer } = announce('/api/v1/rooms/general/messages', {
      'x-api-key': alice.key,
      'content-length': String(body.length),
    });
    await once(socket, 'connect');
    // The request has come by the time that another one is answered.
    await until('the key to be known', async () => (await alice.request('GET', '/users/me')).status === 200);
    await client.request('POST', '/auth/logout', { body: { user_id: 'alice' } });
    socket.write(body);
    expect((await answer()).body.code).toBe('invalid_key');
  });
});
