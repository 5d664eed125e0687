import { startApp, type TestApp } from '../support/app.js';
import { closeSockets, connect } from '../support/socket.js';

const NOBODY = '0199c2d4-7e1a-7000-8000-000000000000';

describe('clients', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());
  afterEach(closeSockets);

  it('are made by the operator with a master key that works', async () => {
    const { status, body } = await app.admin().request('POST', '/clients', { body: { name: 'Acme' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      name: 'Acme',
      slug: 'acme',
      is_active: true,
      limits: {
        messages_per_user_per_minute: 600,
        reactions_per_user_per_minute: 600,
        typing_per_user_per_minute: 300,
        pings_per_user_per_minute: 600,
        burst_per_user_per_second: 0,
        cooldown_s: 0,
        sockets_per_user: 100,
        sockets_per_client: 100_000,
        quotas: {},
      },
      settings: expect.objectContaining({ key_ttl_s: null, undelete_days: 30 }),
      allowed_origins: [],
      created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      updated_at: expect.any(String),
      master_api_key: expect.stringMatching(/^ck_master_[a-z0-9]{12}_[a-z0-9]{12}_[0-9A-Za-z]{49}$/),
    });
    const me = await app.request('GET', '/clients/me', { key: body.master_api_key });
    const { master_api_key: _, ...client } = body;
    expect(me).toMatchObject({ status: 200, body: { type: 'client', client } });
  });

  it('may share a name, and get slugs of their own from it', async () => {
    const made = await Promise.all([1, 2, 3].map(() => app.client({ name: 'Ünïcode & Söhne GmbH' })));
    const slugs = made.map(({ slug }) => slug);
    expect(slugs).toContain('unicode-sohne-gmbh');
    expect(new Set(slugs).size).toBe(3);
    expect((await app.client({ name: '日本' })).slug).toMatch(/^日本/);
    expect((await app.client({ name: '🙂' })).slug).toMatch(/^client/);
  });

  it('are the operator’s alone to make, list and change', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    for (const key of [client.key, alice.key]) {
      for (const [method, path] of [
        ['POST', '/clients'],
        ['GET', '/clients'],
        ['GET', `/clients/${client.id}`],
        ['PATCH', `/clients/${client.id}`],
        ['POST', `/clients/${client.id}/suspend`],
      ] as const) {
        // Without a valid body: refused before anything is looked at.
        expect(await app.request(method, path, { key })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      }
    }
    expect(await app.request('GET', '/clients')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });

  it('are listed in pages, forward and back', async () => {
    const { request } = app.admin();
    for (let i = 0; i < 3; i++) await app.client();
    const first = (await request('GET', '/clients?limit=2')).body;
    expect(first.page).toEqual({ next_cursor: expect.any(String), prev_cursor: null, has_more: true });
    const second = (await request('GET', `/clients?limit=2&cursor=${first.page.next_cursor}`)).body;
    expect(second.data[0].id > first.data[1].id).toBe(true);
    const back = (await request('GET', `/clients?limit=2&cursor=${second.page.prev_cursor}`)).body;
    expect(back.data).toEqual(first.data);
  });

  it('change name, limits, settings and origins', async () => {
    const client = await app.client();
    const patch = (body: object) => app.admin().request('PATCH', `/clients/${client.id}`, { body });
    const { body } = await patch({
      name: 'Renamed',
      limits: { messages_per_user_per_minute: 7 },
      settings: { key_ttl_s: 3600 },
      allowed_origins: ['HTTPS://App.Example.com:443/', 'capacitor://localhost'],
    });
    expect(body).toMatchObject({
      name: 'Renamed',
      slug: client.slug,
      limits: { messages_per_user_per_minute: 7 },
      settings: { key_ttl_s: 3600 },
      allowed_origins: ['https://app.example.com', 'capacitor://localhost'],
    });
    expect((await patch({ limits: { messages_per_user_per_minute: null } })).body).toMatchObject({
      name: 'Renamed',
      limits: { messages_per_user_per_minute: 600 },
      settings: { key_ttl_s: 3600 },
    });
    expect((await app.admin().request('GET', `/clients/${client.id}`)).body.allowed_origins).toHaveLength(2);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{ name: null }, 'name'],
    [{ limits: { messages_per_user_per_minute: 0 } }, 'limits.messages_per_user_per_minute'],
    [{ limits: { rooms: 1 } }, 'limits.rooms'],
    [{ settings: { theme: 'dark' } }, 'settings.theme'],
    [{ allowed_origins: ['https://a.example/path'] }, 'allowed_origins[0]'],
    [{ allowed_origins: ['https://ok.example', '*'] }, 'allowed_origins[1]'],
    [{ is_active: false }, 'is_active'],
  ])('refuse %j by name', async (body, field) => {
    const client = await app.client();
    const answer = await app.admin().request('PATCH', `/clients/${client.id}`, { body });
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('change their own name, settings and origins, by PATCH and PUT, but not their limits', async () => {
    const client = await app.client();
    expect((await client.request('PATCH', '/clients/me', { body: { name: 'Mine' } })).body.name).toBe('Mine');
    expect((await client.request('PUT', '/clients/me', { body: { name: 'Yours' } })).body.name).toBe('Yours');
    const raised = await client.request('PATCH', '/clients/me', {
      body: { limits: { messages_per_user_per_minute: 9 } },
    });
    expect(raised).toMatchObject({ status: 422, body: { errors: [{ field: 'limits' }] } });
    const alice = await client.login('alice');
    expect((await alice.request('PATCH', '/clients/me', { body: { name: 'Hers' } })).status).toBe(403);
  });

  it('are 404 when there is none', async () => {
    for (const id of [NOBODY, 'nobody', '%27']) {
      expect((await app.admin().request('GET', `/clients/${id}`)).status).toBe(404);
      expect((await app.admin().request('POST', `/clients/${id}/suspend`)).status).toBe(404);
    }
  });

  it('are shown to a scoped key as id and name only', async () => {
    const client = await app.client({ name: 'Acme', settings: { key_ttl_s: 600 } });
    const alice = await client.login('alice', { device_id: 'phone' });
    const { body } = await alice.request('GET', '/clients/me');
    expect(body).toMatchObject({
      type: 'scoped_key',
      scoped_key: { id: alice.key_id, user_id: 'alice', device_id: 'phone', issued_by: 'login' },
    });
    expect(body.client).toEqual({ id: client.id, name: 'Acme' });
    expect(JSON.stringify(body)).not.toContain('secret');
  });

  it('are suspended and reactivated, with every key of theirs', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    const sockets = [await connect(app, client.key), await connect(app, alice.key)];
    const bystander = await connect(app, (await app.client()).key);
    await app.admin().request('PATCH', `/clients/${client.id}`, { body: { name: 'Late payer' } });
    for (const socket of sockets) expect(await socket.get('ping', {})).toBeDefined();
    expect((await app.admin().request('POST', `/clients/${client.id}/suspend`)).body.is_active).toBe(false);
    for (const socket of sockets) expect(await socket.waitForEnd()).toBe('io server disconnect');
    expect(await bystander.get('ping', {})).toBeDefined();
    for (const key of [client.key, alice.key]) {
      const answer = await app.request('GET', '/clients/me', { key });
      expect(answer).toMatchObject({ status: 403, body: { code: 'client_suspended' } });
    }
    expect((await app.admin().request('POST', `/clients/${client.id}/reactivate`)).body.is_active).toBe(true);
    expect((await alice.request('GET', '/clients/me')).status).toBe(200);
  });

  it('sign with a secret of their own, which rotates with an overlap', async () => {
    const client = await app.client();
    const before = (await client.request('GET', '/clients/me/signing-secret')).body;
    expect(before).toEqual({
      secret: expect.stringMatching(/^whsec_[0-9A-Za-z+/]{43}=$/),
      previous_secret: null,
      previous_expires_at: null,
    });
    const rotate = (body?: object) => client.request('POST', '/clients/me/signing-secret/rotate', { body });
    const after = (await rotate({ overlap_s: 60 })).body;
    expect(after).toMatchObject({ previous_secret: before.secret, previous_expires_at: expect.any(String) });
    expect(after.secret).not.toBe(before.secret);
    expect((await rotate({ overlap_s: 0 })).body.previous_secret).toBeNull();
    expect((await rotate()).body.previous_secret).not.toBeNull();
    const alice = await client.login('alice');
    expect((await alice.request('GET', '/clients/me/signing-secret')).status).toBe(403);
  });
});
