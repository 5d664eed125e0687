import { makeRoom, ok, say } from '../support/chat.js';
import { closeSockets, connect, refusal } from '../support/socket.js';
import { until } from '../support/until.js';
import { sharedApp, type Answer, type TestApp } from '../support/app.js';

describe('the limit of messages per user', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await sharedApp();
  });
  afterAll(() => app.stop());

  it('is the client’s, tells how much is left, and leaves master keys alone', async () => {
    const client = await app.client({ limits: { messages_per_user_per_minute: 2 } });
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const room = await client.request('POST', '/rooms', { body: { room_type: 'group', members: ['alice', 'bob'] } });
    expect(room.status).toBe(201);
    const send = (key: string, headers: Record<string, string> = {}): Promise<Answer> =>
      client.request('POST', `/rooms/${room.body.id}/messages`, { key, headers, body: { content: 'Hello' } });

    const first = await send(alice.key);
    expect(first.status).toBe(201);
    expect(first.headers.get('ratelimit-policy')).toBe('"messages";q=2;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"messages";r=1;t=\d+$/);
    expect((await send(alice.key)).status).toBe(201);
    const refused = await send(alice.key, { 'idempotency-key': 'a' });
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toMatch(/^"messages";r=0;t=\d+$/);

    expect((await send(bob.key)).status).toBe(201);
    expect((await send(client.key, { 'x-user-id': 'alice' })).status).toBe(201);

    // The limit is raised: it holds at once, and the refused request may be made again under its key.
    const grant = (messages_per_user_per_minute: number) =>
      app.admin().request('PATCH', `/clients/${client.id}`, { body: { limits: { messages_per_user_per_minute } } });
    await grant(9);
    const again = await send(alice.key, { 'idempotency-key': 'a' });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
    const replay = await send(alice.key, { 'idempotency-key': 'a' });
    expect(replay).toMatchObject({ status: 201, body: { id: again.body.id, seq: again.body.seq } });
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    // Used up again, by all four: what was sent is answered all the same.
    await grant(4);
    for (let times = 0; times < 2; times++)
      expect(await send(alice.key, { 'idempotency-key': 'a' })).toMatchObject({
        status: 201,
        body: { id: again.body.id },
      });
    expect((await send(alice.key)).status).toBe(429);
  });

  it('holds for sockets that are open, as soon as it is changed', async () => {
    const client = await app.client({ limits: { messages_per_user_per_minute: 1 } });
    const room = await makeRoom(client, ['alice']);
    const alice = await connect(app, (await client.login('alice')).key);
    const send = async () => {
      const ack = await alice.ask('message.send', { room_id: room.id, content: 'Hello' });
      return ack.ok ? 'sent' : ack.error.code;
    };
    const change = (limit: number) =>
      app
        .admin()
        .request('PATCH', `/clients/${client.id}`, { body: { limits: { messages_per_user_per_minute: limit } } });
    await send();
    await until('the minute’s limit', async () => (await send()) === 'rate_limited');
    await change(1_000_000);
    await until('a send under the higher limit', async () => (await send()) === 'sent');
    await change(1);
    await until('the lower limit', async () => (await send()) === 'rate_limited');
    expect(alice.disconnects).toEqual([]);
    closeSockets();
  });
});

describe('the limits of a user', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await sharedApp();
  });
  afterAll(() => app.stop());
  afterEach(closeSockets);

  const FASTCHAT = {
    messages_per_user_per_minute: 60,
    reactions_per_user_per_minute: 60,
    typing_per_user_per_minute: 10,
    pings_per_user_per_minute: 30,
    burst_per_user_per_second: 3,
    cooldown_s: 2,
  };

  it('are taken from a preset, with what is named beside it, and back to the defaults', async () => {
    const { id, created } = await app.client({ limits: { preset: 'fastchat', pings_per_user_per_minute: 31 } });
    expect(created.limits).toMatchObject({ ...FASTCHAT, pings_per_user_per_minute: 31, sockets_per_user: 100 });
    expect(created.limits).not.toHaveProperty('preset');
    const patch = async (limits: object) =>
      (await app.admin().request('PATCH', `/clients/${id}`, { body: { limits } })).body.limits;
    expect(await patch({ preset: 'default' })).toMatchObject({
      messages_per_user_per_minute: 600,
      burst_per_user_per_second: 0,
      cooldown_s: 0,
    });
    expect(await patch({ preset: 'fastchat' })).toMatchObject(FASTCHAT);
    expect((await app.admin().request('PATCH', `/clients/${id}`, { body: { limits: { preset: 'x' } } })).status).toBe(
      422,
    );
  });

  it('tell what is left of them, and refuse with when to try again', async () => {
    const client = await app.client({ limits: { pings_per_user_per_minute: 2, messages_per_user_per_minute: 5 } });
    const alice = await client.login('alice');
    const bob = await client.login('bob');
    const room = await makeRoom(client, ['alice']);
    const left = async (name: string, by = alice.request): Promise<any> =>
      (await by('GET', '/rate-limits')).body.limits.find((limit: any) => limit.name === name);
    const socket = await connect(app, alice.key);
    await socket.get('ping', {});
    await socket.get('message.send', { room_id: room.id, content: 'one' });
    expect(await left('messages')).toEqual({
      name: 'messages',
      scope: 'user',
      limit: 5,
      remaining: 4,
      window_s: 60,
      reset_at: expect.stringMatching(/^\d{4}-/),
    });
    expect(await left('pings')).toMatchObject({ limit: 2, remaining: 1 });
    expect(await left('pings', client.master('alice').request)).toMatchObject({ remaining: 1 });
    expect(await left('pings', bob.request)).toMatchObject({ remaining: 2 });
    await socket.get('ping', {});
    expect(await socket.ask('ping', {})).toMatchObject({
      ok: false,
      error: { code: 'rate_limited', status: 429, retryable: true, retry_after_s: expect.any(Number) },
    });
    expect(await left('pings')).toMatchObject({ remaining: 0 });
    // What one kind is refused is not taken from another.
    expect(await left('messages')).toMatchObject({ remaining: 4 });
    const asBob = await connect(app, client.key, { user_id: 'bob' });
    for (let i = 0; i < 5; i++) await asBob.get('ping', {});
    expect(await left('pings', bob.request)).toMatchObject({ remaining: 2 });
  });

  describe('count what changes messages', () => {
    const REFUSED = { code: 'rate_limited', status: 429, retryable: true, retry_after_s: expect.any(Number) };

    /** A room with a message of alice's, who may write twice more in this minute and react as often. */
    async function chat() {
      const client = await app.client({
        limits: { messages_per_user_per_minute: 3, reactions_per_user_per_minute: 2 },
      });
      const room = await makeRoom(client, ['alice', 'bob']);
      const alice = await client.login('alice');
      const { id } = await say(alice.request, room.id, 'first');
      return { client, alice, id, path: `/rooms/${room.id}/messages/${id}`, room_id: room.id };
    }

    const refusedBy = (policy: string) => (answer: Answer) => {
      expect(answer).toMatchObject({ status: 429, body: REFUSED });
      expect(Number(answer.headers.get('retry-after'))).toBe(answer.body.retry_after_s);
      expect(answer.headers.get('ratelimit')).toMatch(new RegExp(`^"${policy}";r=0;t=\\d+$`));
      expect(answer.headers.get('ratelimit-policy')).toMatch(new RegExp(`^"${policy}";q=\\d+;w=60$`));
    };

    it('edits and scheduled messages as messages, over REST and sockets', async () => {
      const { client, alice, id, path, room_id } = await chat();
      const socket = await connect(app, alice.key);
      const send_at = new Date(Date.now() + 3_600_000).toISOString();
      const scheduled = { body: { content: 'later', send_at } };
      const edited = await alice.request('PATCH', path, { body: { content: 'second' } });
      expect([edited.status, edited.headers.get('ratelimit')]).toEqual([
        200,
        expect.stringMatching(/^"messages";r=1;t=\d+$/),
      ]);
      const made = ok(await alice.request('POST', `/rooms/${room_id}/scheduled-messages`, scheduled));
      const refused = refusedBy('messages');
      refused(await alice.request('PATCH', path, { body: { content: 'third' } }));
      refused(await alice.request('PUT', `/messages/${id}`, { body: { content: 'third' } }));
      refused(await alice.request('POST', `/rooms/${room_id}/scheduled-messages`, scheduled));
      refused(await alice.request('PATCH', `/scheduled-messages/${made.id}`, { body: { content: 'other' } }));
      expect(await socket.ask('message.edit', { room_id, message_id: id, content: 'third' })).toMatchObject({
        ok: false,
        error: REFUSED,
      });
      expect(ok(await client.request('GET', path)).content).toBe('second');
      // The client's own back end goes on, for her too, and she may still take back what she said.
      ok(await client.master('alice').request('PATCH', path, { body: { content: 'by the client' } }));
      ok(await client.master('alice').request('POST', `/rooms/${room_id}/scheduled-messages`, scheduled));
      ok(await alice.request('DELETE', path));
    });

    it('reactions by a limit of their own', async () => {
      const { client, alice, id, path, room_id } = await chat();
      const socket = await connect(app, alice.key);
      ok(await alice.request('PUT', `${path}/reactions/a`));
      await socket.get('reaction.remove', { room_id, message_id: id, key: 'a' });
      refusedBy('reactions')(await alice.request('PUT', `${path}/reactions/b`));
      refusedBy('reactions')(await alice.request('DELETE', `${path}/reactions/a`));
      expect(await socket.ask('reaction.add', { room_id, message_id: id, key: 'b' })).toMatchObject({
        ok: false,
        error: REFUSED,
      });
      ok(await client.master('alice').request('PUT', `${path}/reactions/c`));
      ok(await alice.request('PATCH', path, { body: { content: 'as before' } }));
    });
  });
});

describe('connections open at once', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await sharedApp();
  });
  afterAll(() => app.stop());
  afterEach(closeSockets);

  const sockets = async (key: string) =>
    (await app.request('GET', '/rate-limits', { key })).body.limits
      .filter(({ name }: any) => name === 'sockets')
      .map(({ scope, limit, remaining, reset_at, window_s }: any) => [scope, limit, remaining, reset_at, window_s]);

  it('are as many as the user and the client may have, and one that ends gives its place back', async () => {
    const client = await app.client({ limits: { sockets_per_user: 2, sockets_per_client: 3 } });
    const [alice, bob] = [await client.login('alice'), await client.login('bob')];
    const first = await connect(app, alice.key);
    await connect(app, alice.key);
    expect(await refusal(app, { api_key: alice.key })).toMatchObject({
      code: 'rate_limited',
      status: 429,
      retryable: true,
      retry_after_s: expect.any(Number),
      violated_policies: ['sockets'],
    });
    await connect(app, bob.key);
    expect(await refusal(app, { api_key: bob.key })).toMatchObject({ code: 'rate_limited' });
    // The client's own sockets need no place, whomever they act for.
    await connect(app, client.key, { user_id: 'alice' });
    expect(await sockets(alice.key)).toEqual([
      ['user', 2, 0, null, null],
      ['client', 3, 0, null, null],
    ]);
    first.socket.disconnect();
    await until('the place', async () => (await sockets(alice.key))[0][2] === 1);
    await connect(app, bob.key);
    expect(await sockets(bob.key)).toEqual([
      ['user', 2, 0, null, null],
      ['client', 3, 0, null, null],
    ]);
  });

  it('hold when very many come at once, and when the limit is changed', async () => {
    const client = await app.client({ limits: { sockets_per_user: 5 } });
    const { key } = await client.login('carol');
    const tries = await Promise.all(
      Array.from({ length: 20 }, () =>
        connect(app, key).then(
          () => 'in',
          () => 'out',
        ),
      ),
    );
    expect(tries.filter((result) => result === 'in')).toHaveLength(5);
    await app.admin().request('PATCH', `/clients/${client.id}`, { body: { limits: { sockets_per_user: 6 } } });
    await until('one more', () =>
      connect(app, key).then(
        () => true,
        () => false,
      ),
    );
  });
});
