import { startApp, type TestApp } from '../support/app.js';
import { TestDatabase } from '../support/postgres.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const STREAMS = 3;
const OF_EACH = 3_400;
const EVENTS = STREAMS * OF_EACH;

it('tells an endpoint all that it missed, each once, over a kill and beside another recovery that was cancelled', async () => {
  const [database, receiver] = await Promise.all([TestDatabase.create(), Receiver.start()]);
  let app: TestApp | undefined;
  try {
    app = await startApp({ database });
    const client = await app.client();
    const call = async (method: string, path: string, body?: object, status = 200): Promise<any> => {
      const answer = await app!.requester(client.key)(method, path, body ? { body } : {});
      expect([path, answer.status, answer.body?.detail]).toEqual([path, status, answer.body?.detail]);
      return answer.body;
    };
    const happen = (streams: number, ofEach: number) =>
      database.query(
        `insert into events (client_id, stream_type, stream_id, epoch, rev, id, type, actor_type, data, occurred_at)
         select $1, 'room', s.id, '1.1', n, gen_random_uuid(), case n % 2 when 0 then 'endpoint.disabled' else 'member.left' end,
                'system', '{}', clock_timestamp()
           from (select gen_random_uuid() as id from generate_series(1, $2)) s, generate_series(1, $3) n`,
        [client.id, streams, ofEach],
      );
    // What was before the endpoint is nothing that it missed.
    await happen(1, 20);
    // What it is told waits for its rate: thousands of requests would show nothing more.
    const body = { url: receiver.url, event_types: ['endpoint.disabled'], rate_limit_per_second: 1 };
    const { id } = await call('POST', '/webhooks/endpoints', body, 201);
    // Nothing listens there: what it is to hear stays open.
    const deaf = await call(
      'POST',
      '/webhooks/endpoints',
      { url: 'http://127.0.0.1:9/', event_types: ['room.created'] },
      201,
    );
    for (const change of ['disable', 'enable']) await call('POST', `/webhooks/endpoints/${deaf.id}/${change}`);
    await call('POST', '/rooms', { room_type: 'group', name: 'R', members: ['ann'] }, 201);
    const since = new Date(Date.now() - 60_000).toISOString();
    await call('POST', `/webhooks/endpoints/${id}/disable`);
    await happen(STREAMS, 2 * OF_EACH);
    const recover = `/webhooks/endpoints/${id}/recover`;
    await call('POST', recover, { since }, 409);
    await call('POST', recover, { since, until: since }, 422);
    for (const dry_run of [false, true]) await call('POST', recover, { since: '9999-01-01T00:00:00Z', dry_run }, 422);
    const counted = await call('POST', recover, { since, dry_run: true }, 202);
    expect(counted).toMatchObject({ endpoint_id: id, status: 'completed', matched: EVENTS, resent: 0, dry_run: true });
    await call('POST', `/webhooks/endpoints/${id}/enable`);

    const first = await call('POST', recover, { since, rate_per_second: 10 }, 202);
    expect(first).toMatchObject({ endpoint_id: id, status: 'running', matched: EVENTS });
    await until('something of it', async () => (await call('GET', `/recoveries/${first.id}`)).resent > 0);
    const cancelled = await call('POST', `/recoveries/${first.id}/cancel`);
    expect(cancelled).toMatchObject({ status: 'cancelled' });
    expect(cancelled.resent).toBeLessThan(EVENTS / 10);

    const second = await call('POST', recover, { since, rate_per_second: 1_000 }, 202);
    expect(second.matched).toBe(EVENTS - cancelled.resent);
    const hurried = async (): Promise<any> => {
      await database.query('update recoveries set next_at = now() where next_at > now()');
      return call('GET', `/recoveries/${second.id}`);
    };
    await until('a good part of it', async () => (await hurried()).resent >= 2_000);
    const known = () =>
      database.query<{ event_id: string }>(
        `select m.event_id from endpoint_messages m join ended_deliveries d using (client_id, id) where m.endpoint_id = $1`,
        [id],
      );
    await until('something to be told', async () => (await known()).length > 0);
    await app.kill();
    // Killed between enabling an endpoint and letting go what it held.
    const held = await database.query(
      `update open_deliveries set status = 'held', reason = 'endpoint_disabled', next_attempt_at = null, awake = false
        where client_id = $1 and channel = 'webhook' and status in ('pending', 'retrying', 'held') returning id`,
      [client.id],
    );
    expect(held.length).toBeGreaterThan(0);
    const before = receiver.requests.length;
    const over = await known();
    app = await startApp({ database });
    await until('what was held to go on', async () => {
      const [{ n }] = await database.query<any>(
        `select count(*)::int as n from open_deliveries where client_id = $1 and reason = 'endpoint_disabled'`,
        [client.id],
      );
      return n === 0;
    });
    const done = await until('the whole of it', async () => {
      const now = await hurried();
      return now.status === 'running' ? null : now;
    });
    expect(done).toMatchObject({ status: 'completed', resent: second.matched, skipped: 0 });
    const [told] = await database.query<any>(
      'select count(*)::int as n, count(distinct event_id)::int as events from endpoint_messages where endpoint_id = $1',
      [id],
    );
    expect(told).toEqual({ n: EVENTS, events: EVENTS });
    expect(await call('POST', recover, { since, dry_run: true }, 202)).toMatchObject({ matched: 0 });
    await receiver.waitFor(before + 1);
    // What was under way at the kill is sent again, as nobody knows what became of it; what was known is not.
    const ids = receiver.requests.map(({ headers }) => String(headers['webhook-id']));
    const [earlier, later] = [ids.slice(0, before), ids.slice(before)];
    expect([new Set(earlier).size, new Set(later).size]).toEqual([earlier.length, later.length]);
    expect(over.filter(({ event_id }) => later.includes(event_id))).toEqual([]);
  } finally {
    await app?.stop();
    await Promise.all([receiver.stop(), database.drop()]);
  }
});
