import { startApp, type Answer, type TestApp } from '../support/app.js';

describe('the limit of messages per user', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp();
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
    await app
      .admin()
      .request('PATCH', `/clients/${client.id}`, { body: { limits: { messages_per_user_per_minute: 9 } } });
    const again = await send(alice.key, { 'idempotency-key': 'a' });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
    const replay = await send(alice.key, { 'idempotency-key': 'a' });
    expect(replay).toMatchObject({ status: 201, body: { id: again.body.id, seq: again.body.seq } });
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
  });
});
