import { until } from '../support/until.js';
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

  it('counts deliveries, attempts, refusals and administrative changes, by labels that are few', async () => {
    const client = await app.client({ limits: { quotas: { deliveries_per_client: { per_day: 1 } } } });
    const notify = () =>
      client.request('POST', '/notifications', {
        body: { recipients: [{ user_id: 'ann' }], channels: { websocket: { title: 't' } } },
      });
    expect([(await notify()).status, (await notify()).status]).toEqual([202, 429]);
    const body = await until('the delivery', async () => {
      const page = (await scrape()).body;
      return page.includes('chatapi_deliveries_total{channel="websocket",status="sent"} 1') && page;
    });
    expect(body).toContain('chatapi_delivery_attempts_total{channel="websocket",outcome="sent"} 1');
    expect(body).toContain('chatapi_delivery_seconds_count{channel="websocket",stage="sent"} 1');
    expect(body).toMatch(/^chatapi_delivery_counts_waiting \d+$/m);
    expect(body).toContain('chatapi_rate_limited_total{policy="deliveries-day"} 1');
    expect(body).toMatch(/^chatapi_audit_lines_total\{action="client.create"\} \d+$/m);
    expect(body).toMatch(/^chatapi_log_reader_lag_seconds\{reader="activity"\} /m);
    expect(body).not.toContain(client.id);
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
