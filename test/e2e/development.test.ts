import { request as httpRequest } from 'node:http';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharedApp, startApp, type Answer, type TestApp } from '../support/app.js';
import { connect, closeSockets } from '../support/socket.js';
import { until } from '../support/until.js';

const built = join(__dirname, '../../dist/pages/chat');

/** As fetch, which lets nobody choose the host, nor write a path that it would make shorter. */
function ask(url: string, method: string, path: string, headers: Record<string, string> = {}, body?: object) {
  const { hostname, port } = new URL(url);
  return new Promise<Answer>((resolve, reject) => {
    const all = body ? { 'content-type': 'application/json', ...headers } : headers;
    const request = httpRequest({ hostname, port, method, path, headers: all }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const is = response.headers['content-type'] ?? '';
        const answered = new Headers(response.headers as Record<string, string>);
        resolve({
          status: response.statusCode!,
          headers: answered,
          body: is.includes('json') ? JSON.parse(text) : text,
        });
      });
    });
    request.on('error', reject).end(body && JSON.stringify(body));
  });
}

describe('what exists for developers, in embedded mode', () => {
  const dirs: string[] = [];
  let app: TestApp;
  let url: string;

  const embedded = async (env: Record<string, string> = {}): Promise<TestApp> => {
    const dataDir = mkdtempSync(join(tmpdir(), 'chatapi-development-'));
    dirs.push(dataDir);
    chmodSync(dataDir, 0o711); // as root PostgreSQL runs as another user, who must get through
    return startApp({ dataDir, env });
  };
  const login = (name: unknown, headers: Record<string, string> = {}, more: object = {}) =>
    ask(url, 'POST', '/api/v1/dev/login', headers, { name, ...more });

  beforeAll(async () => {
    app = await embedded();
    url = app.url;
    // It is made when the server is ready, and that is said after.
    await until('the demo client', async () => (await login('First')).status === 201);
  });
  afterEach(async () => {
    closeSockets();
    expect(await app.errors()).toEqual([]);
  });
  afterAll(async () => {
    await app.stop();
    for (const dir of dirs) rmSync(dir, { recursive: true, force: true });
  });

  describe('the login', () => {
    it('gives a user of the demo client a key that expires, and lets two chat at once', async () => {
      const [ada, grace] = (await Promise.all([login('Ada Lovelace'), login('Grace')])).map(({ body }) => body);
      expect(ada).toMatchObject({ url, user: { user_id: 'ada-lovelace', display_name: 'Ada Lovelace' } });
      expect(grace.room_id).toBe(ada.room_id);
      const lasts = Date.parse(ada.expires_at) - Date.now();
      expect(lasts).toBeGreaterThan(11 * 3_600_000);
      expect(lasts).toBeLessThan(13 * 3_600_000);

      const socket = await connect(app, grace.api_key);
      const sent = await app.request('POST', `/rooms/${ada.room_id}/messages`, {
        key: ada.api_key,
        body: { content: 'Hello!' },
      });
      expect(sent.status).toBe(201);
      expect(await socket.waitFor('message.created')).toMatchObject({
        data: { content: 'Hello!', sender_id: 'ada-lovelace' },
      });
    });

    it('knows who comes again; every window has a key of its own, which only its own next login replaces', async () => {
      const one = (await login('Two Windows', {}, { device_id: 'one' })).body;
      const other = (await login(' two  windows ', {}, { device_id: 'other' })).body;
      expect(other.user.user_id).toBe(one.user.user_id);
      const again = (await login('Two Windows', {}, { device_id: 'one' })).body;
      const keys = [one, other, again].map(({ api_key }) => api_key);
      // The replaced one works on for as long as a socket needs to change over.
      for (const key of keys) expect((await app.request('GET', '/clients/me', { key })).status).toBe(200);
      const me = await app.request('GET', '/clients/me', { key: other.api_key });
      expect(me.body.type).toBe('scoped_key');
      expect(me.body.scoped_key.permissions).not.toContain('read_analytics');
    });

    it('lets nobody do what a master key does', async () => {
      const { api_key: key } = (await login('Mallory')).body;
      for (const path of ['/clients/me/keys', '/clients/me/providers', '/deliveries', '/audit', '/clients']) {
        expect((await app.request('GET', path, { key })).status).toBe(403);
      }
    });

    it.each([
      ['', 'name'],
      ['   ', 'name'],
      ['me', 'name'],
      ['!?', 'name'],
      ['x'.repeat(300), 'name'],
      [7, 'name'],
    ])('refuses the name %p by its field', async (name, field) => {
      const { status, body } = await login(name);
      expect(status).toBe(422);
      expect(body.errors).toEqual([expect.objectContaining({ field })]);
    });

    it('is not there for other sites, other names of this machine, and what was forwarded', async () => {
      const port = new URL(url).port;
      const strangers: Record<string, string>[] = [
        { host: 'evil.example' },
        { host: `evil.example:${port}`, origin: `http://evil.example:${port}` },
        { host: `127.0.0.1.evil.example:${port}` },
        { origin: 'https://evil.example' },
        { origin: 'http://localhost:3000' },
        { origin: 'null' },
        { 'x-forwarded-for': '203.0.113.9' },
        { 'x-forwarded-for': '127.0.0.1' },
        { forwarded: 'for=203.0.113.9' },
        { 'x-real-ip': '203.0.113.9' },
      ];
      for (const headers of strangers) {
        expect([headers, (await login('Eve', headers)).status]).toEqual([headers, 404]);
        const mailbox = await ask(url, 'GET', '/api/v1/dev/mailbox', headers);
        expect([headers, mailbox.status]).toEqual([headers, 404]);
      }
      const own: Record<string, string>[] = [{ origin: url }, { host: `localhost:${port}` }, { host: `[::1]:${port}` }];
      for (const headers of own) {
        expect([headers, (await login('Ada', headers)).status]).toEqual([headers, 201]);
        expect([headers, (await ask(url, 'GET', '/api/v1/dev/mailbox', headers)).status]).toEqual([headers, 200]);
      }
    });

    it('is not there outside of embedded mode, nor is the chat; the console is', async () => {
      const other = await sharedApp();
      expect((await other.request('POST', '/dev/login', { body: { name: 'Ada' } })).status).toBe(404);
      for (const path of ['//chat', '//chat/', '//chat/rooms/1']) {
        expect((await other.request('GET', path)).status).toBe(404);
      }
      expect((await other.request('GET', '//console')).status).toBe(200);
      await other.stop();
    });

    it('is not there where others than this machine reach the server', async () => {
      const open = await embedded({ HOST: '0.0.0.0' });
      expect((await open.request('POST', '/dev/login', { body: { name: 'Ada' } })).status).toBe(404);
      expect((await open.request('GET', '/dev/mailbox')).status).toBe(404);
      await open.stop();
    });
  });

  describe('the chat', () => {
    it('is a page without anything inline, which is asked for again each time', async () => {
      for (const path of ['/chat', '/chat/', '/chat/rooms/some-room?at=7']) {
        const { status, headers, body } = await ask(url, 'GET', path);
        expect(status).toBe(200);
        expect(body).toContain('<div id="root">');
        expect(headers.get('cache-control')).toBe('no-cache');
        const policy = headers.get('content-security-policy')!;
        expect(policy).toContain("default-src 'none'");
        expect(policy).toContain("script-src 'self';");
        expect(policy).toContain("style-src 'self';");
        expect(policy).toContain("connect-src 'self'");
        expect(policy).toContain("frame-ancestors 'none'");
        expect(body).not.toMatch(/<style|<script(?![^>]*\bsrc=)|\son\w+=/i);
      }
    });

    it('keeps its assets for ever, since their names hold what is in them, and sends them compressed', async () => {
      const names = readdirSync(join(built, 'assets')).filter((name) => /\.(js|css)$/.test(name));
      expect(names.some((name) => name.endsWith('.js'))).toBe(true);
      for (const name of names) {
        const { status, headers } = await ask(url, 'GET', `/chat/assets/${name}`);
        expect(status).toBe(200);
        expect(headers.get('cache-control')).toContain('immutable');
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('content-encoding')).toBeNull();
        for (const encoding of ['br', 'gzip']) {
          const packed = await ask(url, 'GET', `/chat/assets/${name}`, { 'accept-encoding': encoding });
          expect(packed.headers.get('content-encoding')).toBe(encoding);
          expect(packed.headers.get('content-type')).toBe(headers.get('content-type'));
          const [less, all] = [packed, { headers }].map((answer) => Number(answer.headers.get('content-length')));
          expect(less).toBeLessThan(all! / 2);
        }
      }
    });

    it('gives away nothing else', async () => {
      for (const path of [
        'none.js',
        '../index.html',
        '..%2findex.html',
        '%2e%2e/%2e%2e/%2e%2e/package.json',
        '..%5cindex.html',
      ]) {
        const { status, body } = await ask(url, 'GET', `/chat/assets/${path}`);
        expect([path, status >= 400 || String(body).includes('<div id="root">')]).toEqual([path, true]);
        expect(JSON.stringify(body)).not.toContain('"workspaces"');
      }
      expect((await ask(url, 'GET', '/chat/assets/none.js')).status).toBe(404);
      expect((await ask(url, 'POST', '/chat', {}, {})).status).toBeGreaterThanOrEqual(400);
    });
  });
});
