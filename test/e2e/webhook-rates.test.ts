import type { TestClient } from '../support/app.js';
import { endpointsOf, type TestEndpoint } from '../support/endpoints.js';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const the = oneApp();
let client: TestClient;
let receiver: Receiver;
const { call, endpoint, room, say, deliveriesOf } = endpointsOf(
  () => client,
  () => receiver,
);

beforeAll(async () => {
  receiver = await Receiver.start();
});
afterAll(() => receiver.stop());
beforeEach(async () => {
  receiver.respond(() => ({ status: 200 }));
  client = await the.app.client();
});

const RATE = 4;
const COUNT = 12;

/** All of them at once, and one after the other as the rate has it: who is late makes it no shorter by more than this. */
async function spaced(one: TestEndpoint, count: number, doing: () => Promise<unknown>): Promise<void> {
  const before = one.requests().length;
  await doing();
  await one.heard(before + count);
  const times = one
    .requests()
    .slice(before, before + count)
    .map(({ receivedAt }) => receivedAt);
  expect(times.at(-1)! - times[0]!).toBeGreaterThan((((count - 1) / RATE) * 1_000) / 2);
}

const statuses = async (id: string): Promise<string[]> =>
  (await deliveriesOf(id)).map(({ status, reason }) => (reason === null ? status : `${status} ${reason}`));

describe('the rate of an endpoint', () => {
  it('holds for retries, for what was held, and for what is sent again', async () => {
    const roomId = await room();
    const one = await endpoint({ event_types: ['message.created'] });
    // Their own time does not come meanwhile.
    receiver.respond(() => ({ status: 503, headers: { 'retry-after': '600' } }));
    for (let n = 0; n < COUNT; n++) await say(roomId, `m${n}`);
    const failed = async () => (await statuses(one.id)).every((status) => status === 'retrying http_503');
    await one.heard(COUNT);
    await until('all of them to fail', failed);

    receiver.respond(() => ({ status: 200 }));
    await call('PATCH', `endpoints/${one.id}`, { rate_limit_per_second: RATE });
    await spaced(one, 5, async () => {
      await the.app.sql('update open_deliveries set next_attempt_at = now(), awake = true where lane = $1', [
        `webhook:endpoint/${one.id}`,
      ]);
      await until('some of them to wait for their turn', async () =>
        (await statuses(one.id)).includes('held rate_limited'),
      );
    });
    // What waits goes with what is held, and comes back with it.
    await call('POST', `endpoints/${one.id}/disable`);
    await until('the others to be held', async () => {
      const now = await statuses(one.id);
      return !now.includes('held rate_limited') && now.includes('held endpoint_disabled');
    });
    await call('POST', `endpoints/${one.id}/enable`);
    // Nothing keeps to a rate that is no more.
    await call('PATCH', `endpoints/${one.id}`, { rate_limit_per_second: null });
    await until('all of them', async () => (await statuses(one.id)).every((status) => status === 'delivered'));
    expect(one.requests()).toHaveLength(2 * COUNT);
    const ended = await deliveriesOf(one.id);
    expect(ended.map(({ attempt_count }) => attempt_count)).toEqual(ended.map(() => 2));

    await call('PATCH', `endpoints/${one.id}`, { rate_limit_per_second: RATE });
    await spaced(one, 7, async () => {
      for (const { id } of ended.slice(0, 6))
        expect((await client.request('POST', `/deliveries/${id}/resend`)).status).toBe(202);
      await say(roomId, 'new');
    });
  });

  it('is one for its events and the notifications that name it', async () => {
    const roomId = await room();
    const one = await endpoint({ event_types: ['message.created'], rate_limit_per_second: 20 });
    const channels = { webhook: { endpoint_id: one.id, payload: {} } };
    const notify = async () => {
      const { status, body } = await client.request('POST', '/notifications', { body: { channels } });
      expect(status).toBe(202);
      return body.id as string;
    };
    /** What is counted of this client, and until when all turns are taken. */
    const taken = async (): Promise<number> => {
      const rows = await the.app.sql<any>(
        `select key, extract(epoch from next_slot_at)::float8 * 1000 as until from provider_usage where client_id = $1`,
        [client.id],
      );
      expect(rows.map(({ key }) => key)).toEqual([`webhook:endpoint/${one.id}`]);
      return rows[0].until;
    };
    const speak = () => say(roomId, 'hello');
    const turns: number[] = [];
    for (const tell of [speak, notify, speak, notify]) {
      await tell();
      await one.heard(turns.length + 1);
      turns.push(await taken());
    }
    // Each of them took a turn of its own, of fifty milliseconds.
    for (const [at, next] of turns.slice(1).entries()) expect(next - turns[at]!).toBeGreaterThan(49);
  });

  it('does not hold for a test', async () => {
    const one = await endpoint({ rate_limit_per_second: 1 });
    for (let n = 0; n < 4; n++)
      expect(await call('POST', `endpoints/${one.id}/test`, {})).toMatchObject({ status: 'delivered' });
    expect(one.requests()).toHaveLength(4);
    // They take no turns, so that they neither wait nor make others wait.
    expect(await the.app.sql('select from provider_usage where client_id = $1', [client.id])).toEqual([]);
  });
});

describe('the concurrency of an endpoint', () => {
  it('holds from when it is set, and no longer', async () => {
    const roomId = await room();
    let now = 0;
    let most = 0;
    let letGo: () => void = () => {};
    let gate = new Promise<void>((resolve) => (letGo = resolve));
    receiver.respond(async () => {
      most = Math.max(most, ++now);
      await gate;
      now--;
      return { status: 200 };
    });
    const one = await endpoint({ event_types: ['message.created'], concurrency: 2 });
    for (let n = 0; n < 8; n++) await say(roomId, `m${n}`);
    await one.heard(2);
    await until('the others to be planned', async () => (await deliveriesOf(one.id)).length === 8);
    expect(most).toBe(2);
    await call('PATCH', `endpoints/${one.id}`, { concurrency: 6 });
    await until('more at once', () => now === 6);
    letGo();
    gate = Promise.resolve();
    await one.heard(8);
    expect(most).toBe(6);
  });
});
