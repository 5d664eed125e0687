import { startApp, type TestApp } from '../support/app.js';

const TOKEN = 'metrics-token-of-the-test';

describe('/metrics', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp({ env: { METRICS_TOKEN: TOKEN, TRUST_PROXY: 'true' } });
  });

  afterAll(() => app.stop());

  const scrape = (headers: Record<string, string> = {}) => app.request<string>('GET', '//metrics', { headers });
  const away = { 'x-forwarded-for': '203.0.113.7' };

  it('shows the process, requests by route template, and the pool', async () => {
    const { id } = await app.client();
    await app.admin().request('GET', `/clients/${id}`);
    const { status, headers, body } = await scrape();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(body).toMatch(
      /^chatapi_http_request_duration_seconds_count\{method="GET",route="\/api\/v1\/clients\/:id",status="2xx"\} 1$/m,
    );
    expect(body).not.toContain(id);
    expect(body).toMatch(/^chatapi_database_connections\{state="idle"\} \d/m);
    expect(body).toMatch(/^process_cpu_seconds_total /m);
  });

  it('answers other machines only with the token', async () => {
    expect(await scrape(away)).toMatchObject({
      status: 401,
      body: expect.objectContaining({ code: 'unauthenticated' }),
    });
    expect(await scrape({ ...away, authorization: 'Bearer something-else' })).toMatchObject({ status: 401 });
    expect(await scrape({ ...away, authorization: `Bearer ${TOKEN}` })).toMatchObject({ status: 200 });
  });

  it('refuses a wrong token even from loopback, and pages in a browser', async () => {
    expect((await scrape({ authorization: 'Bearer something-else' })).status).toBe(401);
    expect((await scrape({ origin: 'https://evil.example' })).status).toBe(401);
  });

  it('takes no key of the API', async () => {
    expect((await scrape({ ...away, authorization: `Bearer ${app.admin().key}` })).status).toBe(401);
  });
});

describe('/metrics without TRUST_PROXY', () => {
  it('does not take what a proxy on this machine forwards for loopback', async () => {
    const app = await startApp();
    try {
      const forwarded = { 'x-forwarded-for': '127.0.0.1' };
      expect((await app.request('GET', '//metrics', { headers: forwarded })).status).toBe(401);
      expect((await app.request('GET', '//metrics')).status).toBe(200);
    } finally {
      await app.stop();
    }
  });
});
