import { startApp, type TestApp } from '../support/app.js';

describe('clients', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
  });
  afterAll(() => app.stop());

  it('are made by the operator with a master key that works', async () => {
    const { status, body } = await app.admin().request('POST', '/clients', { body: { name: 'Acme' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      name: 'Acme',
      slug: 'acme',
      is_active: true,
      limits: { messages_per_user_per_minute: 600 },
      settings: { key_ttl_s: null },
      allowed_origins: [],
      created_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      updated_at: expect.any(String),
      master_api_key: expect.stringMatching(/^ck_master_[a-z0-9]{12}_[a-z0-9]{12}_[0-9A-Za-z]{49}$/),
    });
    const me = await app.request('GET', '/clients/me', { key: body.master_api_key });
    const { master_api_key: _, ...client } = body;
    expect(me).toMatchObject({ status: 200, body: { type: 'client', client } });
  });
});
