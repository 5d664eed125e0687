import { endpointsOf } from '../support/endpoints.js';
import { oneApp } from '../support/one-app.js';
import type { TestClient } from '../support/app.js';
import { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';

const the = oneApp();
let client: TestClient;
let receiver: Receiver;
const { call, endpoint, room, say, deliveriesOf, delivery } = endpointsOf(
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

/** The receiver takes requests, and answers 503 when it is let go. */
function gate(): () => void {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  receiver.respond(async () => {
    await opened;
    return { status: 503 };
  });
  return open;
}

describe('what is in hand when its endpoint', () => {
  it('is disabled is held as soon as it comes back, at no attempt more, and goes on when that is enabled', async () => {
    const roomId = await room();
    const one = await endpoint({ event_types: ['message.created'], ordered_by: 'room' });
    const open = gate();
    await say(roomId, 'first');
    await say(roomId, 'second');
    await one.heard(1);
    await call('POST', `endpoints/${one.id}/disable`);
    open();
    expect(await delivery(one.id, 'held')).toMatchObject({ reason: 'endpoint_disabled', attempt_count: 1 });
    receiver.respond(() => ({ status: 200 }));
    await call('POST', `endpoints/${one.id}/enable`);
    expect((await one.heard(3)).map(({ data }) => data.content)).toEqual(['first', 'first', 'second']);
  });

  it('is removed is cancelled as soon as it comes back', async () => {
    const one = await endpoint({ event_types: ['message.created'] });
    const open = gate();
    await say(await room(), 'open');
    await one.heard(1);
    const [{ id }] = await deliveriesOf(one.id);
    await call('DELETE', `endpoints/${one.id}`, undefined, 204);
    open();
    const ended = await until('its end', async () => {
      const { body } = await client.request('GET', `/deliveries/${id}`);
      return ['sending', 'retrying'].includes(body.status) ? null : body;
    });
    expect(ended).toMatchObject({ status: 'cancelled', reason: 'endpoint_removed', attempt_count: 1 });
  });
});

it('waits for nothing once its endpoint is enabled, however often and fast that was disabled', async () => {
  const roomId = await room();
  const one = await endpoint({ event_types: ['message.created'] });
  const isDisabled = async () =>
    (await the.app.sql('select status from webhook_endpoints where id = $1', [one.id]))[0].status === 'disabled';
  receiver.respond(() => ({ status: 503 }));
  for (let n = 0; n < 30; n++) await say(roomId, `m${n}`);
  const allAreTried = async () => (await deliveriesOf(one.id, '?status=retrying&limit=100')).length === 30;
  await until('all to be tried', allAreTried);
  // Each round is an attempt, of which there are eight.
  for (let round = 0; round < 5; round++) {
    const disabling = call('POST', `endpoints/${one.id}/disable`);
    // It is disabled, and what is open may not be held yet.
    await until('it to be disabled', isDisabled, { every: 1 });
    await Promise.all([disabling, call('POST', `endpoints/${one.id}/enable`)]);
    await until('none to be held', async () => (await deliveriesOf(one.id, '?status=held&limit=100')).length === 0);
  }
  // What is in hand meanwhile keeps to its schedule.
  await until('all to be tried again', allAreTried);
  receiver.respond(() => ({ status: 200 }));
  await call('POST', `endpoints/${one.id}/disable`);
  await call('POST', `endpoints/${one.id}/enable`);
  await until(
    'all to come through',
    async () => (await deliveriesOf(one.id, '?status=delivered&limit=100')).length === 30,
  );
  expect(new Set(one.events().map(({ id }) => id)).size).toBe(30);
});
