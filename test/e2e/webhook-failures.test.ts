import type { TestClient } from '../support/app.js';
import { contents, endpointsOf } from '../support/endpoints.js';
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
  receiver.respond(() => ({ status: 503 }));
  client = await the.app.client();
});

/** The next attempt of what an endpoint was told is the last one, and is made now. */
const giveUp = async (id: string): Promise<void> => {
  await until('it to be tried', async () => (await deliveriesOf(id)).some(({ status }) => status === 'retrying'));
  await the.app.sql(
    `update open_deliveries set max_attempts = attempt_count + 1, next_attempt_at = now(), awake = true
      where lane = $1 and status = 'retrying'`,
    [`webhook:endpoint/${id}`],
  );
};
const toldOf = async (id: string): Promise<string[]> =>
  (await deliveriesOf(id)).map(({ event_type, status }) => `${event_type} ${status}`).toSorted();

describe('what failed for good', () => {
  it('is told to the others once, and goes round in no circle', async () => {
    const one = await endpoint({ event_types: ['message.created', 'delivery.*'] });
    const two = await endpoint({ event_types: ['delivery.*'] });
    await say(await room(), 'hello');
    await giveUp(one.id);
    const both = ['delivery.exhausted', 'delivery.failed'];
    await until('the other to hear of it', async () => (await toldOf(two.id)).length > 0);
    await giveUp(two.id);
    await until('that to fail for good', async () => (await toldOf(two.id)).every((state) => state.endsWith('failed')));
    // Whoever comes last in the log was not told either.
    const late = await endpoint({ event_types: ['message.created'] });
    await say(await room(), 'later');
    await late.heard(1);
    await until('it to be tried', async () => (await toldOf(one.id)).includes('message.created retrying'));
    expect(await toldOf(one.id)).toEqual(['message.created failed', 'message.created retrying']);
    for (const state of await toldOf(two.id)) expect(both.map((type) => `${type} failed`)).toContain(state);
    expect((await toldOf(two.id)).length).toBeLessThanOrEqual(2);
  });

  it('holds up its room no more, where there is an order', async () => {
    const [first, second] = [await room(), await room()];
    const one = await endpoint({ event_types: ['message.created'], ordered_by: 'room' });
    receiver.respond(({ body }) => ({ status: body.toString().includes('front') ? 503 : 200 }));
    await say(first, 'front');
    for (const content of ['next', 'last']) await say(first, content);
    await say(second, 'elsewhere');
    await until('the other room', () => contents(one.events()).includes('elsewhere'));
    await giveUp(one.id);
    await until('the others', () => one.events().length === 5);
    expect(contents(one.events()).filter((content) => content !== 'elsewhere')).toEqual([
      'front',
      'front',
      'next',
      'last',
    ]);
    const stats = () => call('GET', `endpoints/${one.id}/stats`);
    await until('all to be recorded', async () => (await stats()).by_status.delivered === 3);
    expect(await stats()).toMatchObject({ total: 4, waiting: 0, by_status: { failed: 1 } });
  });
});

describe('what goes wrong', () => {
  it('is told to who asked for it: of a notification, a delivery, a provider', async () => {
    const told = await endpoint({ event_types: ['notification.failed', 'delivery.exhausted', 'provider.degraded'] });
    receiver.respond(({ path }) => ({ status: path === told.path ? 200 : 503 }));
    const notify = async (body: object): Promise<string> => {
      const answer = await client.request('POST', '/notifications', { body: { max_retry_attempts: 0, ...body } });
      expect(answer.status).toBe(202);
      return answer.body.id;
    };
    const id = await notify({ channels: { webhook: { url: `${receiver.url}/down`, payload: {} } } });
    const nobody = { host: '127.0.0.1', port: 1, secure: false };
    await client.request('POST', '/clients/me/providers?verify=false', {
      body: { name: 'down', provider_type: 'smtp', from_email: 'a@example.com', config: nobody },
    });
    for (let n = 0; n < 5; n++)
      await notify({ recipients: [{ email: 'a@example.com' }], channels: { email: { subject: 's', text: 't' } } });
    const heard = (type: string, which: (data: any) => boolean) =>
      until(type, () => told.events().find((event) => event.type === type && which(event.data)));
    await heard('notification.failed', (data) => data.id === id && data.status === 'failed');
    await heard('delivery.exhausted', (data) => data.notification_id === id && data.channel === 'webhook');
    const { data } = await heard('provider.degraded', () => true);
    expect(data).toMatchObject({ name: 'down', channel: 'email', reason: 'connection_failed' });
  });
});

describe('a condition that runs away', () => {
  it.each([
    ['( $f := function($n) { $f($n + 1) + 1 }; $f(0) )'],
    ['( $f := function($n) { $f($n + 1) }; $f(0) )'],
    ['$count([1..9999999].{"a": [1..9999999]}) > 0'],
  ])('delivers all the same, says why, and keeps no other from being judged: %s', async (condition) => {
    receiver.respond(() => ({ status: 200 }));
    const faulty = await endpoint({ event_types: ['message.created'], condition });
    const other = await endpoint({ event_types: ['message.created'], condition: 'data.content = "yes"' });
    const roomId = await room();
    for (const content of ['yes', 'no']) await say(roomId, content);
    expect(contents(await faulty.heard(2)).toSorted()).toEqual(['no', 'yes']);
    expect(contents(await other.heard(1))).toEqual(['yes']);
    expect((await deliveriesOf(faulty.id)).map(({ condition_failed }) => condition_failed)).toEqual([true, true]);
    const { condition_fault } = await call('GET', `endpoints/${faulty.id}`);
    expect(condition_fault).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    expect((await call('GET', `endpoints/${other.id}`)).condition_fault).toBeNull();
  });
});

describe('the overlap of two secrets', () => {
  it('ends', async () => {
    receiver.respond(() => ({ status: 200 }));
    const one = await endpoint();
    const signatures = async (): Promise<number> => {
      const before = one.requests().length;
      await call('POST', `endpoints/${one.id}/test`, {});
      return String(one.requests()[before]!.headers['webhook-signature']).split(' ').length;
    };
    await call('POST', `endpoints/${one.id}/rotate-secret`, { overlap_s: 600 });
    expect(await signatures()).toBe(2);
    await the.app.sql(
      `update webhook_endpoints set previous_secret_expires_at = now() - interval '1 second' where id = $1`,
      [one.id],
    );
    expect(await signatures()).toBe(1);
    expect((await call('GET', `endpoints/${one.id}`)).previous_secret_expires_at).toBeNull();
  });
});
