import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { until } from '../support/until.js';
import { startApp, type TestApp } from '../support/app.js';
import { SENDERS } from '../support/senders.js';

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

  it('has every metric that boards and alerts name', async () => {
    const files = ['docker/grafana/dashboards/chatapi.json', 'docker/prometheus/rules.yml'];
    const text = files.map((file) => readFileSync(join(__dirname, '../..', file), 'utf8')).join('\n');
    const named = new Set(text.match(/\b(?:chatapi|process|nodejs)_[a-z\d_]+/g));
    const { body } = await scrape();
    const known = new Set([...body.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!));
    expect(named.size).toBeGreaterThan(25);
    const isKnown = (name: string) => known.has(name) || known.has(name.replace(/_(bucket|count|sum)$/, ''));
    expect([...named].filter((name) => !isKnown(name))).toEqual([]);
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

  it('counts what comes in and what that causes, what is open, and providers that are left alone, by labels that nobody names', async () => {
    const client = await app.client();
    const make = async (path: string, body: object) => {
      const answer = await client.request('POST', path, { body });
      expect([path, answer.status, answer.body.detail]).toEqual([path, answer.status, undefined]);
      return answer.body;
    };
    const github = SENDERS.github!;
    const source = await make('/webhooks/sources', { name: 'zebra source', verification: github.verification });
    const actions = [
      { type: 'create_room', params: { room_type: 'group', name: 'zebra room' } },
      { type: 'send_message', params: { content: 'zebra' } },
      { type: 'send_message', params: { content: { $jsonata: '$error("zebra")' } } },
    ];
    await make('/webhooks/rules', { source_id: source.id, name: 'zebra rule', actions });
    const path = `/${new URL(source.url).pathname}`;
    const { headers, body } = github.sign({ action: 'zebra' }, { id: 'zebra-1' });
    for (let n = 0; n < 2; n++) expect((await app.request('POST', path, { headers, body })).status).toBe(202);
    await app.request('POST', path, { headers: { ...headers, 'x-hub-signature-256': 'sha256=00' }, body });
    const config = { host: '127.0.0.1', port: 1, secure: false };
    const down = { name: 'zebra', provider_type: 'smtp', from_email: 'zebra@example.com', config };
    await make('/clients/me/providers?verify=false', down);
    const mail = { recipients: [{ email: 'zebra@example.com' }], channels: { email: { subject: 'zebra', text: 't' } } };
    for (let n = 0; n < 5; n++) await make('/notifications', { ...mail, tags: ['zebra'], category: 'zebra' });
    await make('/notifications', { ...mail, scheduled_for: new Date(Date.now() + 3_600_000).toISOString() });
    const wanted = [
      'chatapi_inbound_events_total{outcome="stored"} 1',
      'chatapi_inbound_events_total{outcome="duplicate"} 1',
      'chatapi_inbound_events_total{outcome="refused"} 1',
      'chatapi_rule_actions_total{action="create_room",outcome="done"} 1',
      'chatapi_rule_actions_total{action="send_message",outcome="done"} 1',
      'chatapi_rule_actions_total{action="send_message",outcome="failed"} 1',
      'chatapi_messages_sent_total 1',
      'chatapi_provider_breakers_opened_total{channel="email",provider_type="smtp"} 1',
      'chatapi_deliveries_open{status="pending"} 1',
    ];
    let page = '';
    const missing = async () => {
      page = (await scrape()).body;
      return wanted.filter((line) => !page.includes(`${line}\n`));
    };
    await until('them to be counted', async () => (await missing()).length === 0).catch(() => undefined);
    expect(await missing()).toEqual([]);
    expect(page).not.toContain('zebra');
    for (const { id } of [client, source]) expect(page).not.toContain(id);
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
    // Of a proxy that says for whom, it is known who asks; of one that doesn't, it is not.
    expect((await scrape({ 'x-forwarded-for': '127.0.0.1', via: '1.1 proxy' })).status).toBe(200);
    expect((await scrape({ 'x-real-ip': '203.0.113.7' })).status).toBe(401);
  });

  it('takes no key of the API', async () => {
    expect((await scrape({ ...away, authorization: `Bearer ${app.admin().key}` })).status).toBe(401);
  });
});

const statusFor = (url: string, host: string) =>
  new Promise<number | undefined>((resolve, reject) =>
    get(url, { headers: { host } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject),
  );

describe('/metrics without TRUST_PROXY', () => {
  it('does not take what a proxy on this machine forwards for loopback', async () => {
    const app = await startApp();
    try {
      const added = { forwarded: 'for=127.0.0.1', 'x-forwarded-host': 'localhost', via: '1.1 proxy' };
      for (const pair of Object.entries({ ...added, 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' })) {
        const headers = Object.fromEntries([pair]);
        expect([headers, (await app.request('GET', '//metrics', { headers })).status]).toEqual([headers, 401]);
      }
      // fetch sends no Host of one's own. By the machine's name, as Prometheus asks, and by one that was made to lead here.
      const { port } = new URL(app.url);
      const asked = (host: string) => statusFor(`${app.url}/metrics`, host);
      expect(await asked('evil.example')).toBe(401);
      expect([await asked(`localhost:${port}`), await asked(`127.0.0.1:${port}`)]).toEqual([200, 200]);
      expect((await app.request('GET', '//metrics')).status).toBe(200);
    } finally {
      await app.stop();
    }
  });
});
