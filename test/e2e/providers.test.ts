import { sharedApp, startApp, type TestApp, type TestClient } from '../support/app.js';
import { SmtpSink } from '../support/smtp.js';
import { until } from '../support/until.js';

let app: TestApp;
let client: TestClient;
let sink: SmtpSink;
beforeAll(async () => {
  [app, sink] = await Promise.all([sharedApp(), SmtpSink.start({ auth: { user: 'u', pass: 'secret-p' } })]);
});
afterAll(async () => {
  await app.stop();
  await sink.stop();
});
beforeEach(async () => {
  client = await app.client();
  sink.messages.length = 0;
});

const smtp = (more: object = {}, config: object = {}) => ({
  name: 'main',
  provider_type: 'smtp',
  from_email: 'acme@example.com',
  config: { host: '127.0.0.1', port: sink.port, secure: false, username: 'u', password: 'secret-p', ...config },
  ...more,
});
const post = (body: object, query = '') => client.request('POST', `/clients/me/providers${query}`, { body });

describe.each(['/clients/me/providers', '/clients/me/email-providers'])('%s', (path) => {
  it('adds, lists, changes and removes, and never shows a secret', async () => {
    const added = await client.request('POST', path, { body: smtp() });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      name: 'main',
      channel: 'email',
      is_primary: false,
      is_bulk: false,
      max_recipients: null,
      rate_limit_per_second: null,
      hourly_cap: null,
      daily_cap: null,
      verified_at: expect.any(String),
      config: { host: '127.0.0.1', username: 'u', require_tls: false },
    });
    const patched = await client.request('PATCH', `${path}/main`, { body: { is_primary: true, from_name: 'Acme' } });
    expect(patched).toMatchObject({ status: 200, body: { is_primary: true, from_name: 'Acme' } });
    const listed = await client.request('GET', path);
    expect(listed.body.data).toHaveLength(1);
    for (const { body } of [added, patched, listed]) expect(JSON.stringify(body)).not.toContain('secret-p');
    expect((await client.request('DELETE', `${path}/main`)).status).toBe(204);
    expect((await client.request('DELETE', `${path}/main`)).status).toBe(204);
    expect((await client.request('GET', path)).body).toEqual({
      data: [],
      page: { next_cursor: null, prev_cursor: null, has_more: false },
    });
  });
});

describe('a provider', () => {
  it('is tried out when it is saved, unless told not to', async () => {
    const refused = await post(smtp({}, { password: 'wrong' }));
    expect(refused).toMatchObject({ status: 422, body: { code: 'provider_rejected' } });
    expect(refused.body.detail).toContain('Invalid login');
    const saved = await post(smtp({}, { password: 'wrong' }), '?verify=false');
    expect(saved).toMatchObject({ status: 201, body: { verified_at: null } });
  });

  it('keeps its password when a change leaves it out', async () => {
    await post(smtp());
    const { host, port } = smtp().config;
    const put = await client.request('PUT', '/clients/me/providers', {
      body: [smtp({ config: { host, port, secure: false, username: 'u' } })],
    });
    expect(put.status).toBe(200);
    const patched = await client.request('PATCH', '/clients/me/providers/main', {
      body: { config: { require_tls: false } },
    });
    expect(patched).toMatchObject({ status: 200, body: { config: { host, port, require_tls: false } } });
    const tested = await client.request('POST', '/clients/me/providers/main/test', { body: { to: 'bob@example.com' } });
    expect(tested).toMatchObject({ status: 200, body: { status: 'sent' } });
    expect(sink.messages[0]).toMatchObject({ to: ['bob@example.com'], user: 'u' });
  });

  it('tells its password to no other server: where that changes, it is needed again', async () => {
    await post(smtp());
    const patch = (config: object) => client.request('PATCH', '/clients/me/providers/main', { body: { config } });
    const other = await SmtpSink.start({ auth: { user: 'u', pass: 'secret-p' } });
    for (const [config, because] of [
      [{ host: 'localhost' }, 'host changes'],
      [{ port: other.port }, 'port changes'],
      [{ host: 'localhost', port: other.port, username: null }, 'host and port change'],
    ] as const) {
      const { status, body } = await patch(config);
      const message = `is needed again, because ${because}: send it, or null in a PATCH to remove it`;
      expect([status, body.code, body.errors]).toEqual([
        422,
        'validation_failed',
        [{ field: 'config.password', message }],
      ]);
    }
    const { password: _, ...without } = smtp({}, { port: other.port }).config;
    const put = (config: object) => client.request('PUT', '/clients/me/providers', { body: [smtp({ config })] });
    const refused = await put(without);
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, '[0].config.password']);
    expect((await put({ ...without, password: 'secret-p' })).status).toBe(200);
    expect((await patch({ host: 'localhost', password: 'secret-p' })).status).toBe(200);
    // Where there is none, nothing can get out.
    expect((await patch({ host: '127.0.0.1', username: null, password: null })).status).toBe(200);
    expect((await patch({ host: 'localhost' })).status).toBe(200);
    expect(other.messages).toHaveLength(0);
    await other.stop();
  });

  it('tells its key to no other service either', async () => {
    const mailgun = (config: object) => ({ name: 'mg', provider_type: 'mailgun', config });
    const config = { api_key: 'key', webhook_signing_key: 'w', domain: 'mg.example.com' };
    const base = '/clients/me/providers';
    await client.request('POST', `${base}?verify=false`, { body: mailgun(config) });
    const patch = (body: object) => client.request('PATCH', `${base}/mg?verify=false`, { body: { config: body } });
    const refused = await patch({ base_url: 'https://evil.example' });
    // The signing key goes nowhere.
    expect([refused.status, refused.body.errors.map(({ field }: any) => field)]).toEqual([422, ['config.api_key']]);
    expect((await patch({ region: 'eu' })).status).toBe(200);
    expect((await patch({ base_url: 'https://mine.example', api_key: 'other' })).status).toBe(200);
  });

  it('is refused without what it cannot send without, verified or not', async () => {
    const base = '/clients/me/providers';
    const config = { domain: 'mg.example.com' };
    const without = { name: 'mg', provider_type: 'mailgun', config };
    const post = (query: string) => client.request('POST', `${base}${query}`, { body: without });
    const put = (body: object) => client.request('PUT', `${base}?verify=false`, { body: [body] });
    for (const [answer, field] of [
      [await post(''), 'config.api_key'],
      [await post('?verify=false'), 'config.api_key'],
      [await put(without), '[0].config.api_key'],
    ] as const) {
      expect([answer.status, answer.body.errors]).toEqual([422, [{ field, message: 'is required: none is stored' }]]);
    }
    expect((await put({ ...without, config: { ...config, api_key: 'key' } })).status).toBe(200);
    // The stored one is kept, and not to be taken away.
    expect((await put(without)).status).toBe(200);
    const taken = await client.request('PATCH', `${base}/mg?verify=false`, { body: { config: { api_key: null } } });
    expect([taken.status, taken.body.errors[0].field]).toEqual([422, 'config.api_key']);
  });

  it('loses no change of those that come at once', async () => {
    await post(smtp());
    const patch = (body: object) => client.request('PATCH', '/clients/me/providers/main', { body });
    for (let n = 1; n <= 5; n++) {
      const answers = await Promise.all([patch({ hourly_cap: n }), patch({ daily_cap: 100 + n })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const { body } = await client.request('GET', '/clients/me/providers');
      expect(body.data[0]).toMatchObject({ hourly_cap: n, daily_cap: 100 + n });
    }
  });

  it('says for how many it is meant and what it takes at most, until that is taken back', async () => {
    const caps = { is_bulk: true, max_recipients: 50, rate_limit_per_second: 14, hourly_cap: 2_000, daily_cap: 20_000 };
    expect((await post(smtp(caps))).body).toMatchObject(caps);
    const patched = await client.request('PATCH', '/clients/me/providers/main', {
      body: { is_bulk: false, hourly_cap: null, daily_cap: 10 },
    });
    const changed = { ...caps, is_bulk: false, hourly_cap: null, daily_cap: 10 };
    expect(patched).toMatchObject({ status: 200, body: changed });
    expect((await client.request('GET', '/clients/me/providers')).body.data[0]).toMatchObject(changed);
    const put = await client.request('PUT', '/clients/me/providers', { body: [smtp({ max_recipients: 7 })] });
    expect(put.body.data[0]).toMatchObject({ is_bulk: false, max_recipients: 7, daily_cap: null });
  });

  it('replaces the list in its order', async () => {
    await post(smtp({ name: 'old' }));
    const body = ['b', 'a'].map((name) => smtp({ name }));
    const put = await client.request('PUT', '/clients/me/email-providers', { body });
    expect(put.body.data.map(({ name }: any) => name)).toEqual(['b', 'a']);
    const primary = await client.request('PATCH', '/clients/me/providers/a', { body: { is_primary: true } });
    expect(primary.status).toBe(200);
    expect((await client.request('GET', '/clients/me/providers')).body.data.map(({ name }: any) => name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('stands encrypted in the database', async () => {
    await post(smtp());
    const [row] = await app.sql<{ config: string }>('select config from providers where client_id = $1', [client.id]);
    expect(row!.config).not.toContain('secret');
    expect(row!.config).not.toContain('127.0.0.1');
  });

  it('has a name of its own', async () => {
    await post(smtp());
    expect(await post(smtp())).toMatchObject({ status: 409, body: { code: 'name_taken' } });
    await post(smtp({ name: 'other' }));
    const renamed = await client.request('PATCH', '/clients/me/providers/other', { body: { name: 'main' } });
    expect(renamed).toMatchObject({ status: 409, body: { code: 'name_taken' } });
  });

  it("is not reachable with another tenant's key, nor with a scoped one", async () => {
    await post(smtp());
    const other = await app.client();
    expect((await other.request('PATCH', '/clients/me/providers/main', { body: {} })).status).toBe(404);
    const { request } = await client.login('alice');
    expect((await request('GET', '/clients/me/providers')).status).toBe(403);
  });

  it.each([
    ['an unknown type', () => smtp({ provider_type: 'pigeon' }), 'provider_type'],
    ['a cap that lets nothing through', () => smtp({ hourly_cap: 0 }), 'hourly_cap'],
    ['a rate that is no whole number', () => smtp({ rate_limit_per_second: 0.5 }), 'rate_limit_per_second'],
    ['a port that is none', () => smtp({}, { port: 0 }), 'config.port'],
    ['an unknown setting', () => smtp({}, { pool: true }), 'config.pool'],
    ['a host with a line break', () => smtp({}, { host: 'a\r\nb' }), 'config.host'],
    ['no config', () => ({ name: 'x', provider_type: 'smtp' }), 'config'],
    ['a password that is none', () => smtp({}, { password: 5 }), 'config.password'],
    [
      'a key that cannot sign',
      () => smtp({}, { dkim: { domain: 'example.com', selector: 'mail', private_key: 'garbage' } }),
      'config.dkim.private_key',
    ],
    [
      'a selector that is more than a name',
      () => smtp({}, { dkim: { domain: 'example.com', selector: 'a; x=y' } }),
      'config.dkim.selector',
    ],
  ])('refuses %s', async (_, body, field) => {
    const { status, body: problem } = await post(body());
    expect([status, problem.code]).toEqual([422, 'validation_failed']);
    expect(problem.errors.map((error: any) => error.field)).toContain(field);
  });

  it.each([
    ['an object', () => ({}), ''],
    ['nonsense in it', () => [smtp(), 5], '[1]'],
    ['a name twice', () => [smtp(), smtp()], '[1].name'],
  ])('refuses a list that is or has %s', async (_, body, field) => {
    const { status, body: problem } = await client.request('PUT', '/clients/me/providers', { body: body() });
    expect(status).toBe(422);
    expect(problem.errors[0].field).toContain(field);
  });
});

it('GET /providers lists each kind with its schema and limits, to master keys', async () => {
  const { status, body } = await client.request('GET', '/providers');
  expect(status).toBe(200);
  const kinds = body.data.map(({ channel, provider_type: type }: any) => `${channel} ${type}`);
  expect(kinds).toEqual(['email smtp', 'email mailgun', 'websocket websocket', 'webhook webhook']);
  const [mail, mailgun, socket] = body.data;
  expect(mail.config_schema).toMatchObject({ type: 'object', required: ['host', 'port', 'secure'] });
  expect(mail.config_schema.properties.dkim.properties.private_key.writeOnly).toBe(true);
  expect(mail.limits).toEqual({ max_batch: 1, in_flight: 20, max_attempts: 100 });
  expect(socket.config_schema).toBeNull();
  expect([mail, mailgun, socket].map(({ unknown_outcome }) => unknown_outcome)).toEqual([
    { policy: 'wait', wait_s: 900 },
    { policy: 'ask', wait_s: 1_800 },
    { policy: 'retry', wait_s: null },
  ]);
  const { request } = await client.login('alice');
  expect((await request('GET', '/providers')).status).toBe(403);
});

it('asks for an address of the channel when a provider is tried out', async () => {
  await post(smtp());
  const answer = await client.request('POST', '/clients/me/providers/main/test', { body: { to: 'nobody' } });
  expect([answer.status, answer.body.errors]).toEqual([422, [{ field: 'to', message: 'must be an email address' }]]);
});

describe('mail of a client without a provider', () => {
  it('goes through DEFAULT_PROVIDERS, where the operator has set some', async () => {
    const open = await SmtpSink.start();
    const config = { host: '127.0.0.1', port: open.port, secure: false };
    const own = await startApp({
      env: {
        // Which concerns what tenants name: the operator's server may well stand on a private address.
        EGRESS_ALLOW_PRIVATE: 'false',
        DEFAULT_PROVIDERS: JSON.stringify([
          { name: 'house', channel: 'email', provider_type: 'smtp', from_email: 'house@example.com', config },
        ]),
      },
    });
    const tenant = await own.client();
    const channels = { email: { subject: 's', text: 't' } };
    await tenant.request('POST', '/notifications', { body: { recipients: [{ email: 'b@example.com' }], channels } });
    const [mail] = await open.waitFor(1);
    expect(mail!.from).toBe('house@example.com');

    // Who shares an account gives it no commands.
    const headers = { 'X-SMTPAPI': '{"to":["victim@example.com"]}' };
    const body = { recipients: [{ email: 'b@example.com' }], channels: { email: { ...channels.email, headers } } };
    const commanding = await tenant.request('POST', '/notifications', { body });
    expect([commanding.status, commanding.body.errors[0].field]).toEqual([422, 'channels.email.headers.X-SMTPAPI']);
    // It was accepted for a provider of the client's own, which is gone when it is sent.
    const ownOne = { name: 'own', provider_type: 'smtp', from_email: 'own@example.com', config };
    const saved = await tenant.request('POST', '/clients/me/providers?verify=false', { body: ownOne });
    expect(saved.status).toBe(201);
    const scheduled_for = new Date(Date.now() + 3_600_000).toISOString();
    const later = await tenant.request('POST', '/notifications', { body: { ...body, scheduled_for } });
    expect(later.status).toBe(202);
    await tenant.request('DELETE', '/clients/me/providers/own');
    await own.sql(`update open_deliveries set next_attempt_at = now(), awake = true where client_id = $1`, [tenant.id]);
    const shown = await until('it to fail', async () => {
      const { body: found } = await tenant.request('GET', `/notifications/${later.body.id}`);
      return found.counts.failed === 1 ? found : null;
    });
    expect(shown.deliveries[0].attempts[0]).toMatchObject({ error_code: 'content_refused', provider: 'house' });
    expect(open.messages).toHaveLength(1);

    const refused = await tenant.request('POST', '/clients/me/providers', {
      body: { name: 'inside', channel: 'email', provider_type: 'smtp', config },
    });
    expect([refused.status, refused.body.code]).toEqual([422, 'provider_rejected']);
    await own.stop();
    await open.stop();
  });

  it('is no page of the API outside of embedded mode', async () => {
    expect((await app.request('GET', '/dev/mailbox')).status).toBe(404);
  });
});
