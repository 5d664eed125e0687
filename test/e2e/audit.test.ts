import { oneApp } from '../support/one-app.js';
import type { TestClient } from '../support/app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const shared = oneApp();
const app = () => shared.app;

/** Routes of master and admin keys that change something, but nothing of the administration. */
const NOT_ADMINISTRATION = [
  'POST /api/v1/auth/login',
  'POST /api/v1/auth/logout',
  // What they write is the client's data.
  'POST /api/v1/users/batch',
  'PUT /api/v1/users/{user_id}',
  'PUT /api/v1/rooms/{room_id}/lifecycle',
  'PATCH /api/v1/reports/{id}',
  // They change nothing.
  'POST /api/v1/webhooks/rules/test',
  'POST /api/v1/webhooks/endpoints/{id}/test',
  'POST /api/v1/clients/me/providers/{name}/test',
  'POST /api/v1/clients/me/email-providers/{name}/test',
];

describe('the audit log', () => {
  let client: TestClient;
  beforeEach(async () => {
    client = await app().client({ name: 'Audited' });
  });

  const linesOf = async (query = '', key = client.key) => {
    const { status, body } = await app().request('GET', `/audit${query}`, { key });
    expect(status).toBe(200);
    return body.data;
  };
  const provider = (more: object = {}) => ({
    name: 'main',
    provider_type: 'smtp',
    from_email: 'a@example.com',
    config: { host: 'smtp.example.com', port: 587, secure: false, username: 'u', password: 'hunter2-hunter2' },
    ...more,
  });

  it('is declared by every route that changes the administration', async () => {
    const { body: document } = await app().request('GET', '/openapi.json');
    const undeclared = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
      Object.entries<any>(methods).flatMap(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path}`;
        const administers = ['master', 'admin'].includes(operation['x-access']) && method !== 'get';
        return administers && !operation['x-audit'] ? [name] : [];
      }),
    );
    expect(undeclared.filter((name) => !NOT_ADMINISTRATION.includes(name))).toEqual([]);
  });

  it('has one line for each change, in its order, and none for what changed nothing', async () => {
    const path = '/clients/me/email-providers';
    await client.request('POST', `${path}?verify=false`, { body: provider() });
    await client.request('PATCH', `${path}/main?verify=false`, { body: { from_name: 'Shop' } });
    await client.request('PUT', `${path}?verify=false`, { body: [provider({ name: 'other' })] });
    await client.request('DELETE', `${path}/other`);
    await client.request('DELETE', `${path}/other`);
    const { body: key } = await client.request('POST', '/clients/me/keys', { body: { name: 'second' } });
    await client.request('DELETE', `/clients/me/keys/${key.id}`);
    await client.request('DELETE', `/clients/me/keys/${key.id}`);
    await client.request('POST', '/clients/me/keys/0199c2d4-7e1a-7000-8000-000000000000/rotate', { body: {} });
    await client.request('PATCH', '/clients/me', { body: { name: 'Renamed' } });
    await client.request('POST', '/clients/me/signing-secret/rotate', { body: {} });
    await client.request('PUT', '/users/mal', { body: {} });
    await client.request('PUT', '/users/mal/ban', { body: { reason: 'spam' } });
    await client.request('DELETE', '/users/mal/ban');
    await client.request('PUT', '/clients/me/word-lists', { body: [{ name: 'w', words: ['x'], action: 'flag' }] });

    const lines = await linesOf();
    expect(lines.map(({ action, subject }: any) => [action, subject]).toReversed()).toEqual([
      ['client.create', client.id],
      ['provider.create', 'main'],
      ['provider.update', 'main'],
      ['provider.replace', 'email'],
      ['provider.delete', 'other'],
      ['key.create', key.id],
      ['key.revoke', key.id],
      ['client.update', client.id],
      ['signing_secret.rotate', client.id],
      ['user.ban', 'mal'],
      ['user.unban', 'mal'],
      ['word_lists.replace', client.id],
    ]);
    const update = lines.find(({ action }: any) => action === 'provider.update');
    expect(update).toMatchObject({
      client_id: client.id,
      actor: { type: 'key', id: expect.any(String) },
      before: { from_name: null },
      after: { from_name: 'Shop', config: { host: 'smtp.example.com' } },
      ip: '127.0.0.1',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(lines.find(({ action }: any) => action === 'user.ban').after).toMatchObject({ ban_reason: 'spam' });
    const text = JSON.stringify(lines);
    for (const secret of ['hunter2', 'whsec_', client.key, key.api_key]) expect(text).not.toContain(secret);
  });

  it('has one line for each change of what is delivered, and none for what changed nothing', async () => {
    const receiver = await Receiver.start(() => ({ status: 500 }));
    const call = async (method: string, path: string, body?: object) => {
      const answer = await client.request(method, path, body ? { body } : {});
      expect([method, path, answer.status < 300]).toEqual([method, path, true]);
      return answer.body;
    };
    const twice = async (method: string, path: string, body?: object) => {
      await call(method, path, body);
      return call(method, path, body);
    };
    const secret = 'a-secret-of-the-source';
    const suppression = await call('POST', '/suppressions', { address: 'gone@example.com', reason: 'bounce' });
    await client.request('POST', '/suppressions/import', {
      body: 'address\nother@example.com',
      headers: { 'content-type': 'text/csv' },
    });
    await twice('DELETE', `/suppressions/${suppression.id}`);

    const endpoint = await call('POST', '/webhooks/endpoints', {
      url: receiver.url,
      headers: { 'X-Key': 'hidden-value' },
    });
    const endpoints = `/webhooks/endpoints/${endpoint.id}`;
    await call('PATCH', endpoints, { description: 'changed' });
    const rotated = await call('POST', `${endpoints}/rotate-secret`, {});
    await call('POST', `${endpoints}/recover`, { since: new Date(Date.now() - 60_000).toISOString() });
    await twice('POST', `${endpoints}/disable`);
    await twice('POST', `${endpoints}/enable`);
    await twice('DELETE', endpoints);

    const source = await call('POST', '/webhooks/sources', { name: 'S', verification: { template: 'github', secret } });
    const rule = await call('POST', '/webhooks/rules', {
      source_id: source.id,
      name: 'R',
      actions: [{ type: 'create_room', params: { room_type: 'support' } }],
    });
    await call('PATCH', `/webhooks/rules/${rule.id}`, { enabled: false });
    await twice('DELETE', `/webhooks/rules/${rule.id}`);
    await call('PATCH', `/webhooks/sources/${source.id}`, { tolerance_s: 60 });
    await call('POST', `/webhooks/sources/${source.id}/replay`, { from: new Date(Date.now() - 60_000).toISOString() });
    await twice('DELETE', `/webhooks/sources/${source.id}`);

    const channels = { webhook: { url: receiver.url, payload: {} } };
    const notification = { channels, max_retry_attempts: 0 };
    await call('POST', '/notifications/batch', { notifications: [notification, notification] });
    const [failed, aside] = await until('them to fail', async () => {
      const { data } = await call('GET', '/deliveries?status=failed');
      return data.length === 2 && data;
    });
    receiver.respond(() => 'hang');
    const again = await twice('POST', `/deliveries/${failed.id}/resend`);
    expect(again.resend_of).toBe(failed.id);
    await twice('POST', `/deliveries/${aside.id}/discard`);
    const recovery = await call('POST', '/recoveries', { filter: { tag: 'none' } });
    await until('it to end', async () => (await call('GET', `/recoveries/${recovery.id}`)).status === 'completed');
    await app().sql(
      `update recoveries set status = 'running', next_at = clock_timestamp() + interval '1 hour' where id = $1`,
      [recovery.id],
    );
    await twice('POST', `/recoveries/${recovery.id}/cancel`);
    await receiver.stop();

    const lines = (await linesOf('?limit=100')).toReversed().slice(1);
    expect(lines.map(({ action, subject }: any) => [action, subject])).toEqual([
      ['suppression.create', suppression.id],
      ['suppression.import', expect.any(String)],
      ['suppression.delete', suppression.id],
      ['endpoint.create', endpoint.id],
      ['endpoint.update', endpoint.id],
      ['endpoint.rotate_secret', endpoint.id],
      ['endpoint.recover', endpoint.id],
      ['endpoint.disable', endpoint.id],
      ['endpoint.enable', endpoint.id],
      ['endpoint.delete', endpoint.id],
      ['source.create', source.id],
      ['rule.create', rule.id],
      ['rule.update', rule.id],
      ['rule.delete', rule.id],
      ['source.update', source.id],
      ['source.replay', source.id],
      ['source.delete', source.id],
      ['delivery.resend', failed.id],
      ['delivery.discard', aside.id],
      ['recovery.create', recovery.id],
      ['recovery.cancel', recovery.id],
    ]);
    const text = JSON.stringify(lines);
    for (const hidden of [secret, endpoint.secret, rotated.secret, 'hidden-value']) expect(text).not.toContain(hidden);
    const { body: document } = await app().request('GET', '/openapi.json');
    const declared = Object.values<any>(document.paths).flatMap((methods) =>
      Object.values<any>(methods).flatMap((operation) => operation['x-audit'] ?? []),
    );
    const delivery = declared.filter((action: string) =>
      /^(suppression|endpoint|source|rule|recovery|delivery)\./.test(action),
    );
    expect(new Set(lines.map(({ action }: any) => action))).toEqual(new Set(delivery));
  });

  it('is of one transaction with the change', async () => {
    const [{ n: before }] = await app().sql('select count(*)::int as n from audit_log where client_id = $1', [
      client.id,
    ]);
    const options = { headers: { 'idempotency-key': 'once' }, body: { name: 'k' } };
    await client.request('POST', '/clients/me/keys', options);
    const again = await client.request('POST', '/clients/me/keys', options);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const refused = await client.request('PATCH', '/clients/me/providers/none', { body: { from_name: 'x' } });
    expect(refused.status).toBe(404);
    const [{ n: after }] = await app().sql('select count(*)::int as n from audit_log where client_id = $1', [
      client.id,
    ]);
    expect(after - before).toBe(1);
  });

  it('shows each client its own, what the operator did among it, and the operator all', async () => {
    await app()
      .admin()
      .request('PATCH', `/clients/${client.id}`, { body: { limits: { sockets_per_user: 3 } } });
    await app().admin().request('POST', `/clients/${client.id}/suspend`);
    await app().admin().request('POST', `/clients/${client.id}/reactivate`);
    const other = await app().client();
    const own = await linesOf();
    expect(own.map(({ action, actor }: any) => [action, actor.type])).toEqual([
      ['client.reactivate', 'admin'],
      ['client.suspend', 'admin'],
      ['client.update', 'admin'],
      ['client.create', 'admin'],
    ]);
    expect(own[2].after.limits.sockets_per_user).toBe(3);
    expect((await linesOf('', other.key)).map(({ client_id }: any) => client_id)).toEqual([other.id]);
    const all = await linesOf('?limit=100', app().admin().key);
    expect(new Set(all.map(({ client_id }: any) => client_id))).toEqual(
      new Set([...all.map(({ client_id }: any) => client_id), client.id, other.id]),
    );
  });

  it('is filtered by who, what and when, and pages', async () => {
    const { body: key } = await client.request('POST', '/clients/me/keys', { body: { name: 'k' } });
    await app().request('PATCH', '/clients/me', { key: key.api_key, body: { name: 'By another' } });
    const [update] = await linesOf('?action=client.update');
    expect(update.actor).toEqual({ type: 'key', id: key.id });
    expect((await linesOf(`?actor=${key.id}`)).map(({ action }: any) => action)).toEqual(['client.update']);
    expect((await linesOf('?actor=admin')).map(({ action }: any) => action)).toEqual(['client.create']);
    expect(await linesOf('?action=client.*')).toHaveLength(2);
    expect(await linesOf(`?from=${update.at}`)).toHaveLength(1);
    expect(await linesOf(`?to=${update.at}`)).toHaveLength(2);
    const { body: first } = await client.request('GET', '/audit?limit=2');
    expect(first.page.has_more).toBe(true);
    const { body: rest } = await client.request('GET', `/audit?limit=2&cursor=${first.page.next_cursor}`);
    expect([...first.data, ...rest.data]).toHaveLength(3);
    const refused = await client.request('GET', '/audit?from=yesterday');
    expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'from']);
  });
});
