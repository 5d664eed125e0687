import { randomUUID } from 'node:crypto';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const here = oneApp();
let receiver: Receiver;

beforeAll(async () => {
  receiver = await Receiver.start();
});
beforeEach(() => receiver.respond(({ path }) => ({ status: path.startsWith('/ok') ? 200 : 503 })));
afterAll(() => receiver.stop());

const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  here.client.request('POST', path, { body, headers });
const get = (path: string) => here.client.request('GET', path);
const idsOf = async (query: string) => {
  const { status, body } = await get(`/deliveries${query}`);
  expect([status, body.errors]).toEqual([200, undefined]);
  return body.data.map(({ id }: any) => id);
};
/** A webhook that fails once and for all, unless told otherwise. */
const send = async (path = `/fails/${randomUUID()}`, more: object = {}) => {
  const channels = { webhook: { url: receiver.url + path, payload: { path } } };
  const { body } = await post('/notifications', { channels, max_retry_attempts: 0, ...more });
  return until('it to end', async () => {
    const seen = (await get(`/notifications/${body.id}`)).body;
    return seen.counts.failed + seen.counts.delivered + seen.counts.sent === seen.counts.total && seen;
  });
};
const ended = (id: string) =>
  until('the recovery to end', async () => {
    const { body } = await get(`/recoveries/${id}`);
    return body.status !== 'running' && body;
  });
const requestsTo = (path: string) => receiver.requests.filter((one) => one.path === path);

describe('GET /deliveries', () => {
  it('finds them by what became of them, whose they are and when they were made', async () => {
    await here.client.request('PUT', '/users/alice', { body: { email: 'alice@example.com' } });
    const failed = (await send('/fails/here', { tags: ['t1'] })).deliveries[0];
    const good = (await send('/ok/here', { tags: ['t2'] })).deliveries[0];
    const told = await post('/notifications', {
      recipients: [{ user_id: 'alice' }],
      channels: { websocket: { title: 'T' } },
    });
    const shown = (
      await until('it to be sent', async () => {
        const { body } = await get(`/notifications/${told.body.id}`);
        return body.counts.sent === 1 && body;
      })
    ).deliveries[0];
    const all = [shown.id, good.id, failed.id];
    const cases: [string, string[]][] = [
      ['', all],
      ['?status=failed', [failed.id]],
      ['?status=pending', []],
      ['?channel=webhook', [good.id, failed.id]],
      ['?error_code=http_503', [failed.id]],
      ['?provider=websocket', [shown.id]],
      ['?user_id=alice', [shown.id]],
      ['?user_id=unknown', []],
      [`?address=${encodeURIComponent(`${receiver.url}/ok/here`)}`, [good.id]],
      [`?notification_id=${failed.notification_id}`, [failed.id]],
      ['?tag=t2', [good.id]],
      ['?tag=t2&status=failed', []],
      [`?from=${failed.created_at}`, all],
      [`?from=${good.created_at}`, [shown.id, good.id]],
      [`?from=${good.created_at}&to=${shown.created_at}`, [good.id]],
      [`?to=${failed.created_at}`, []],
      ['?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z', []],
    ];
    const found: typeof cases = [];
    for (const [query] of cases) found.push([query, await idsOf(query)]);
    expect(found).toEqual(cases);
    const first = (await get('/deliveries?limit=2')).body;
    const second = (await get(`/deliveries?limit=2&cursor=${first.page.next_cursor}`)).body;
    expect([...first.data, ...second.data].map(({ id }: any) => id)).toEqual(all);
    const back = (await get(`/deliveries?limit=2&cursor=${second.page.prev_cursor}`)).body;
    expect(back.data.map(({ id }: any) => id)).toEqual(all.slice(0, 2));
    expect(first.data[0].attempts).toBeUndefined();
    expect([...first.data, ...second.data].map((one: any) => one.error_code)).toEqual([null, null, 'http_503']);
    expect((await get(`/deliveries/${failed.id}`)).body).toMatchObject({
      status: 'failed',
      attempts: [{ number: 1, error_code: 'http_503', response_status: 503 }],
    });
    for (const query of [
      '?status=none',
      '?from=yesterday',
      '?channel=pigeon',
      '?unresolved=perhaps',
      '?from=2021-01-01T00:00:00Z&to=2020-01-01T00:00:00Z',
    ]) {
      expect([query, (await get(`/deliveries${query}`)).status]).toEqual([query, 422]);
    }
  });
});

describe('a delivery that is sent again', () => {
  it('is a new one of the same content with the first one’s webhook-id, and counts in its notification', async () => {
    const notification = await send('/fails/resent');
    const [first] = notification.deliveries;
    receiver.respond(() => ({ status: 200 }));
    const headers = { 'idempotency-key': 'again' };
    const again = await post(`/deliveries/${first.id}/resend`, {}, headers);
    expect([again.status, again.body]).toMatchObject([202, { resend_of: first.id, notification_id: notification.id }]);
    expect((await post(`/deliveries/${first.id}/resend`, {}, headers)).body.id).toBe(again.body.id);
    const done = await until('it to be delivered', async () => {
      const { body } = await get(`/notifications/${notification.id}`);
      return body.counts.delivered === 1 && body;
    });
    expect(done).toMatchObject({ status: 'partially_failed', counts: { total: 2, failed: 1, delivered: 1 } });
    expect(done.deliveries.map(({ id }: any) => id)).toEqual([first.id, again.body.id]);
    const third = (await post(`/deliveries/${again.body.id}/resend`)).body;
    expect(third.resend_of).toBe(first.id);
    await until('three requests', () => requestsTo('/fails/resent').length === 3);
    const got = requestsTo('/fails/resent');
    expect(new Set(got.map((one) => one.headers['webhook-id']))).toEqual(new Set([first.id]));
    expect(new Set(got.map(({ body }) => body.toString()))).toEqual(new Set(['{"path":"/fails/resent"}']));
    await until('all to end', async () => (await get(`/notifications/${notification.id}`)).body.counts.delivered === 2);
    expect((await post(`/notifications/${notification.id}/retry`)).body.code).toBe('not_pending');
  });

  it('must have ended, and must not have been suppressed', async () => {
    const later = { scheduled_for: new Date(Date.now() + 3_600_000).toISOString() };
    const channels = { webhook: { url: `${receiver.url}/ok`, payload: {} } };
    const { id } = (await post('/notifications', { channels, ...later })).body;
    const [open] = (await get(`/notifications/${id}`)).body.deliveries;
    const suppressed = await post('/notifications', {
      recipients: [{ user_id: 'nomail' }],
      channels: { email: { subject: 's', text: 't' } },
    });
    const [none] = (await get(`/notifications/${suppressed.body.id}`)).body.deliveries;
    for (const one of [open, none]) {
      const answer = await post(`/deliveries/${one.id}/resend`);
      expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    }
    expect((await post(`/deliveries/${open.id}/discard`)).status).toBe(409);
    expect((await post(`/deliveries/${randomUUID()}/resend`)).status).toBe(404);
  });
});

describe('what did not get through', () => {
  it('says what was done about it, and is listed apart where nothing was', async () => {
    const [aside, resent, left] = [await send(), await send(), await send()].map(({ deliveries }) => deliveries[0]);
    const undone = { resent_at: null, resent_by: null, discarded_at: null };
    expect(aside).toMatchObject({ ...undone, error_code: 'http_503' });
    const discarded = (await post(`/deliveries/${aside.id}/discard`)).body;
    expect(discarded).toMatchObject({ ...undone, status: 'failed', discarded_at: expect.any(String) });
    expect((await post(`/deliveries/${aside.id}/discard`)).body.discarded_at).toBe(discarded.discarded_at);
    const again = (await post(`/deliveries/${resent.id}/resend`)).body;
    expect(again).toMatchObject({ ...undone, resend_of: resent.id, error_code: null });
    // As often as the notification says: not at all, beyond the first time.
    const failed = await until('it to fail too', async () => {
      const { body } = await get(`/deliveries/${again.id}`);
      return body.status !== 'pending' && body.status !== 'sending' && body;
    });
    expect(failed).toMatchObject({ ...undone, status: 'failed', attempt_count: 1, error_code: 'http_503' });
    expect((await get(`/deliveries/${resent.id}`)).body).toMatchObject({
      status: 'failed',
      resent_at: expect.any(String),
      resent_by: again.id,
    });
    const { data } = (await get('/deliveries?status=failed')).body;
    const done = data.map((one: any) => [one.id, one.discarded_at !== null, one.resent_by]);
    expect(done).toEqual([
      [again.id, false, null],
      [left.id, false, null],
      [resent.id, false, again.id],
      [aside.id, true, null],
    ]);
    expect(await idsOf('?unresolved=true')).toEqual([again.id, left.id]);
    expect(await idsOf('?unresolved=true&status=expired')).toEqual([]);
    expect(await idsOf('?unresolved=false&status=failed')).toHaveLength(4);

    const dry = (await post('/recoveries', { dry_run: true })).body;
    expect(dry).toMatchObject({ matched: 4, resent: 0, skipped: 2 });
    receiver.respond(() => ({ status: 200 }));
    const started = (await post('/recoveries')).body;
    expect(started).toMatchObject({ matched: 4 });
    expect(await ended(started.id)).toMatchObject({ matched: 4, resent: 2, skipped: 2 });
    const recovered = await until('them to get through', async () => {
      const { body } = await get('/deliveries?status=delivered');
      return body.data.length === 2 && body.data;
    });
    expect(recovered).toMatchObject([{ error_code: null }, { error_code: null }]);
    const tries = `select distinct max_attempts from deliveries where client_id = $1`;
    expect(await here.app.sql(tries, [here.client.id])).toEqual([{ max_attempts: 1 }]);
    expect(await idsOf('?unresolved=true')).toEqual([]);
    expect((await post('/recoveries', { dry_run: true })).body).toMatchObject({ matched: 4, skipped: 4 });
  });
});

describe('a recovery', () => {
  it('counts, and sends again what did not get through, each once, but for what was put aside', async () => {
    const tags = ['outage'];
    const [one, two, aside] = [
      await send('/fails/1', { tags }),
      await send('/fails/2', { tags }),
      await send('/fails/3', { tags }),
    ];
    await send('/ok/4', { tags });
    await send('/fails/5');
    for (let n = 0; n < 2; n++) expect((await post(`/deliveries/${aside.deliveries[0].id}/discard`)).status).toBe(200);
    const filter = { tag: 'outage', channel: 'webhook', error_code: 'http_503' };
    const dry = await post('/recoveries', { filter, dry_run: true });
    expect([dry.status, dry.body]).toMatchObject([
      202,
      { filter, dry_run: true, status: 'completed', matched: 3, resent: 0, skipped: 1, rate_per_second: 100 },
    ]);
    const [delivery] = one.deliveries;
    const wishes: [object, number][] = [
      [{}, 4],
      [{ status: 'delivered' }, 1],
      [{ channel: 'email' }, 0],
      [{ provider: 'webhook' }, 4],
      [{ provider: 'other' }, 0],
      [{ error_code: 'http_500' }, 0],
      [{ address: delivery.recipient.address.toUpperCase() }, 1],
      [{ notification_id: one.id }, 1],
      [{ user_id: 'nobody' }, 0],
      [{ from: delivery.created_at, to: two.created_at }, 1],
    ];
    const counted: typeof wishes = [];
    for (const [wish] of wishes)
      counted.push([wish, (await post('/recoveries', { filter: wish, dry_run: true })).body.matched]);
    expect(counted).toEqual(wishes);
    receiver.respond(() => ({ status: 200 }));
    const started = await post('/recoveries', { filter, rate_per_second: 50 });
    expect([started.status, started.body]).toMatchObject([202, { dry_run: false, matched: 3 }]);
    expect(await ended(started.body.id)).toMatchObject({ status: 'completed', matched: 3, resent: 2, skipped: 1 });
    const again = await post('/recoveries', { filter });
    expect(await ended(again.body.id)).toMatchObject({ resent: 0, skipped: 3 });
    for (const { id } of [one, two]) {
      await until('it to get through', async () => (await get(`/notifications/${id}`)).body.counts.delivered === 1);
    }
    expect(['/fails/1', '/fails/2', '/fails/3', '/ok/4', '/fails/5'].map((path) => requestsTo(path).length)).toEqual([
      2, 2, 1, 1, 1,
    ]);
    const { data } = (await get('/recoveries?limit=2')).body;
    expect(data.map(({ id }: any) => id)).toEqual([again.body.id, started.body.id]);
  });

  it('keeps to its rate, and stops when it is cancelled', async () => {
    for (let n = 0; n < 3; n++) await send(`/fails/slow/${n}`);
    receiver.respond(() => ({ status: 200 }));
    const { body } = await post('/recoveries', { filter: { status: 'failed' }, rate_per_second: 1 });
    await until('the first of them', async () => (await get(`/recoveries/${body.id}`)).body.resent === 1);
    const [row] = await here.app.sql(
      `select next_at - updated_at >= interval '0.9 seconds' as waits from recoveries where id = $1`,
      [body.id],
    );
    expect(row.waits).toBe(true);
    // Far away, so that no machine is slow enough for the next batch to come first.
    await here.app.sql(`update recoveries set next_at = clock_timestamp() + interval '1 hour' where id = $1`, [
      body.id,
    ]);
    const { resent } = (await get(`/recoveries/${body.id}`)).body;
    expect(resent).toBeLessThan(3);
    for (let n = 0; n < 2; n++) {
      expect((await post(`/recoveries/${body.id}/cancel`)).body).toMatchObject({ status: 'cancelled', resent });
    }
    expect((await post(`/recoveries/${randomUUID()}/cancel`)).status).toBe(404);
  });

  it('is not begun with times that leave nothing between them: the field is named where it stands', async () => {
    const filter = { from: '2021-01-01T00:00:00Z', to: '2020-01-01T00:00:00Z' };
    const { status, body } = await post('/recoveries', { filter });
    expect([status, body.errors]).toEqual([422, [{ field: 'filter.from', message: 'must not be after to' }]]);
  });
});

describe('the operator', () => {
  /** With the admin key, for the client of the test unless another is named; null: none is. */
  const operate = (
    method: string,
    path: string,
    { body, of = here.client.id }: { body?: object; of?: string | null } = {},
  ) => here.app.admin().request(method, path, { body, headers: of === null ? {} : { 'X-Client-Id': of } });

  it('finds a delivery of a client that he names, sends it again, and reads nothing of what a receiver answered', async () => {
    receiver.respond(() => ({ status: 503, body: 'you said: hello' }));
    const { id } = (await send('/fails/operated')).deliveries[0];
    expect((await get(`/deliveries/${id}`)).body.attempts[0].response_body).toBe('you said: hello');
    const found = (await operate('GET', '/deliveries?status=failed')).body.data;
    expect(found.map((one: any) => one.id)).toEqual([id]);
    const [attempt] = (await operate('GET', `/deliveries/${id}`)).body.attempts;
    expect(attempt).toMatchObject({ error_code: 'http_503', response_status: 503, response_body: null });
    expect(JSON.stringify((await operate('POST', `/deliveries/${id}/discard`)).body)).not.toContain('you said');
    receiver.respond(() => ({ status: 200 }));
    const again = await operate('POST', `/deliveries/${id}/resend`);
    expect([again.status, again.body.resend_of]).toEqual([202, id]);
    await until(
      'it to get through',
      async () => (await get(`/deliveries/${again.body.id}`)).body.status === 'delivered',
    );
    // It is the client's to see.
    const lines = (await get('/audit?action=delivery.*')).body.data;
    expect(lines.map((line: any) => [line.action, line.actor.type, line.subject, line.client_id])).toEqual([
      ['delivery.resend', 'admin', id, here.client.id],
      ['delivery.discard', 'admin', id, here.client.id],
    ]);
    expect((await operate('GET', '/audit')).body.data.every((line: any) => line.client_id === here.client.id)).toBe(
      true,
    );
    expect((await operate('GET', '/analytics/ledger')).body).toMatchObject({ accepted: 2, balanced: true });
    const dry = await operate('POST', '/recoveries', { body: { dry_run: true, filter: { status: 'failed' } } });
    expect(dry.body).toMatchObject({ matched: 1, skipped: 1 });
  });

  it('sees how much waits and since when, as the client does', async () => {
    const channels = { webhook: { url: `${receiver.url}/fails/backlog`, payload: {} } };
    const { id } = (await post('/notifications', { channels, max_retry_attempts: 3 })).body;
    const [delivery] = await until('the first attempt', async () => {
      const { data } = (await get(`/deliveries?notification_id=${id}&status=retrying`)).body;
      return data.length === 1 && data;
    });
    const backlog = { deliveries: 1, oldest_at: delivery.created_at };
    expect((await operate('GET', '/metrics')).body.backlog).toEqual(backlog);
    expect((await get('/metrics')).body.backlog).toEqual(backlog);
    await post(`/notifications/${id}/cancel`);
    const none = { deliveries: 0, oldest_at: null };
    await until('nothing to wait', async () => (await get('/metrics')).body.backlog.deliveries === 0);
    expect((await get('/metrics')).body.backlog).toEqual(none);
  });

  it('names a client, and is still not let in to its messages', async () => {
    const other = await here.app.client();
    const { id } = (await send('/fails/other')).deliveries[0];
    expect((await operate('GET', `/deliveries/${id}`, { of: other.id })).status).toBe(404);
    expect((await operate('GET', '/deliveries', { of: null })).body.code).toBe('forbidden');
    expect((await operate('GET', '/deliveries', { of: randomUUID() })).status).toBe(404);
    expect((await operate('GET', '/deliveries', { of: 'junk' })).status).toBe(404);
    for (const path of ['/rooms', '/messages/search?q=hello', '/notifications', '/users', '/clients/me']) {
      expect([path, (await operate('GET', path)).body.code]).toEqual([path, 'forbidden']);
    }
    // A client's own key is of its client, whatever the header says.
    const headers = { 'X-Client-Id': here.client.id };
    expect((await other.request('GET', `/deliveries/${id}`, { headers })).status).toBe(404);
    const { key } = await here.client.login('ann');
    expect((await here.app.request('GET', '/deliveries', { key, headers })).body.code).toBe('forbidden');
  });
});
