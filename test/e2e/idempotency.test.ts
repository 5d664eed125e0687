import { randomUUID } from 'node:crypto';
import type { Answer } from '../support/app.js';
import { oneApp } from '../support/one-app.js';

describe('Idempotency-Key', () => {
  const on = oneApp();

  const age = (set: string) => on.app.sql(`update idempotency_keys set ${set} where client_id = $1`, [on.client.id]);
  const rows = () => on.app.sql('select * from idempotency_keys where client_id = $1', [on.client.id]);
  const makeKey = (key: string, body: unknown = { name: 'CI' }, path = '/clients/me/keys'): Promise<Answer> =>
    on.client.request('POST', path, { body, headers: { 'idempotency-key': key } });
  const keysNamed = async (name: string): Promise<number> =>
    (await on.client.request('GET', '/clients/me/keys?limit=100')).body.data.filter(
      (key: { name: string }) => key.name === name,
    ).length;

  it('lets twenty equal requests at once have one effect', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => makeKey('once')));
    expect(await keysNamed('CI')).toBe(1);
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body.api_key)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'idempotency_in_flight', retryable: true } });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
  });

  it('replays status and body, secrets included, which are stored encrypted', async () => {
    const first = await makeKey('a');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    const second = await makeKey('a', { name: 'CI' }, '/clients/me/keys/');
    expect(second).toMatchObject({ status: 201, body: first.body });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('content-type')).toContain('application/json');
    expect(JSON.stringify(await rows())).not.toContain(first.body.api_key);
    expect(await keysNamed('CI')).toBe(1);
  });

  it('replays a message as it was first answered, also to who has left the room since', async () => {
    const alice = await on.client.login('alice', { display_name: 'Alice' });
    const made = await on.client.request('POST', '/rooms', { body: { room_type: 'group', members: ['alice', 'bob'] } });
    const path = `/rooms/${made.body.id}/messages`;
    const send = (key: string) =>
      alice.request('POST', path, {
        body: { content: 'Hi', client_msg_id: 'once', metadata: { z: 1, a: 2 } },
        headers: { 'idempotency-key': key },
      });
    const [sent, repeated] = [await send('a'), await send('b')];
    expect([sent.status, repeated.status]).toEqual([201, 200]);
    await on.client.request('PATCH', '/users/alice', { body: { display_name: 'Renamed' } });
    await on.client.request('DELETE', `/rooms/${made.body.id}/members/alice`);
    for (const [key, first] of [
      ['a', sent],
      ['b', repeated],
    ] as const) {
      const replayed = await send(key);
      expect(replayed.headers.get('idempotency-replayed')).toBe('true');
      expect(replayed.status).toBe(first.status);
      expect(JSON.stringify(replayed.body)).toBe(JSON.stringify(first.body));
    }
  });

  it('refuses the same key for another body', async () => {
    await makeKey('a');
    expect(await makeKey('a', { name: 'Other' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    expect((await makeKey('a', { name: 'CI' })).status).toBe(201);
  });

  it('is scoped to client, user and path', async () => {
    const first = await makeKey('a');
    const headers = { 'idempotency-key': 'a' };
    const elsewhere = await on.client.request('POST', `/clients/me/keys/${first.body.id}/rotate`, { headers });
    expect(elsewhere.headers.get('idempotency-replayed')).toBeNull();
    const other = await on.app.client();
    const theirs = await other.request('POST', '/clients/me/keys', { body: { name: 'CI' }, headers });
    expect(theirs.headers.get('idempotency-replayed')).toBeNull();
    const [alice, bob] = [await on.client.login('alice'), await on.client.login('bob')];
    for (const user of [alice, bob]) {
      const answer = await user.request('POST', '/auth/logout', { headers });
      expect(answer.body).toEqual({ user_id: user.user_id, revoked: 1 });
    }
  });

  it('serves the operator too', async () => {
    const make = () =>
      on.app
        .admin()
        .request('POST', '/clients', { body: { name: 'Once' }, headers: { 'idempotency-key': on.client.id } });
    const [first, second] = [await make(), await make()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  it('keeps no answer that a better request could change: the key is free again', async () => {
    expect((await makeKey('a', { name: '' })).status).toBe(422);
    expect(await rows()).toEqual([]);
    expect((await makeKey('a')).status).toBe(201);
  });

  it('keeps answers without an effect, such as 404', async () => {
    const path = `/clients/me/keys/${randomUUID()}/rotate`;
    const first = await makeKey('a', {}, path);
    const second = await makeKey('a', {}, path);
    expect(second).toMatchObject({ status: 404, body: first.body });
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect(second.headers.get('content-type')).toContain('application/problem+json');
  });

  it('is free again when the lease of a crashed request runs out, or after its day', async () => {
    await makeKey('a');
    // As a crash leaves it.
    await age('status = null, body = null, completed_at = null');
    const busy = await makeKey('a');
    expect(busy).toMatchObject({ status: 409, body: { code: 'idempotency_in_flight' } });
    await age(`lease_until = clock_timestamp() - interval '1 s'`);
    expect((await makeKey('a')).headers.get('idempotency-replayed')).toBeNull();
    expect(await keysNamed('CI')).toBe(2);
    await age(`expires_at = clock_timestamp() - interval '1 s'`);
    expect((await makeKey('a', { name: 'New' })).status).toBe(201);
  });

  it.each(['', 'x'.repeat(256)])('has 1 to 255 characters (%#)', async (key) => {
    expect(await makeKey(key)).toMatchObject({ status: 422, body: { errors: [{ field: 'Idempotency-Key' }] } });
    expect((await makeKey('x'.repeat(255))).status).toBe(201);
  });
});
