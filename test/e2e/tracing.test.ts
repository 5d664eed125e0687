import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { Collector, KIND, newTrace, upwards, type ReceivedSpan } from '../support/otlp.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver, type ReceivedRequest } from '../support/receiver.js';
import { TestRedis } from '../support/redis.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

let collector: Collector;
let receiver: Receiver;
let sentry: Receiver;

beforeAll(async () => {
  [collector, receiver, sentry] = await Promise.all([Collector.start(), Receiver.start(), Receiver.start()]);
});
afterAll(() => Promise.all([collector, receiver, sentry].map((one) => one.stop())));
afterEach(closeSockets);

/** A webhook notification to a path of its own. */
const notify = async (client: TestClient, path: string, headers: Record<string, string> = {}): Promise<any> => {
  const body = { channels: { webhook: { url: receiver.url + path, payload: { secret: 'of-the-body' } } } };
  const { status, body: made } = await client.request('POST', '/notifications', { body, headers });
  expect(status).toBe(202);
  return made;
};

const sentTo = (path: string, count = 1): Promise<ReceivedRequest[]> =>
  until(`${count} requests to ${path}`, () => {
    const found = receiver.requests.filter((request) => request.path === path);
    return found.length >= count && found;
  });

/** What a request was told: version, trace, span, flags. */
const told = ({ headers }: ReceivedRequest): string[] => String(headers.traceparent).split('-');

const named = (spans: ReceivedSpan[], name: string): ReceivedSpan[] => spans.filter((span) => span.name === name);
const linesOf = async (app: TestApp): Promise<any[]> =>
  (await app.log()).filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

/** One that takes requests only, and one that does everything: what the first accepts, the second delivers. */
describe('two processes with traces on', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let api: TestApp;
  let worker: TestApp;
  let client: TestClient;

  beforeAll(async () => {
    [redis, database] = await Promise.all([TestRedis.start(), TestDatabase.create()]);
    const env = {
      REDIS_URL: redis.url,
      // A stop that waits for who receives traces as long as an export may take, ten seconds, is not in time.
      SHUTDOWN_TIMEOUT_MS: '9000',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=acme%20inc,authorization=Bearer hidden-token',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=tests',
    };
    const dsn = sentry.url.replace('://', '://publickey@');
    [api, worker] = await Promise.all([
      startApp({ database, env: { ...env, CHATAPI_ROLE: 'api', OTEL_SERVICE_NAME: 'chat' } }),
      startApp({ database, env: { ...env, SENTRY_DSN: `${dsn}/42` } }),
    ]);
    client = await api.client();
  });
  afterAll(async () => {
    await Promise.all([api, worker].map((app) => app?.stop()));
    await database?.drop();
    await redis?.stop();
  });

  it('one trace goes from the request to the webhook, over two processes and two attempts', async () => {
    const { traceId, spanId, headers } = newTrace();
    let asked = 0;
    receiver.respond(() => ({ status: asked++ === 0 ? 503 : 200 }));
    const made = await notify(client, '/retried', { ...headers, 'x-request-id': 'traced-1' });
    const [first] = await sentTo('/retried');
    // Not in five seconds, but soon.
    await until('its retry', async () => {
      const moved = await api.sql(
        `update open_deliveries set next_attempt_at = clock_timestamp() + interval '700 milliseconds'
          where source_id = $1 and status = 'retrying' returning id`,
        [made.id],
      );
      return moved.length === 1;
    });
    const [, second] = await sentTo('/retried', 2);
    expect([told(first!)[1], told(second!)[1]]).toEqual([traceId, traceId]);

    const spans = await collector.trace(
      traceId,
      (all) => named(all, 'UPDATE deliveries').length === 2 && named(all, 'process webhook').length === 2,
    );
    const ways = [first!, second!].map((request) => upwards(spans, told(request)[2]));
    const [again, handedOver] = [ways[1]!, ways[0]!];
    expect(handedOver.map(({ name, kind }) => [name, kind])).toEqual([
      ['POST', KIND.client],
      ['send webhook', KIND.client],
      ['process webhook', KIND.consumer],
      ['receive deliveries', KIND.consumer],
      ['send notifications', KIND.producer],
      ['POST /api/v1/notifications', KIND.server],
    ]);
    expect(handedOver.at(-1)!.parentSpanId).toBe(spanId);
    expect(again.map(({ name }) => name)).toEqual(handedOver.map(({ name }) => name));
    expect(handedOver[3]!.attributes['chatapi.handover']).toBe('dispatcher');
    expect(handedOver.map(({ resource }) => resource['chatapi.role'])).toEqual([
      'all',
      'all',
      'all',
      'all',
      'api',
      'api',
    ]);
    expect(handedOver.at(-1)!.resource).toMatchObject({
      'service.name': 'chat',
      'deployment.environment.name': 'tests',
    });
    expect(handedOver[0]!.resource).toMatchObject({ 'service.name': 'chatapi' });

    const [server, attempt, retry] = [handedOver.at(-1)!, handedOver[2]!, again[2]!];
    expect(server.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/notifications',
      'http.response.status_code': 202,
      'chatapi.request_id': 'traced-1',
      'chatapi.client_id': client.id,
    });
    const [delivery] = await api.sql('select id, traceparent from ended_deliveries where source_id = $1', [made.id]);
    expect(delivery.traceparent).toContain(traceId);
    expect([attempt, retry].map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({
        'chatapi.attempt': 1,
        'chatapi.outcome': 'retryable',
        'error.type': 'http_503',
        'messaging.message.id': delivery.id,
      }),
      expect.objectContaining({
        'chatapi.attempt': 2,
        'chatapi.outcome': 'accepted',
        'http.response.status_code': 200,
      }),
    ]);
    expect([attempt.failed, retry.failed, handedOver[0]!.failed]).toEqual([true, false, true]);
    const commit = named(spans, 'INSERT notifications')[0]!;
    expect(commit.attributes).toMatchObject({ 'db.system.name': 'postgresql', 'db.operation.name': 'INSERT' });
    expect(commit.parentSpanId).toBe(handedOver[4]!.spanId);
    expect(
      named(spans, 'UPDATE deliveries')
        .map(({ parentSpanId }) => parentSpanId)
        .toSorted(),
    ).toEqual([attempt.spanId, retry.spanId].toSorted());
    for (const { startMs, endMs } of spans) expect(endMs).toBeGreaterThanOrEqual(startMs);

    const line = (await linesOf(api)).find(({ request_id, msg }) => request_id === 'traced-1' && msg === 'request');
    expect(line).toMatchObject({ trace_id: traceId, status: 202 });
  });

  it('a message sent over a socket and the endpoint that hears of it are of one trace, also of what is not kept', async () => {
    receiver.respond(() => ({ status: 200 }));
    const made = await client.request('POST', '/webhooks/endpoints', {
      body: { url: `${receiver.url}/messages`, event_types: ['message.created'] },
    });
    expect(made.status).toBe(201);
    const room = await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'R', members: ['ann'] } });
    const socket = await connect(api, (await client.login('ann')).key);
    const answer = await socket.ask('message.send', { room_id: room.body.id, content: 'Words of somebody.' });
    expect(answer).toMatchObject({ ok: true });
    const [heard] = await sentTo('/messages');
    const traceId = told(heard!)[1]!;
    const spans = await collector.trace(
      traceId,
      (all) => named(all, 'message.send').length > 0 && named(all, 'process webhook').length > 0,
    );
    const way = upwards(spans, told(heard!)[2]);
    expect(way.map(({ name }) => name)).toEqual([
      'POST',
      'send webhook',
      'process webhook',
      'receive deliveries',
      'INSERT messages',
      'message.send',
    ]);
    expect(way.at(-1)).toMatchObject({ kind: KIND.server, parentSpanId: undefined });
    expect(way[4]!.attributes).toMatchObject({
      'chatapi.room_id': room.body.id,
      'chatapi.message_id': (answer as any).data.id,
    });

    // Not sampled by who asks: the ids go on, no span does.
    const unseen = newTrace(false);
    const path = `/rooms/${room.body.id}/messages`;
    await client.master('ann').request('POST', path, { body: { content: 'Unseen.' }, headers: unseen.headers });
    const [, second] = await sentTo('/messages', 2);
    expect(told(second!)).toEqual(['00', unseen.traceId, expect.stringMatching(/^[\da-f]{16}$/), '00']);
    // What is no traceparent begins a trace of its own.
    const broken = await notify(client, '/broken', { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` });
    const fresh = told((await sentTo('/broken'))[0]!)[1]!;
    expect(fresh).not.toMatch(/^0+$/);
    const own = await collector.trace(fresh, (all) => named(all, 'process webhook').length === 1);
    expect(own.find(({ kind }) => kind === KIND.server)).toMatchObject({ parentSpanId: undefined });
    expect(broken.id).toBeTruthy();
    expect(collector.of(unseen.traceId)).toEqual([]);
  });

  it("another channel's turn is of the trace that asked for it, and deliveries show which that is", async () => {
    receiver.respond(() => ({ status: 200 }));
    const { traceId, headers } = newTrace();
    const eve = await client.login('eve');
    const made = await client.request('POST', '/notifications', {
      headers,
      body: {
        recipients: [{ user_id: 'eve' }],
        strategy: 'fallback',
        fallback: [{ channel: 'websocket', within_s: 3_600 }, { channel: 'webhook' }],
        channels: { websocket: { title: 'Hi' }, webhook: { url: `${receiver.url}/turn`, payload: {} } },
      },
    });
    expect([made.status, made.body.errors]).toEqual([202, undefined]);
    const { id } = made.body;
    await api.sql('update notification_chains set due_at = clock_timestamp() where notification_id = $1', [id]);
    const [asked] = await sentTo('/turn');
    const spans = await collector.trace(traceId, (all) => named(all, 'process webhook').length === 1);
    const way = upwards(spans, told(asked!)[2]);
    expect(way.map(({ name }) => name)).toEqual([
      'POST',
      'send webhook',
      'process webhook',
      'receive deliveries',
      'send notifications',
      'INSERT notifications',
      'send notifications',
      'POST /api/v1/notifications',
    ]);
    expect(way[4]!.attributes).toMatchObject({ 'chatapi.notification_id': id, 'chatapi.turn': 2 });

    const { deliveries } = (await client.request('GET', `/notifications/${id}`)).body;
    expect(deliveries.map(({ channel, trace_id }: any) => [channel, trace_id])).toEqual([
      ['websocket', traceId],
      ['webhook', traceId],
    ]);
    const one = await client.request('GET', `/deliveries/${deliveries[0].id}`);
    expect(one.body.trace_id).toBe(traceId);
    const hers = await api.request('GET', `/notifications/${id}`, { key: eve.key });
    expect(hers.body.deliveries[0]).toMatchObject({ id: deliveries[0].id, trace_id: null });
  });

  it('what waits for its room at an endpoint, and what was held, goes on in its trace', async () => {
    let gated = true;
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    receiver.respond(async ({ path, body }) => {
      if (path === '/in-order' && body.toString().includes('front')) await gate;
      return { status: path === '/held' && gated ? 503 : 200 };
    });
    const endpoint = async (fields: object) =>
      (await client.request('POST', '/webhooks/endpoints', { body: { event_types: ['message.created'], ...fields } }))
        .body.id;
    await endpoint({ url: `${receiver.url}/in-order`, ordered_by: 'room' });
    const room = await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'L', members: ['ann'] } });
    const [front, next] = [newTrace(), newTrace()];
    for (const [{ headers }, content] of [
      [front, 'front'],
      [next, 'next'],
    ] as const)
      await client.master('ann').request('POST', `/rooms/${room.body.id}/messages`, { body: { content }, headers });
    await until('the second to wait', async () => {
      const [row] = await api.sql(`select traceparent from endpoint_messages where state = 'waiting'`);
      return row?.traceparent?.includes(next.traceId);
    });
    open();
    const [first, second] = await sentTo('/in-order', 2);
    expect([told(first!)[1], told(second!)[1]]).toEqual([front.traceId, next.traceId]);

    const held = await endpoint({ url: `${receiver.url}/held`, event_types: ['room.deleted'] });
    const { traceId, headers } = newTrace();
    const channels = { webhook: { endpoint_id: held, payload: {} } };
    const made = await client.request('POST', '/notifications', { body: { channels }, headers });
    await sentTo('/held');
    await client.request('POST', `/webhooks/endpoints/${held}/disable`);
    await until('it to be held', async () => {
      const [row] = await api.sql('select status from open_deliveries where source_id = $1', [made.body.id]);
      return row?.status === 'held';
    });
    gated = false;
    await client.request('POST', `/webhooks/endpoints/${held}/enable`);
    const [, again] = await sentTo('/held', 2);
    expect(told(again!)[1]).toBe(traceId);
  });

  it('what is sent again is of the trace of who asks for that, and names the one before', async () => {
    let broken = true;
    receiver.respond(({ path }) => ({ status: broken && path.startsWith('/again') ? 503 : 200 }));
    const [before, resend, recover, redrive] = [newTrace(), newTrace(), newTrace(), newTrace()];
    const failing = async (path: string) => {
      const channels = { webhook: { url: receiver.url + path, payload: {} } };
      const body = { channels, max_retry_attempts: 0 };
      const { body: made } = await client.request('POST', '/notifications', { body, headers: before.headers });
      return until('it to fail', async () => {
        const { deliveries } = (await client.request('GET', `/notifications/${made.id}`)).body;
        return deliveries[0].status === 'failed' && deliveries[0];
      });
    };
    const endpoint = await client.request('POST', '/webhooks/endpoints', {
      body: { url: `${receiver.url}/again-event`, event_types: ['room.created'] },
    });
    const since = new Date().toISOString();
    const body = { room_type: 'group', name: 'M', members: ['ann'] };
    await client.request('POST', '/rooms', { body, headers: before.headers });
    const [one, two] = [await failing('/again-one'), await failing('/again-two')];
    const lane = [`webhook:endpoint/${endpoint.body.id}`];
    await until('the event not to get through', async () => {
      await api.sql(
        `update open_deliveries set max_attempts = attempt_count + 1, next_attempt_at = now(), awake = true
          where lane = $1 and status = 'retrying'`,
        lane,
      );
      return (await api.sql('select from ended_deliveries where lane = $1', lane)).length === 1;
    });
    broken = false;

    const resent = await client.request('POST', `/deliveries/${one.id}/resend`, { headers: resend.headers });
    expect([resent.status, resent.body.trace_id]).toEqual([202, resend.traceId]);
    const filter = { notification_id: two.notification_id };
    await client.request('POST', '/recoveries', { body: { filter }, headers: recover.headers });
    const path = `/webhooks/endpoints/${endpoint.body.id}/recover`;
    expect((await client.request('POST', path, { body: { since }, headers: redrive.headers })).status).toBe(202);

    for (const [sent, { traceId }, top] of [
      ['/again-one', resend, 'POST /api/v1/deliveries/:id/resend'],
      ['/again-two', recover, 'recover deliveries'],
      ['/again-event', redrive, 'recover deliveries'],
    ] as const) {
      const again = await until('it to be sent again', () =>
        receiver.requests.find((request) => request.path === sent && told(request)[1] !== before.traceId),
      );
      const traces = (await sentTo(sent)).map((request) => told(request)[1]);
      expect([traces[0], traces.at(-1)]).toEqual([before.traceId, traceId]);
      const wayOf = (all: ReceivedSpan[]) => upwards(all, told(again)[2]);
      const spans = await collector.trace(traceId, (all) => wayOf(all).some(({ name }) => name === top));
      const way = wayOf(spans).slice(3, 6);
      expect(way.map(({ name }) => name)).toEqual(['receive deliveries', 'resend deliveries', top]);
      expect(way[1]!.links.map((link) => link.traceId)).toEqual([before.traceId]);
    }
  });

  it('whoever else is asked over HTTP because of a request is told its trace', async () => {
    receiver.respond(({ path }) =>
      path === '/page'
        ? { status: 200, headers: { 'content-type': 'text/html' }, body: '<title>A page</title>' }
        : { status: 200, body: '{"action":"allow"}' },
    );
    await client.request('PATCH', '/clients/me', { body: { settings: { link_previews: true } } });
    await client.request('PUT', '/clients/me/hooks/pre-send', { body: { url: `${receiver.url}/ask` } });
    const room = await client.request('POST', '/rooms', { body: { room_type: 'group', name: 'P', members: ['ann'] } });
    const { traceId, headers } = newTrace();
    const body = { content: `Look: ${receiver.url}/page` };
    const tracestate = 'acme=of-the-caller';
    const key = (await client.login('ann')).key;
    const path = `/rooms/${room.body.id}/messages`;
    const said = await api.request('POST', path, { key, body, headers: { ...headers, tracestate } });
    expect(said.status).toBe(201);
    const [hook] = await sentTo('/ask');
    expect([told(hook!)[1], hook!.headers.tracestate]).toEqual([traceId, tracestate]);
    // What the caller's own tools say in it is nothing to whoever's page that is.
    const [page] = await sentTo('/page');
    expect([told(page!)[1], page!.headers.tracestate]).toEqual([traceId, undefined]);
    const spans = await collector.trace(traceId, (all) => named(all, 'process link-previews').length === 1);
    expect(upwards(spans, told(page!)[2]).map(({ name }) => name)).toEqual([
      'GET',
      'process link-previews',
      'POST /api/v1/rooms/:room_id/messages',
    ]);
    await client.request('DELETE', '/clients/me/hooks/pre-send');
  });

  it('spans hold no bodies, addresses or keys, and who receives them is told who we are', async () => {
    const { requests } = collector.receiver;
    for (const { headers } of requests)
      expect(headers).toMatchObject({ 'x-tenant': 'acme inc', authorization: 'Bearer hidden-token' });
    const all = requests.map(({ body }) => body.toString()).join('\n');
    expect(all).toContain('process webhook');
    for (const secret of [
      'of-the-body',
      'Words of somebody',
      receiver.url,
      '/retried',
      'hidden-token',
      client.key,
      'ck_',
    ])
      expect(all).not.toContain(secret);
    expect(await api.errors()).toEqual([]);
    expect(await worker.errors()).toEqual([]);
    for (const app of [api, worker])
      for (const line of await linesOf(app)) expect(JSON.stringify(line)).not.toContain('hidden-token');
    const { body } = await api.request('GET', '//metrics');
    expect(body).toMatch(/chatapi_trace_spans_total\{outcome="exported"\} [1-9]/);
  });

  it('what is due later goes by the queue, in its trace', async () => {
    const traces = Array.from({ length: 8 }, () => newTrace());
    await Promise.all(
      traces.map(({ headers }, at) => {
        // Not together: who looks just when one is due takes it without a job.
        const scheduled_for = new Date(Date.now() + 700 + at * 90).toISOString();
        const channels = { webhook: { url: `${receiver.url}/later`, payload: {} } };
        return client.request('POST', '/notifications', { body: { channels, scheduled_for }, headers });
      }),
    );
    const ways = await Promise.all(
      traces.map(async ({ traceId }) => {
        const spans = await collector.trace(traceId, (all) => named(all, 'process webhook').length === 1);
        const [handover] = named(spans, 'receive deliveries');
        const [attempt] = named(spans, 'process webhook');
        expect(attempt!.parentSpanId).toBe(handover!.spanId);
        return handover!.attributes['chatapi.handover'];
      }),
    );
    expect(ways).toContain('queue');
    expect(new Set((await sentTo('/later', 8)).map((request) => told(request)[1]))).toEqual(
      new Set(traces.map(({ traceId }) => traceId)),
    );
  });

  it('what is accepted where jobs run is handed over directly', async () => {
    const { traceId, headers } = newTrace();
    const body = { channels: { webhook: { url: `${receiver.url}/direct`, payload: {} } } };
    await worker.request('POST', '/notifications', { body, headers, key: client.key });
    await sentTo('/direct');
    const spans = await collector.trace(traceId, (all) => named(all, 'process webhook').length > 0);
    const [handover] = named(spans, 'receive deliveries');
    expect(handover!.attributes).toMatchObject({ 'chatapi.handover': 'direct' });
    expect(new Set(spans.map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
  });

  it('an error that is ours goes to Sentry, without what was asked', async () => {
    const { traceId, headers } = newTrace();
    await worker.sql('alter table invites rename to invites_away');
    await worker.sql(
      `create view invites as select * from invites_away where ('ann@example.com wrote: hush' || '')::int = 1`,
    );
    const answer = await worker.request('GET', '/invites?limit=7', {
      key: (await client.login('ann')).key,
      headers: { ...headers, 'x-request-id': 'broken-1' },
    });
    await worker.sql('drop view invites');
    await worker.sql('alter table invites_away rename to invites');
    expect(answer.status).toBe(500);
    const [envelope] = await sentry.waitFor(1);
    expect(envelope).toMatchObject({ method: 'POST', path: expect.stringMatching(/^\/api\/42\/envelope\//) });
    expect(envelope!.path).toContain('sentry_key=publickey');
    const [head, item, event] = envelope!.body
      .toString()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([head.event_id, item.type]).toEqual([event.event_id, 'event']);
    expect(event).toMatchObject({
      level: 'error',
      environment: 'tests',
      release: expect.stringMatching(/^chatapi@\d/),
      tags: { request_id: 'broken-1', trace_id: traceId, role: 'all' },
      contexts: { trace: { trace_id: traceId }, log: { message: 'request failed' } },
    });
    const [thrown] = event.exception.values;
    expect(thrown.value).toBe('invalid input syntax for type integer: <text>');
    expect(thrown.stacktrace.frames.length).toBeGreaterThan(1);
    for (const left of ['request', 'user', 'extra', 'breadcrumbs']) expect(event).not.toHaveProperty(left);
    const text = envelope!.body.toString();
    for (const secret of [client.key, 'ck_', worker.url, '127.0.0.1', 'hush', 'ann@', 'select ', 'limit=7'])
      expect(text).not.toContain(secret);
    const [span] = await collector.trace(traceId, (all) => all.some(({ kind }) => kind === KIND.server));
    expect(span).toMatchObject({ failed: true, attributes: { 'http.response.status_code': 500, 'error.type': '500' } });
  });

  it('a receiver that answers 429 or 500, hangs or is gone holds nothing up, nor a stop, and is told of in log and metrics', async () => {
    const goesOut = (path: string) =>
      sentTo(path).then(([request]) => expect(told(request!)[1]).toMatch(/^[\da-f]{32}$/));
    receiver.respond(() => ({ status: 200 }));
    let busy = 0;
    collector.receiver.respond(() => {
      busy++;
      return { status: 429, headers: { 'retry-after': '1' } };
    });
    await notify(client, '/busy');
    await goesOut('/busy');
    await until('both to be told to come later', () => busy >= 2);
    collector.receiver.respond(() => ({ status: 500 }));
    const lostBy = async (app: TestApp): Promise<number> => {
      const { body } = await app.request('GET', '//metrics');
      return Number(/chatapi_trace_spans_total\{outcome="failed"\} (\d+)/.exec(String(body))?.[1] ?? 0);
    };
    for (const app of [api, worker]) {
      for (const path of ['/refused', '/refused/again']) {
        const before = await lostBy(app);
        await notify(client, path);
        await sentTo(path);
        await until('more spans that could not be exported', async () => (await lostBy(app)) > before);
      }
      const warned = (await linesOf(app)).filter(({ msg }) => String(msg).startsWith('Traces could not be exported'));
      expect(warned).toHaveLength(1);
    }
    collector.receiver.respond(() => 'hang');
    const before = collector.receiver.requests.length;
    await notify(client, '/hanging');
    await until('exports that hang', () => collector.receiver.requests.length >= before + 2);
    await notify(client, '/hangs');
    expect(told((await sentTo('/hangs'))[0]!)[1]).toMatch(/^[\da-f]{32}$/);
    await collector.receiver.die();
    await notify(client, '/gone');
    expect(told((await sentTo('/gone'))[0]!)[1]).toMatch(/^[\da-f]{32}$/);
    expect(await api.errors()).toEqual([]);
    // In order, although what waits cannot be handed over.
    await collector.receiver.revive();
    await Promise.all([api.stop(), worker.stop()]);
  });
});
