import { randomUUID } from 'node:crypto';
import { FallbackTurns } from '../../src/delivery/notifications/fallback/fallback-turns.js';
import type { ChainRow } from '../../src/delivery/notifications/fallback/fallback-chains.repository.js';
import { NotificationDedup } from '../../src/delivery/notifications/notification-dedup.js';
import type { Accepted } from '../../src/delivery/notifications/new-notifications.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { DeliveriesService } from '../../src/engine/deliveries/deliveries.service.js';
import { Workers } from '../../src/engine/deliveries/dispatch/workers.js';
import { DeliveryChanges } from '../../src/engine/deliveries/changes/delivery-changes.js';
import type { TestClient } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

let app: NestApp;
let client: TestClient;
let receiver: Receiver;

beforeAll(async () => {
  [app, receiver] = await Promise.all([NestApp.start(), Receiver.start()]);
});
beforeEach(async () => {
  client = await app.client();
  receiver.respond(() => ({ status: 200 }));
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await app.stop();
  await receiver.stop();
});

const soon = () => new Date(Date.now() + 3_600_000).toISOString();
const post = (path: string, body: object = {}) => client.request('POST', path, { body });
const times = <T>(n: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, index) => work(index)));

describe('what is asked for at the same time', () => {
  it('with one dedup_key is sent once, and all are answered with it', async () => {
    const body = { channels: { webhook: { url: `${receiver.url}/dedup`, payload: {} } }, dedup_key: 'k' };
    const answers = await times(20, () => post('/notifications', body));
    expect(new Set(answers.map(({ body: { id } }) => id)).size).toBe(1);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array.from({ length: 19 }, () => 200), 202]);
    const batch = {
      notifications: [
        { ...body, dedup_key: 'b' },
        { ...body, dedup_key: 'a' },
        { ...body, dedup_key: 'b' },
      ],
    };
    const batches = await times(5, () => post('/notifications/batch', batch));
    expect(batches.map(({ status, body: { detail } }) => [status, detail])).toEqual(
      batches.map(() => [202, undefined]),
    );
    expect(
      new Set(batches.flatMap(({ body: { results } }) => results.map((one: any) => one.notification.id))).size,
    ).toBe(2);
    const [{ n }] = await app.sql('select count(*)::int as n from notifications where client_id = $1', [client.id]);
    expect(n).toBe(3);
  });

  it('a channel keeps its turn whose time was moved since somebody looked', async () => {
    const { body: made } = await post('/notifications', {
      recipients: [{ email: 'ann@example.com' }],
      channels: { email: { subject: 'Hi', text: 'x' }, webhook: { url: `${receiver.url}/second`, payload: {} } },
      fallback: [{ channel: 'email', within_s: 3_600 }, { channel: 'webhook' }],
      scheduled_for: soon(),
    });
    const seen = await app.sql<ChainRow>('select * from notification_chains where notification_id = $1', [made.id]);
    expect(seen).toHaveLength(1);
    await app.get(FallbackTurns).take(seen);
    const { body: kept } = await client.request('GET', `/notifications/${made.id}`);
    expect(kept.deliveries.map(({ channel, status }: any) => [channel, status])).toEqual([['email', 'pending']]);
    await app.sql('update notification_chains set due_at = clock_timestamp() where notification_id = $1', [made.id]);
    await until('the webhook to have its turn', () => receiver.requests.some(({ path }) => path.endsWith('/second')));
  });

  it('with a dedup_key that is taken, waits for nobody else who asks with it', async () => {
    const body = { channels: { webhook: { url: `${receiver.url}/taken`, payload: {} } }, dedup_key: 'taken' };
    const { id } = (await post('/notifications', body)).body;
    const asking = {
      client_id: client.id,
      row: { id: randomUUID(), sender_pk: null },
      dedup: { key: 'taken', window_s: 60 },
    };
    // Somebody who has been told, and is not at the end of what else they ask for.
    await app.get(Database).transaction(async (tx) => {
      expect(await app.get(NotificationDedup).claim(tx, asking as unknown as Accepted)).toBe(id);
      expect([(await post('/notifications', body)).body.id, (await post('/notifications', body)).status]).toEqual([
        id,
        200,
      ]);
      const { body: many } = await post('/notifications/batch', { notifications: [body, body] });
      expect(many.results.map((one: any) => [one.status, one.notification.id])).toEqual([
        [200, id],
        [200, id],
      ]);
    });
    await app.sql(`update notification_dedup_keys set expires_at = clock_timestamp() where client_id = $1`, [
      client.id,
    ]);
    const next = await times(5, () => post('/notifications/batch', { notifications: [body] }));
    expect(next.map(({ body: { results } }) => results[0].status).toSorted()).toEqual([200, 200, 200, 200, 202]);
    const ids = new Set(next.map(({ body: { results } }) => results[0].notification.id));
    expect([ids.size, ids.has(id)]).toEqual([1, false]);
  });

  it('to cancel it and to send it, ends it once, and its counts say how', async () => {
    const made = await times(30, async (n) => {
      const channels = { webhook: { url: `${receiver.url}/race/${n}`, payload: {} } };
      return (await post('/notifications', { channels, scheduled_for: soon() })).body.id as string;
    });
    const begin =
      'update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = any ($1)';
    await Promise.all([
      app.sql(begin, [made]),
      times(30, async (n) => {
        await until('some to be sent', () => receiver.requests.length > n % 3);
        return post(`/notifications/${made[n]}/cancel`);
      }),
    ]);
    const ended = await until('all to end', async () => {
      const found = await app.sql(
        `select n.id, n.status, n.open_count, n.cancelled_count, e.status as delivery from notifications n
           join ended_deliveries e on e.client_id = n.client_id and e.source_id = n.id where n.client_id = $1`,
        [client.id],
      );
      return found.length === 30 && found;
    });
    for (const { status, open_count, cancelled_count, delivery } of ended) {
      expect([delivery, status, open_count, cancelled_count]).toEqual(
        delivery === 'delivered' ? ['delivered', 'completed', 0, 0] : ['cancelled', 'cancelled', 0, 1],
      );
    }
    const sent = receiver.requests.filter(({ path }) => path.startsWith('/race/')).map(({ path }) => path);
    expect(sent).toHaveLength(ended.filter(({ delivery }) => delivery === 'delivered').length);
  });

  it('to change it and to send it, sends what was answered: the new, or the old and a refusal', async () => {
    const webhook = (which: string, n: number) => ({ url: `${receiver.url}/${which}/${n}`, payload: { which, n } });
    const made = await times(20, async (n) => {
      const channels = { webhook: webhook('old', n) };
      return (await post('/notifications', { channels, scheduled_for: soon() })).body.id as string;
    });
    const begin =
      'update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = any ($1)';
    const of = (which: string) => receiver.requests.filter(({ path }) => path.startsWith(`/${which}/`));
    const [, answers] = await Promise.all([
      app.sql(begin, [made]),
      times(20, async (n) => {
        await until('some to be sent', () => of('old').length + of('new').length >= n % 4);
        const body = { channels: { webhook: webhook('new', n) } };
        return (await client.request('PATCH', `/notifications/${made[n]}`, { body })).status;
      }),
    ]);
    await until('all to be sent', () => of('old').length + of('new').length >= 20);
    for (const [n, status] of answers.entries()) {
      const got = [...of('old'), ...of('new')].filter(({ path }) => path.endsWith(`/${n}`));
      const which = status === 200 ? 'new' : 'old';
      expect([n, status, got.map(({ path, body }) => [path, body.toString()])]).toEqual([
        n,
        status === 200 ? 200 : 409,
        [[`/${which}/${n}`, JSON.stringify({ which, n })]],
      ]);
    }
  });

  it('to change where it goes, and to claim it, gives back the room that it was given', async () => {
    const { slots } = app.get(Workers) as unknown as { slots: { taken: number } };
    await until('all that is in hand to be through', () => slots.taken === 0);
    const channels = { webhook: { url: `${receiver.url}/before`, payload: {} } };
    const { id } = (await post('/notifications', { channels, scheduled_for: soon() })).body;
    const [delivery] = (await client.request('GET', `/notifications/${id}`)).body.deliveries;
    const deliveries = app.get(DeliveriesService);
    const claimAll = deliveries.claimAll.bind(deliveries);
    const elsewhere = { channels: { webhook: { url: `${receiver.url}/after`, payload: {} } } };
    jest.spyOn(deliveries, 'claimAll').mockImplementation(async (refs) => {
      // It has room in the lane where it would have gone.
      if (refs.some((ref) => ref.id === delivery.id))
        expect((await client.request('PATCH', `/notifications/${id}`, { body: elsewhere })).status).toBe(200);
      return claimAll(refs);
    });
    await app.sql('update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = $1', [
      id,
    ]);
    await until('it to be delivered', async () => {
      const { body } = await client.request('GET', `/notifications/${id}`);
      return body.counts.delivered === 1;
    });
    expect(receiver.requests.map(({ path }) => path).filter((path) => /before|after/.test(path))).toEqual(['/after']);
    await until('the room to be free again', () => slots.taken === 0);
  });

  it('to change it and to claim it, waits for the one that came first', async () => {
    const channels = { webhook: { url: `${receiver.url}/early`, payload: {} } };
    const { id } = (await post('/notifications', { channels, scheduled_for: soon() })).body;
    const changes = app.get(DeliveryChanges);
    const begun = changes.begun.bind(changes);
    let claiming: Promise<unknown> | undefined;
    jest.spyOn(changes, 'begun').mockImplementationOnce(async (...args) => {
      const found = await begun(...args);
      // Its time comes between the look and the change.
      claiming = app.sql(
        'update open_deliveries set next_attempt_at = clock_timestamp(), awake = true where source_id = $1',
        [id],
      );
      await until('it to be sent, or to wait', async () => {
        const waiting = await app.sql(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        );
        return waiting.length > 0 || receiver.requests.some(({ path }) => path === '/early');
      });
      return found;
    });
    const late = { channels: { webhook: { url: `${receiver.url}/late`, payload: {} } } };
    expect((await client.request('PATCH', `/notifications/${id}`, { body: late })).status).toBe(200);
    await claiming;
    await until('it to be sent', () => receiver.requests.some(({ path }) => path === '/late' || path === '/early'));
    expect(receiver.requests.map(({ path }) => path).filter((path) => /early|late/.test(path))).toEqual(['/late']);
  });

  it('to try again what failed, tries it again once', async () => {
    receiver.respond(() => ({ status: 500 }));
    const channels = { webhook: { url: `${receiver.url}/twice`, payload: {} } };
    const { id } = (await post('/notifications', { channels, max_retry_attempts: 0 })).body;
    const failed = async () => (await client.request('GET', `/notifications/${id}`)).body.status === 'failed';
    await until('it to fail', failed);
    receiver.respond(() => ({ status: 200 }));
    const answers = await times(5, () => post(`/notifications/${id}/retry`));
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    await until(
      'it to be sent',
      async () => (await client.request('GET', `/notifications/${id}`)).body.counts.delivered === 1,
    );
    expect(receiver.requests.filter(({ path }) => path === '/twice')).toHaveLength(2);
  });
});

describe('what is urgent', () => {
  it('overtakes ten thousand that wait, also when it waits already', async () => {
    const recipients = (n: number) => Array.from({ length: 1_000 }, (_, at) => ({ user_id: `u${n * 1_000 + at}` }));
    const order = (priority: string, n: number) =>
      post('/notifications', {
        recipients: n < 0 ? [{ user_id: 'boss' }] : recipients(n),
        channels: { websocket: { title: 'T' } },
        priority,
        scheduled_for: soon(),
      });
    for (let n = 0; n < 10; n++) expect((await order('low', n)).status).toBe(202);
    const [made, raised] = [(await order('urgent', -1)).body.id, (await order('low', -1)).body.id];
    const patched = await client.request('PATCH', `/notifications/${raised}`, { body: { priority: 'urgent' } });
    expect(patched.body.priority).toBe('urgent');
    // All of them are due at once, the urgent ones last of all.
    await app.sql(
      `update open_deliveries set awake = true, next_attempt_at = clock_timestamp() - case when source_id = any ($2)
         then interval '0' else interval '1 minute' end where client_id = $1`,
      [client.id, [made, raised]],
    );
    const before = await until('the urgent ones to be sent', async () => {
      const [seen] = await app.sql(
        `select count(*) filter (where source_id = any ($2))::int as urgent,
                count(*) filter (where priority = 3 and sent_at < (
                  select max(sent_at) from ended_deliveries u where u.client_id = $1 and u.source_id = any ($2)))::int as low
           from ended_deliveries where client_id = $1`,
        [client.id, [made, raised]],
      );
      return seen.urgent === 2 && seen;
    });
    // What was in hand when they came due, and no more than a round of that.
    expect(before.low).toBeLessThan(1_500);
  });
});
