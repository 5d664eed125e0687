import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { oneApp } from '../support/one-app.js';
import { Receiver, type ReceivedRequest } from '../support/receiver.js';
import { until } from '../support/until.js';

const the = oneApp();
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(() => receiver.stop());
beforeEach(() => receiver.respond(() => ({ status: 200 })));

const call = async (method: string, path: string, body?: object, status = 200): Promise<any> => {
  const answer = await the.client.request(method, path, body ? { body } : {});
  expect([method, path, answer.status, answer.body?.detail]).toEqual([method, path, status, answer.body?.detail]);
  return answer.body;
};
const freshPath = () => `/n${randomUUID()}`;
/** Of events it hears none. */
const endpoint = (more: object = {}) =>
  call(
    'POST',
    '/webhooks/endpoints',
    { url: receiver.url + freshPath(), event_types: ['endpoint.test'], ...more },
    201,
  );
const arrivedAt = ({ url }: { url: string }) => receiver.requests.filter(({ path }) => url.endsWith(path));
const arrive = (at: { url: string }, count = 1): Promise<ReceivedRequest[]> =>
  until(`${count} requests`, () => arrivedAt(at).length >= count && arrivedAt(at));
const verified = ({ headers, body }: ReceivedRequest, secret: string) =>
  new Webhook(secret).verify(body.toString(), headers as Record<string, string>);

const webhook = (endpoint_id: string, payload: object = { order: 17 }) => ({
  channels: { webhook: { endpoint_id, payload } },
});
const notify = (to: { id: string }, more: object = {}, status = 202) =>
  call('POST', '/notifications', { ...webhook(to.id), ...more }, status);
const deliveriesOf = async (id: string): Promise<any[]> => (await call('GET', `/notifications/${id}/deliveries`)).data;
const becomes = (id: string, status: string) =>
  until(`a delivery that is ${status}`, async () => (await deliveriesOf(id)).find((one) => one.status === status));
/** The times of its deliveries have come. */
const hurry = (id: string) =>
  the.app.sql(
    `update open_deliveries set next_attempt_at = clock_timestamp(), awake = status <> 'held' where source_id = $1`,
    [id],
  );
const lanesOf = (id: string) => the.app.sql<{ lane: string }>('select lane from deliveries where source_id = $1', [id]);

describe('a notification to an endpoint', () => {
  it('goes to its URL, with its headers, signed with its secret, in its lane', async () => {
    const to = await endpoint({ headers: { 'X-Tenant': 'acme' } });
    const { id } = await notify(to);
    const [request] = (await arrive(to)) as [ReceivedRequest];
    expect(verified(request, to.secret)).toEqual({ order: 17 });
    expect(request.body.toString()).toBe('{"order":17}');
    const { secret: clients } = await call('GET', '/clients/me/signing-secret');
    expect(() => verified(request, clients)).toThrow();
    expect(request.headers['x-tenant']).toBe('acme');
    const delivery = await becomes(id, 'delivered');
    expect(request.headers['webhook-id']).toBe(delivery.id);
    expect(delivery).toMatchObject({ channel: 'webhook', recipient: { address: to.url }, attempt_count: 1 });
    expect(await lanesOf(id)).toEqual([{ lane: `webhook:endpoint/${to.id}` }]);
    const [stored] = await the.app.sql('select channels::text as text from notifications where id = $1', [id]);
    expect(stored.text).not.toMatch(/whsec_|acme/);
  });

  it('is simulated, sent in a batch, and comes in its turn of an order', async () => {
    const to = await endpoint();
    const simulated = await notify(to, { simulate: true }, 200);
    expect(simulated.deliveries).toMatchObject([{ recipient: { address: to.url }, provider: 'webhook' }]);
    const { results } = await call(
      'POST',
      '/notifications/batch',
      { notifications: [webhook(to.id, { n: 1 }), webhook(randomUUID(), { n: 2 }), webhook(to.id, { n: 3 })] },
      202,
    );
    expect(results.map(({ status }: any) => status)).toEqual([202, 422, 202]);
    const { id } = await call(
      'POST',
      '/notifications',
      {
        recipients: [{ user_id: 'away' }],
        channels: { websocket: { title: 'T' }, webhook: { endpoint_id: to.id, payload: { n: 4 } } },
        strategy: 'fallback',
        fallback: [{ channel: 'websocket', within_s: 0 }, { channel: 'webhook' }],
      },
      202,
    );
    await becomes(id, 'delivered');
    const bodies = (await arrive(to, 3)).map((request) => verified(request, to.secret));
    expect(bodies.map(({ n }: any) => n).toSorted()).toEqual([1, 3, 4]);
  });

  it('is refused by the name of the field where there is no such endpoint, or more than one place to go', async () => {
    const to = await endpoint();
    const disabled = await endpoint();
    await call('POST', `/webhooks/endpoints/${disabled.id}/disable`);
    const removed = await endpoint();
    await call('DELETE', `/webhooks/endpoints/${removed.id}`, undefined, 204);
    const other = await the.app.client();
    const { body: foreign } = await other.request('POST', '/webhooks/endpoints', {
      body: { url: 'https://example.com/' },
    });
    const scheduled = await notify(to, { scheduled_for: new Date(Date.now() + 3_600_000).toISOString() });
    const cases: [object, string, string][] = [
      [{ endpoint_id: randomUUID() }, 'endpoint_id', 'validation_failed'],
      [{ endpoint_id: foreign.id }, 'endpoint_id', 'validation_failed'],
      [{ endpoint_id: removed.id }, 'endpoint_id', 'validation_failed'],
      [{ endpoint_id: 'x' }, 'endpoint_id', 'validation_failed'],
      [{ endpoint_id: disabled.id }, 'endpoint_id', 'endpoint_disabled'],
      [{ endpoint_id: to.id, url: to.url }, 'endpoint_id', 'validation_failed'],
      [{}, 'url', 'validation_failed'],
    ];
    for (const [where, name, code] of cases) {
      const channels = { webhook: { ...where, payload: {} } };
      const field = `channels.webhook.${name}`;
      for (const [method, path] of [
        ['POST', '/notifications'],
        ['PATCH', `/notifications/${scheduled.id}`],
      ] as const)
        expect(await call(method, path, { channels }, 422)).toMatchObject({ code, errors: [{ field }] });
      const { results } = await call('POST', '/notifications/batch', { notifications: [{ channels }] }, 202);
      expect(results[0]).toMatchObject({ status: 422, error: { code, errors: [{ field }] } });
    }
    const { body: key } = await the.client.request('POST', '/clients/scoped-keys', {
      body: { user_id: 'ann', permissions: ['send_notifications'] },
    });
    for (const id of [to.id, randomUUID()]) {
      const refused = await the.client.request('POST', '/notifications', { key: key.api_key, body: webhook(id) });
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
  });

  it('is directed elsewhere before it begins', async () => {
    const [from, to] = [await endpoint(), await endpoint()];
    const { id } = await notify(from, { scheduled_for: new Date(Date.now() + 3_600_000).toISOString() });
    await call('PATCH', `/notifications/${id}`, { ...webhook(to.id, { moved: true }), scheduled_for: null });
    const [request] = (await arrive(to)) as [ReceivedRequest];
    expect(verified(request, to.secret)).toEqual({ moved: true });
    expect(await lanesOf(id)).toEqual([{ lane: `webhook:endpoint/${to.id}` }]);
    expect(arrivedAt(from)).toEqual([]);
  });
});

describe('an endpoint that changes meanwhile', () => {
  it('is met as it is by each attempt, and by what is sent again', async () => {
    receiver.respond(() => ({ status: 503 }));
    const before = await endpoint({ signature: 'v1' });
    const { id } = await notify(before, { max_retry_attempts: 1 });
    await becomes(id, 'retrying');
    const after = await call('PATCH', `/webhooks/endpoints/${before.id}`, {
      url: receiver.url + freshPath(),
      headers: { 'X-New': 'yes' },
    });
    const { secret } = await call('POST', `/webhooks/endpoints/${before.id}/rotate-secret`, { overlap_s: 60 });
    await hurry(id);
    const failed = await becomes(id, 'failed');
    const [retried] = arrivedAt(after) as [ReceivedRequest];
    for (const one of [before.secret, secret]) expect(verified(retried, one)).toEqual({ order: 17 });
    expect(retried.headers['x-new']).toBe('yes');
    expect(arrivedAt(before)).toHaveLength(1);

    receiver.respond(() => ({ status: 200 }));
    const last = await call('PATCH', `/webhooks/endpoints/${before.id}`, { url: receiver.url + freshPath() });
    await call('POST', `/notifications/${id}/retry`);
    await becomes(id, 'delivered');
    const resent = await call('POST', `/deliveries/${failed.id}/resend`, {}, 202);
    expect(resent.resend_of).toBe(failed.id);
    for (const again of await arrive(last, 2)) {
      expect(verified(again, secret)).toEqual({ order: 17 });
      expect(again.headers['webhook-id']).toBe(failed.id);
    }
  });

  it('holds what is open while it is disabled, by which no attempt is spent and no time is lost', async () => {
    receiver.respond(() => ({ status: 503 }));
    const to = await endpoint();
    const retrying = await notify(to);
    await becomes(retrying.id, 'retrying');
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const scheduled = await notify(to, { scheduled_for: soon, max_retry_attempts: 0 });
    await call('POST', `/webhooks/endpoints/${to.id}/disable`);
    expect(await becomes(retrying.id, 'held')).toMatchObject({ reason: 'endpoint_disabled', attempt_count: 1 });
    expect(await becomes(scheduled.id, 'pending')).toMatchObject({ next_attempt_at: soon });
    // Its time comes, and nobody is there.
    await the.app.sql(
      `update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = $1`,
      [scheduled.id],
    );
    expect(await becomes(scheduled.id, 'held')).toMatchObject({
      reason: 'endpoint_disabled',
      attempt_count: 0,
      attempts: [],
    });
    expect(arrivedAt(to)).toHaveLength(1);
    receiver.respond(() => ({ status: 200 }));
    await call('POST', `/webhooks/endpoints/${to.id}/enable`);
    expect(await becomes(retrying.id, 'delivered')).toMatchObject({ attempt_count: 2 });
    expect(await becomes(scheduled.id, 'delivered')).toMatchObject({ attempt_count: 1 });
  });

  it('lets what is open fail when it is removed, and says why', async () => {
    receiver.respond(() => ({ status: 503 }));
    const to = await endpoint();
    const [retrying, held, later] = [
      await notify(to),
      await notify(to),
      await notify(to, { scheduled_for: new Date(Date.now() + 3_600_000).toISOString() }),
    ];
    await becomes(retrying.id, 'retrying');
    await becomes(held.id, 'retrying');
    await the.app.sql(
      `update open_deliveries set status = 'held', awake = false, next_attempt_at = null where source_id = $1`,
      [held.id],
    );
    await call('DELETE', `/webhooks/endpoints/${to.id}`, undefined, 204);
    for (const { id } of [retrying, held])
      expect(await becomes(id, 'failed')).toMatchObject({
        reason: 'endpoint_removed',
        attempt_count: 2,
        attempts: [{ response_status: 503 }, { status: 'failed', error_code: 'endpoint_removed' }],
      });
    await until('the notification', async () => (await call('GET', `/notifications/${held.id}`)).status === 'failed');
    expect((await deliveriesOf(later.id))[0]).toMatchObject({ status: 'pending' });
    await hurry(later.id);
    expect(await becomes(later.id, 'failed')).toMatchObject({ reason: 'endpoint_removed' });
    expect(arrivedAt(to)).toHaveLength(2);
  });

  it('is disabled by a 410', async () => {
    receiver.respond(() => ({ status: 410 }));
    const to = await endpoint();
    const { id } = await notify(to);
    expect(await becomes(id, 'failed')).toMatchObject({ reason: 'gone' });
    expect(await call('GET', `/webhooks/endpoints/${to.id}`)).toMatchObject({ disabled_reason: 'gone' });
  });
});

describe('the limits of an endpoint', () => {
  /** Of its lane: since when and until when turns are taken, in milliseconds. */
  const turns = async (id: string): Promise<{ taken_ms: number; in_ms: number }> =>
    (
      await the.app.sql(
        `select extract(epoch from u.next_slot_at - e.created_at)::float8 * 1000 as taken_ms,
                extract(epoch from u.next_slot_at - clock_timestamp())::float8 * 1000 as in_ms
           from webhook_endpoints e join provider_usage u on u.client_id = e.client_id and u.key = 'webhook:endpoint/' || e.id
          where e.id = $1`,
        [id],
      )
    )[0]!;

  it('spread what notifications send', async () => {
    const to = await endpoint({ rate_limit_per_second: 4 });
    const sent = await Promise.all(Array.from({ length: 6 }, () => notify(to)));
    for (const { id } of sent) await becomes(id, 'delivered');
    // Six turns of 250 ms each, of which none is taken before it comes.
    const { taken_ms, in_ms } = await turns(to.id);
    expect(taken_ms).toBeGreaterThanOrEqual(1_500);
    expect(in_ms).toBeLessThan(250);
  });

  it('hold what comes too early, by which no attempt is spent', async () => {
    const to = await endpoint({ rate_limit_per_second: 1 });
    const many = Array.from({ length: 8 }, () => ({ ...webhook(to.id), max_retry_attempts: 0 }));
    const { results } = await call('POST', '/notifications/batch', { notifications: many }, 202);
    const ids: string[] = results.map(({ notification }: any) => notification.id);
    // What would have to wait for more than a moment, one after the other, as the rate has it.
    const held = await until('two that are held', async () => {
      const all = (await Promise.all(ids.map(deliveriesOf))).flat().filter(({ status }) => status === 'held');
      return all.length >= 2 ? all : null;
    });
    for (const one of held) expect(one).toMatchObject({ reason: 'rate_limited', attempt_count: 0, attempts: [] });
    const times = held.map(({ next_attempt_at }) => Date.parse(next_attempt_at)).toSorted((a, b) => a - b);
    for (const [index, time] of times.slice(1).entries()) expect(time - times[index]!).toBeGreaterThanOrEqual(500);
    for (const id of ids) {
      await until('it to be delivered', async () => {
        await the.app.sql(
          `update provider_usage set next_slot_at = clock_timestamp() where key = 'webhook:endpoint/' || $1`,
          [to.id],
        );
        await the.app.sql(
          `update open_deliveries set next_attempt_at = clock_timestamp()
            where source_id = $1 and status = 'held' and next_attempt_at > clock_timestamp()`,
          [id],
        );
        return (await deliveriesOf(id))[0].status === 'delivered';
      });
      expect((await deliveriesOf(id))[0]).toMatchObject({ attempt_count: 1 });
    }
  });

  it('let through as many at once as it says, and hold up no other', async () => {
    const [narrow, other] = [await endpoint({ concurrency: 1 }), await endpoint()];
    const waiting: (() => void)[] = [];
    let open = false;
    receiver.respond(async ({ path }) => {
      if (narrow.url.endsWith(path) && !open) await new Promise<void>((resolve) => waiting.push(resolve));
      return { status: 200 };
    });
    // Who sends hears of the limit within seconds.
    const states = await until('one at once', async () => {
      const two = [await notify(narrow), await notify(narrow)];
      const rows = await Promise.all(two.map(async ({ id }) => (await deliveriesOf(id))[0].status));
      await becomes((await notify(other)).id, 'delivered');
      open = true;
      for (const letGo of waiting.splice(0)) letGo();
      for (const { id } of two) await becomes(id, 'delivered');
      open = false;
      return rows.toSorted().join(' ') === 'pending sending' && rows;
    });
    expect(states).toHaveLength(2);
  });
});
