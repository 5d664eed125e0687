import { startApp, type TestApp } from '../support/app.js';
import { basic, queuesOf } from '../support/queue-board.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';

describe.each(['postgres', 'redis'])('the queue board on %s', (backend) => {
  let app: TestApp;
  let redis: TestRedis | undefined;
  let key: string;

  beforeAll(async () => {
    redis = backend === 'redis' ? await TestRedis.start() : undefined;
    app = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '5', ...(redis && { REDIS_URL: redis.url }) } });
    key = app.admin().key;
  });

  afterAll(async () => {
    await app.stop();
    await redis?.stop();
  });

  const get = (path: string, headers: Record<string, string> = {}) =>
    app.request('GET', `//admin/queues${path}`, { headers });

  it('shows the queues to who has the admin key', async () => {
    const page = await get('', basic(key));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const shown = await queuesOf(app);
    expect(shown.map(({ name }) => name).toSorted()).toEqual([
      'deliveries',
      'housekeeping',
      'inbound-events',
      'link-previews',
    ]);
    // What every application has waiting for its time, or has in hand just then.
    const jobs = async () => {
      const found = await Promise.all(['delayed', 'active'].map((state) => queuesOf(app, 'housekeeping', state)));
      return found.flatMap((queues) =>
        queues.find(({ name }) => name === 'housekeeping')!.jobs.map(({ name }) => name),
      );
    };
    const KINDS = [
      'analytics-pruning',
      'audit-pruning',
      'auth-changes-pruning',
      'former-queues',
      'idempotency-pruning',
      'keys-pruning',
      'ledger-watch',
      'lifecycle',
      'membership-changes-pruning',
      'messages-purging',
      'notifications-pruning',
      'partitions',
      'provider-events',
      'queue-health',
      'system-report',
      'truncation-purging',
    ];
    const seen = new Set<string>();
    await until('the jobs to be made', async () => {
      for (const name of await jobs()) seen.add(name);
      return seen.size >= KINDS.length;
    });
    expect([...seen].toSorted()).toEqual(KINDS);
    const { body } = await app.request<string>('GET', '//metrics');
    const counted = [...body.matchAll(/^chatapi_queue_jobs\{queue="housekeeping",kind="([\w-]+)",state="delayed"\}/gm)];
    expect(counted.map(([, kind]) => kind).toSorted()).toEqual(KINDS);
  });

  it('asks for the password, on its pages, files and actions alike', async () => {
    for (const path of ['', '/', '/api/queues', '/static/js/main.js', '/queue/deliveries']) {
      const { status, headers } = await get(path);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toContain('Basic');
    }
    const put = await app.request('PUT', '//admin/queues/api/queues/deliveries/pause', { headers: basic('wrong') });
    expect(put.status).toBe(401);
  });

  it("refuses other sites' pages, whose requests carry the password too", async () => {
    const headers = { ...basic(key), 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await app.request('PUT', '//admin/queues/api/queues/deliveries/pause', { headers })).status).toBe(403);
  });

  it('slows down who tries passwords out; the right one still passes', async () => {
    const statuses = new Set<number>();
    for (let i = 0; i < 8; i++) statuses.add((await get('', basic(`wrong-${i}`))).status);
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([401, 429]);
    expect((await get('', basic(key))).status).toBe(200);
  });
});
