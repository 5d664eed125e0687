import { createPublicKey, verify } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { contents, endpointsOf } from '../support/endpoints.js';
import { oneApp } from '../support/one-app.js';
import type { TestClient } from '../support/app.js';
import { Receiver, type ReceivedRequest } from '../support/receiver.js';
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

describe('endpoints', () => {
  it('are made, listed, read, changed and removed; the secret is shown once', async () => {
    const body = {
      description: 'Orders',
      event_types: ['message.*', 'notification.failed'],
      room_ids: ['0199F0A2-5A6B-7C3D-8E9F-0A1B2C3D4E5F'],
      condition: 'data.content = "x"',
      headers: { 'X-Tenant': 'acme', Authorization: 'Bearer s3cret' },
      ordered_by: 'room',
      rate_limit_per_second: 10,
      concurrency: 2,
      timeout_ms: 2_000,
    };
    const { made } = await endpoint(body);
    expect(made).toMatchObject({
      ...body,
      room_ids: ['0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f'],
      headers: { 'X-Tenant': 'acme', Authorization: '***' },
      secret: expect.stringMatching(/^whsec_[\w+/]{43}=$/),
      signature: 'v1',
      public_key: null,
      status: 'enabled',
      disabled_reason: null,
    });
    const { secret: _, ...shown } = made;
    expect(await call('GET', `endpoints/${made.id}`)).toEqual(shown);
    expect((await call('GET', 'endpoints')).data).toEqual([shown]);
    const changed = await call('PATCH', `endpoints/${made.id}`, {
      condition: null,
      room_ids: null,
      event_types: null,
      headers: { 'x-tenant': null, Authorization: '***', 'X-More': '1' },
    });
    expect(changed).toEqual({
      ...shown,
      condition: null,
      room_ids: null,
      event_types: ['*'],
      headers: { Authorization: '***', 'X-More': '1' },
      updated_at: expect.any(String),
    });
    // What is not shown goes to no other server; another path is none.
    const url = 'https://elsewhere.example/hook';
    const moved = await call('PATCH', `endpoints/${made.id}`, { url, headers: { Authorization: '***' } }, 422);
    expect(moved.errors[0].field).toBe('headers.Authorization');
    await call('PATCH', `endpoints/${made.id}`, { url }, 422);
    await call('PATCH', `endpoints/${made.id}`, { url: new URL('/elsewhere', made.url).href });
    await call('PATCH', `endpoints/${made.id}`, { url, headers: { authorization: 'Bearer s3cret-2' } });
    await call('PATCH', `endpoints/${made.id}`, { url: made.url, headers: { authorization: null } });
    await call('PATCH', `endpoints/${made.id}`, { headers: { Authorization: 'Bearer s3cret' } });
    const [row] = await the.app.sql<any>('select headers, secret from webhook_endpoints where id = $1', [made.id]);
    expect(JSON.stringify(row)).not.toMatch(/whsec_|s3cret/);
    await call('DELETE', `endpoints/${made.id}`, undefined, 204);
    await call('DELETE', `endpoints/${made.id}`, undefined, 204);
    await call('GET', `endpoints/${made.id}`, undefined, 404);
  });

  it.each([
    [{ url: 'nonsense' }, 'url'],
    [{ url: 'https://me:secret@example.com/' }, 'url'],
    [{ event_types: ['message.*', 'mesage.created'] }, 'event_types[1]'],
    [{ event_types: ['nothing.*'] }, 'event_types[0]'],
    [{ event_types: [] }, 'event_types'],
    [{ room_ids: ['x'] }, 'room_ids[0]'],
    [{ condition: 'data.[' }, 'condition'],
    [{ headers: { 'Webhook-Id': 'x' } }, 'headers.Webhook-Id'],
    [{ headers: { Host: 'x' } }, 'headers.Host'],
    [{ headers: { 'X-A': 'a\r\nb' } }, 'headers.X-A'],
    [{ headers: { 'X-A': 1 } }, 'headers.X-A'],
    [{ signature: 'v2' }, 'signature'],
    [{ ordered_by: 'user' }, 'ordered_by'],
    [{ timeout_ms: 1 }, 'timeout_ms'],
    [{ rate_limit_per_second: 0 }, 'rate_limit_per_second'],
    [{ colour: 'red' }, 'colour'],
  ])('%j is refused by name', async (body, field) => {
    const { status, body: problem } = await client.request('POST', '/webhooks/endpoints', {
      body: { url: receiver.url, ...body },
    });
    expect(status).toBe(422);
    expect(problem.errors.map((error: any) => error.field)).toEqual([field]);
  });

  it('hear of types that are catalogued, each with its schema and an example', async () => {
    const types: any[] = await call('GET', 'event-types');
    const names = types.map(({ type }) => type);
    expect(names).toEqual(
      expect.arrayContaining([
        'message.created',
        'member.joined',
        'notification.failed',
        'delivery.exhausted',
        'endpoint.disabled',
      ]),
    );
    expect(names).not.toContain('typing.updated');
    for (const { type, description, schema, example } of types) {
      expect([type, description.length > 10, schema.type, example.type]).toEqual([type, true, 'object', type]);
      expect(Object.keys(example.data)).toEqual(expect.arrayContaining(schema.required));
    }
  });
});

describe('events', () => {
  it('arrive once, signed, as the envelope of the event, under the id of the event', async () => {
    const roomId = await room();
    const some = await endpoint({ event_types: ['message.*'], room_ids: [await room()] });
    const all = await endpoint({ headers: { 'X-Tenant': 'acme' } });
    const message = await say(roomId, 'Hello ü');
    const [event] = await all.heard(1);
    const [{ headers, body }] = all.requests() as [ReceivedRequest];
    expect(new Webhook(all.secret).verify(body.toString(), headers as Record<string, string>)).toEqual(event);
    expect(event).toMatchObject({
      type: 'message.created',
      id: headers['webhook-id'],
      stream: `room:${roomId}`,
      room_id: roomId,
      seq: message.seq,
      actor: { id: 'ann', type: 'user' },
      data: { id: message.id, content: 'Hello ü' },
    });
    expect(headers['x-tenant']).toBe('acme');
    const sent = await delivery(all.id, 'delivered');
    expect(sent).toMatchObject({
      endpoint_id: all.id,
      event_id: event.id,
      event_type: 'message.created',
      attempts: [{ number: 1, status: 'sent', response_status: 200 }],
    });
    expect((await deliveriesOf(all.id, '?status=delivered&event_type=message.created')).map(({ id }) => id)).toEqual([
      sent.id,
    ]);
    expect(await deliveriesOf(all.id, '?status=failed')).toEqual([]);
    expect(await call('GET', `endpoints/${all.id}/stats`)).toMatchObject({
      total: 1,
      waiting: 0,
      by_status: { delivered: 1 },
    });
    expect(some.requests()).toEqual([]);
  });

  it('are signed by ed25519 where that was asked for, and by two secrets while one is being changed', async () => {
    const roomId = await room();
    const v1a = await endpoint({ signature: 'v1a' });
    expect(v1a.made).toMatchObject({ secret: expect.stringMatching(/^whpk_/), public_key: v1a.secret });
    const v1 = await endpoint();
    const rotated = await call('POST', `endpoints/${v1.id}/rotate-secret`, { overlap_s: 60 });
    expect(rotated.secret).not.toBe(v1.secret);
    expect(rotated.previous_secret_expires_at).not.toBeNull();
    const hasty = await endpoint();
    const hastily = await call('POST', `endpoints/${hasty.id}/rotate-secret`, { overlap_s: 0 });
    await say(roomId, 'signed');
    await Promise.all([v1a.heard(1), v1.heard(1), hasty.heard(1)]);

    const [{ headers, body }] = v1a.requests() as [ReceivedRequest];
    const [kind, signature] = String(headers['webhook-signature']).split(',');
    const spki = Buffer.concat([
      Buffer.from('302a300506032b6570032100', 'hex'),
      Buffer.from(v1a.public_key.slice(5), 'base64'),
    ]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const signed = Buffer.from(
      `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body.toString()}`,
    );
    expect([kind, verify(null, signed, key, Buffer.from(signature!, 'base64'))]).toEqual(['v1a', true]);

    const check = ({ headers: one, body: text }: ReceivedRequest, secret: string) =>
      new Webhook(secret).verify(text.toString(), one as Record<string, string>);
    for (const secret of [v1.secret, rotated.secret]) expect(check(v1.requests()[0]!, secret)).toBeTruthy();
    expect(check(hasty.requests()[0]!, hastily.secret)).toBeTruthy();
    expect(() => check(hasty.requests()[0]!, hasty.secret)).toThrow();
    const switched = await call('PATCH', `endpoints/${hasty.id}`, { signature: 'v1a' });
    expect(switched.secret).toBe(switched.public_key);
    // The new kind signs alone, also where an overlap runs.
    const alone = await call('PATCH', `endpoints/${v1.id}`, { signature: 'v1a' });
    expect(alone.previous_secret_expires_at).toBeNull();
    await say(roomId, 'signed anew');
    await v1.heard(2);
    expect(v1.requests()[1]!.headers['webhook-signature']).toMatch(/^v1a,\S+$/);
  });

  it('go where the condition holds, and where it cannot be worked out, which is recorded', async () => {
    const roomId = await room();
    const loud = await endpoint({ event_types: ['message.*'], condition: 'data.metadata.loud' });
    const faulty = await endpoint({ event_types: ['message.*'], condition: 'data.content + 1' });
    await say(roomId, 'quiet');
    await say(roomId, 'LOUD', { metadata: { loud: true } });
    expect(contents(await loud.heard(1))).toEqual(['LOUD']);
    expect(contents(await faulty.heard(2)).toSorted()).toEqual(['LOUD', 'quiet']);
    expect((await deliveriesOf(faulty.id)).map((one) => one.condition_failed)).toEqual([true, true]);
    expect((await call('GET', `endpoints/${faulty.id}`)).condition_fault).toMatchObject({ code: 'evaluation' });
    expect((await call('GET', `endpoints/${loud.id}`)).condition_fault).toBeNull();
    expect(contents(loud.events())).toEqual(['LOUD']);
  });

  it('of one room wait for each other where that was asked for, and rooms do not wait for rooms', async () => {
    const [one, two] = [await room(), await room()];
    const ordered = await endpoint({ event_types: ['message.created'], ordered_by: 'room' });
    let fail = true;
    receiver.respond(({ body }) => ({ status: fail && body.toString().includes('one-1') ? 503 : 200 }));
    for (const content of ['one-1', 'one-2', 'one-3']) await say(one, content);
    await say(two, 'two-1');
    await until('the other room', () => contents(ordered.events()).includes('two-1'));
    const retrying = await delivery(ordered.id, 'retrying');
    expect((await deliveriesOf(ordered.id, '?status=pending')).map(({ reason }) => reason)).toEqual([
      'waiting_for_turn',
      'waiting_for_turn',
    ]);
    fail = false;
    await the.app.sql(`update open_deliveries set next_attempt_at = now(), awake = true where id = $1`, [retrying.id]);
    await until('all of them', () => contents(ordered.events()).includes('one-3'));
    const events = ordered.events();
    const ofOne = contents(events).filter((content) => content.startsWith('one'));
    // It may have been tried again by its schedule, before it was let through.
    expect(ofOne.lastIndexOf('one-1')).toBeGreaterThan(0);
    expect(ofOne.slice(ofOne.lastIndexOf('one-1'))).toEqual(['one-1', 'one-2', 'one-3']);
    expect(ofOne.toSorted()).toEqual(ofOne);
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  });

  it('wait for nobody whose receiver hangs', async () => {
    const roomId = await room();
    const hanging = await Receiver.start(() => 'hang');
    try {
      const dead = await endpoint({ timeout_ms: 1_000 }, hanging);
      const alive = await endpoint();
      for (let n = 0; n < 20; n++) await say(roomId, `m${n}`);
      const heard = await alive.heard(20);
      expect(new Set(contents(heard)).size).toBe(20);
      const failed = await delivery(dead.id, 'retrying');
      expect(failed.attempts[0]).toMatchObject({ status: 'unknown', error_code: 'timeout' });
      // Its own time, not the fifteen seconds of who says nothing.
      expect(failed.attempts[0].duration_ms).toBeLessThan(15_000);
    } finally {
      await hanging.stop();
    }
  });

  it('begin at the rate that an endpoint takes, as many at once as it says', async () => {
    const roomId = await room();
    const slow = await endpoint({ event_types: ['message.created'], rate_limit_per_second: 5, concurrency: 1 });
    let now = 0;
    let most = 0;
    receiver.respond(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now--;
      return { status: 200 };
    });
    for (let n = 0; n < 12; n++) await say(roomId, `m${n}`);
    await slow.heard(12);
    const times = slow.requests().map(({ receivedAt }) => receivedAt);
    // Five a second: never sooner, however slow the machine.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(900);
    expect(most).toBe(1);
  });
});

describe('endpoints that fail', () => {
  it('are disabled by a 410, which other endpoints hear; held until they are enabled', async () => {
    const roomId = await room();
    const watch = await endpoint({ event_types: ['endpoint.disabled', 'delivery.*'] });
    const gone = await endpoint({ event_types: ['message.created'] });
    receiver.respond(({ path, body }) => {
      if (path !== gone.path) return { status: 200 };
      return { status: body.toString().includes('bye') ? 410 : 503 };
    });
    await say(roomId, 'later');
    await delivery(gone.id, 'retrying');
    await say(roomId, 'bye');
    const told = await until('the notice', () => watch.events().find(({ type }) => type === 'endpoint.disabled'));
    expect(told.data).toMatchObject({ id: gone.id, status: 'disabled', disabled_reason: 'gone' });
    expect(told.data.secret).toBeUndefined();
    expect(await call('GET', `endpoints/${gone.id}`)).toMatchObject({ status: 'disabled', disabled_reason: 'gone' });
    const held = await delivery(gone.id, 'held');
    expect(held).toMatchObject({ reason: 'endpoint_disabled', attempt_count: 1 });

    await say(roomId, 'missed');
    receiver.respond(() => ({ status: 200 }));
    await call('POST', `endpoints/${gone.id}/recover`, { since: new Date(0).toISOString() }, 422);
    const since = { since: new Date(Date.now() - 3_600_000).toISOString() };
    await call('POST', `endpoints/${gone.id}/recover`, since, 409);
    expect(await call('POST', `endpoints/${gone.id}/enable`)).toMatchObject({ status: 'enabled', failing_since: null });
    await until('what was held', () => contents(gone.events()).filter((content) => content === 'later').length === 2);
    const before = gone.requests().length;
    const recovery = await call('POST', `endpoints/${gone.id}/recover`, since, 202);
    expect(recovery).toMatchObject({ endpoint_id: gone.id, matched: 2, dry_run: false });
    await gone.heard(before + 2);
    expect(contents(gone.events()).slice(before).toSorted()).toEqual(['bye', 'missed']);
    const done = () => client.request('GET', `/recoveries/${recovery.id}`);
    await until('it to be done', async () => (await done()).body.status === 'completed');
    expect((await done()).body).toMatchObject({ matched: 2, resent: 2, skipped: 0 });
    // What failed says by which it was sent again, and is nobody's affair any more.
    const listed = async (query: string) => (await client.request('GET', `/deliveries?${query}`)).body.data;
    const [failed] = await listed('status=failed');
    const again = async () => (await client.request('GET', `/deliveries/${failed.resent_by}`)).body;
    await until('it to be recorded', async () => (await again()).status === 'delivered');
    expect(await listed('unresolved=true')).toEqual([]);
    const dry = await client.request('POST', '/recoveries', { body: { dry_run: true } });
    expect(dry.body).toMatchObject({ matched: 1, skipped: 1 });
    const byes = gone.requests().filter(({ body }) => body.toString().includes('bye'));
    expect(byes.map(({ headers }) => headers['webhook-id'])).toEqual([
      byes[0]!.headers['webhook-id'],
      byes[0]!.headers['webhook-id'],
    ]);
    expect(byes[1]!.body.equals(byes[0]!.body)).toBe(true);
    // Its own deliveries are no news: one was told as failed for good, none as delivered.
    expect(watch.events().map(({ type }) => type)).not.toContain('delivery.delivered');
    expect(watch.events().filter(({ type }) => type === 'delivery.failed')).toHaveLength(1);
  });

  it('are not told again what was put aside, or was sent again by itself', async () => {
    const roomId = await room();
    const gone = await endpoint({ event_types: ['message.created'] });
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const recover = () => call('POST', `endpoints/${gone.id}/recover`, { since, dry_run: true }, 202);
    for (const action of ['discard', 'resend']) {
      receiver.respond(() => ({ status: 410 }));
      await say(roomId, action);
      const { id } = await until('it to fail', async () =>
        (await deliveriesOf(gone.id)).find((one) => one.status === 'failed' && one.discarded_at === null),
      );
      await call('POST', `endpoints/${gone.id}/enable`);
      expect(await recover()).toMatchObject({ matched: 1 });
      receiver.respond(() => ({ status: 200 }));
      const { body } = await client.request('POST', `/deliveries/${id}/${action}`, { body: {} });
      const got = async () => (await client.request('GET', `/deliveries/${body.id}`)).body.status === 'delivered';
      if (action === 'resend') await until('it to arrive', got);
      expect(await recover()).toMatchObject({ matched: 0 });
    }
  });

  it('are disabled after five days in which nothing succeeded', async () => {
    const roomId = await room();
    const dead = await endpoint({ event_types: ['message.created'] });
    const status = () => call('GET', `endpoints/${dead.id}`);
    receiver.respond(() => ({ status: 500 }));
    await say(roomId, 'one');
    await until('it fails', async () => (await status()).failing_since !== null);
    receiver.respond(() => ({ status: 200 }));
    await say(roomId, 'two');
    await until('it works', async () => (await status()).failing_since === null);
    receiver.respond(() => ({ status: 500 }));
    await say(roomId, 'three');
    await until('it fails again', async () => (await status()).failing_since !== null);
    const age = (days: number) =>
      the.app.sql(`update webhook_endpoints set failing_since = now() - $2 * interval '1 day' where id = $1`, [
        dead.id,
        days,
      ]);
    await age(4.9);
    await say(roomId, 'four');
    await until('the fourth', () => contents(dead.events()).includes('four'));
    await until(
      'the third and the fourth wait',
      async () => (await deliveriesOf(dead.id, '?status=retrying')).length === 3,
    );
    expect((await status()).status).toBe('enabled');
    await age(5.1);
    await say(roomId, 'five');
    await until('it is disabled', async () => (await status()).disabled_reason === 'failing');
    // The owner is told.
    const told = await the.app.sql<any>(
      `select data from events where client_id = $1 and type = 'endpoint.disabled' and subject_id = $2`,
      [client.id, dead.id],
    );
    expect(told).toMatchObject([{ data: { status: 'disabled', disabled_reason: 'failing' } }]);
    await until('all are held', async () => (await deliveriesOf(dead.id, '?status=held')).length === 4);
  });

  it('and are removed have what was open cancelled; disabled by hand, they hear nothing', async () => {
    const roomId = await room();
    const one = await endpoint({ event_types: ['message.created'] });
    receiver.respond(() => ({ status: 503 }));
    await say(roomId, 'open');
    const open = await delivery(one.id, 'retrying');
    expect(await call('POST', `endpoints/${one.id}/disable`)).toMatchObject({ disabled_reason: 'manual' });
    await delivery(one.id, 'held');
    receiver.respond(() => ({ status: 201, body: 'ok' }));
    // A test is sent all the same.
    const test = await call('POST', `endpoints/${one.id}/test`, { event_type: 'message.created' });
    expect(test).toMatchObject({ status: 'delivered', attempts: [{ response_status: 201, response_body: 'ok' }] });
    expect(one.events().at(-1)).toMatchObject({ type: 'message.created', id: test.event_id });
    await call('DELETE', `endpoints/${one.id}`, undefined, 204);
    const [{ status, reason }] = await the.app.sql<any>('select status, reason from deliveries where id = $1', [
      open.id,
    ]);
    expect({ status, reason }).toEqual({ status: 'cancelled', reason: 'endpoint_removed' });
  });

  it('keep what the receiver said to a test, and are not tried again', async () => {
    const one = await endpoint();
    receiver.respond(() => ({ status: 500, body: 'x'.repeat(70_000) }));
    const test = await call('POST', `endpoints/${one.id}/test`, {});
    expect(test).toMatchObject({ status: 'failed', reason: 'attempts_exhausted', event_type: 'endpoint.test' });
    expect(test.attempts[0].response_body).toHaveLength(65_536);
    expect(
      new Webhook(one.secret).verify(one.requests()[0]!.body.toString(), one.requests()[0]!.headers as any),
    ).toMatchObject({
      type: 'endpoint.test',
    });
    expect((await call('GET', `endpoints/${one.id}`)).failing_since).toBeNull();
    await call('POST', `endpoints/${one.id}/test`, { event_type: 'nothing' }, 422);
  });
});
