import { get } from 'node:http';
import { makeRoom, ok } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';

const PROFILE = {
  display_name: 'Alice',
  avatar_url: 'https://cdn.example.com/a.png',
  email: 'alice@example.com',
  phone: '+4930123456',
  metadata: { plan: 'pro', tags: { a: 1, b: 2 } },
};

describe('users', () => {
  const on = oneApp();

  const put = (userId: string, body: object) =>
    on.client.request('PUT', `/users/${encodeURIComponent(userId)}`, { body });

  it('are made and changed by PUT, which leaves what it does not name', async () => {
    const made = await put('alice', PROFILE);
    expect(made.status).toBe(200);
    expect(made.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      user_id: 'alice',
      ...PROFILE,
      last_seen_at: null,
      banned_until: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const changed = await put('alice', { email: null, metadata: { plan: 'free' } });
    expect(changed.body).toMatchObject({ ...PROFILE, email: null, metadata: { plan: 'free' } });
    expect((await on.client.request('GET', '/users/alice')).body).toEqual(changed.body);
    // RFC 7396: null takes away; of metadata, all of it.
    for (const method of ['PATCH', 'PUT'] as const) {
      await put('alice', PROFILE);
      const { status, body } = await on.client.request(method, '/users/alice', { body: { metadata: null } });
      expect([method, status, body.metadata, body.email]).toEqual([method, 200, {}, PROFILE.email]);
    }
  });

  it('are made and changed many at once, each on its own', async () => {
    await put('alice', PROFILE);
    const alice = await on.client.login('alice');
    const batch = (users: unknown) => on.client.request('POST', '/users/batch', { body: { users } });
    const answer = await batch([
      { user_id: 'zoe', display_name: 'Zoe' },
      { user_id: 'alice', display_name: 'Al' },
      { user_id: 'bad', email: 'no address', colour: 1 },
      'junk',
      { user_id: 'me' },
      { user_id: 'zoe', metadata: { a: 1 } },
      { user_id: 'nul', display_name: 'a\u0000' },
    ]);
    expect(answer.status).toBe(200);
    const { results } = answer.body;
    expect(results.map((one: any) => [one.index, one.status, one.error?.code])).toEqual([
      [0, 201, undefined],
      [1, 200, undefined],
      [2, 422, 'validation_failed'],
      [3, 422, 'validation_failed'],
      [4, 422, 'validation_failed'],
      [5, 200, undefined],
      [6, 422, 'validation_failed'],
    ]);
    expect(results[1].user).toMatchObject({ ...PROFILE, display_name: 'Al' });
    expect(results[2].error.errors.map((one: any) => one.field).toSorted()).toEqual(['colour', 'email']);
    expect(results[5].user).toMatchObject({ user_id: 'zoe', display_name: 'Zoe', metadata: { a: 1 } });
    expect((await on.client.request('GET', '/users/zoe')).body).toEqual(results[5].user);
    expect((await on.client.request('GET', '/users/bad')).status).toBe(404);
    for (const users of [[], Array.from({ length: 101 }, () => ({ user_id: 'x' })), 'junk', undefined]) {
      expect((await batch(users)).status).toBe(422);
    }
    expect((await alice.request('POST', '/users/batch', { body: { users: [{ user_id: 'x' }] } })).status).toBe(403);
  });

  it('can be made by twenty batches at once', async () => {
    const names = Array.from({ length: 30 }, (_, n) => `u${n}`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        on.client.request('POST', '/users/batch', {
          body: { users: (n % 2 ? names : names.toReversed()).map((user_id) => ({ user_id, display_name: `${n}` })) },
        }),
      ),
    );
    const statuses = answers.flatMap(({ body }) => body.results.map((one: any) => one.status));
    expect(statuses.filter((status: number) => status === 201)).toHaveLength(30);
    expect(statuses.filter((status: number) => status === 200)).toHaveLength(570);
  });

  it('are changed by PATCH as RFC 7396 says', async () => {
    await put('alice', PROFILE);
    const { body } = await on.client.request('PATCH', '/users/alice', {
      body: { phone: null, metadata: { plan: null, tags: { b: 3 } } },
    });
    expect(body).toMatchObject({ display_name: 'Alice', phone: null });
    expect(body.metadata).toEqual({ tags: { a: 1, b: 3 } });
    expect((await on.client.request('PATCH', '/users/nobody', { body: {} })).status).toBe(404);
    await put('full', { metadata: { a: 'x'.repeat(10_000) } });
    const merged = await on.client.request('PATCH', '/users/full', { body: { metadata: { b: 'x'.repeat(10_000) } } });
    expect(merged).toMatchObject({ status: 422, body: { errors: [{ field: 'metadata' }] } });
  });

  it.each([
    [{ email: 'no address' }, 'email'],
    [{ phone: '030 123' }, 'phone'],
    [{ avatar_url: 'javascript:alert(1)' }, 'avatar_url'],
    [{ display_name: '' }, 'display_name'],
    [{ metadata: { a: 'x'.repeat(17_000) } }, 'metadata'],
    [{ metadata: [] }, 'metadata'],
    [{ user_id: 'bob' }, 'user_id'],
  ])('refuse %j by name', async (body, field) => {
    expect(await put('alice', body)).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  });

  it('have ids of any characters but controls, compared exactly', async () => {
    for (const id of ['A', 'a', 'a b/c?d', '日本', "x'; drop", '😀'.repeat(255)]) {
      expect((await put(id, {})).body.user_id).toBe(id);
      expect((await on.client.request('GET', `/users/${encodeURIComponent(id)}`)).body.user_id).toBe(id);
    }
    for (const id of ['me', 'a\u0007', 'a'.repeat(256)]) expect((await put(id, {})).status).toBe(422);
  });

  it('are listed in pages by the master key', async () => {
    for (const id of ['a', 'b', 'c']) await put(id, {});
    const first = (await on.client.request('GET', '/users?limit=2')).body;
    const rest = (await on.client.request('GET', `/users?limit=2&cursor=${first.page.next_cursor}`)).body;
    expect([...first.data, ...rest.data].map((user) => user.user_id)).toEqual(['a', 'b', 'c']);
    expect(rest.page).toMatchObject({ has_more: false, next_cursor: null });
    expect((await (await on.client.login('a')).request('GET', '/users')).status).toBe(403);
  });

  it('are seen whole by themselves, in brief by who shares a room, else not at all', async () => {
    await put('alice', PROFILE);
    await put('bob', { email: 'bob@example.com', display_name: 'Bob' });
    const alice = await on.client.login('alice');
    expect((await alice.request('GET', '/users/me')).body).toMatchObject({ user_id: 'alice', email: PROFILE.email });
    expect((await alice.request('GET', '/users/bob')).status).toBe(404);
    const room = await makeRoom(on.client, ['alice', 'bob']);
    expect((await alice.request('GET', '/users/bob')).body).toEqual({
      user_id: 'bob',
      display_name: 'Bob',
      avatar_url: null,
    });
    ok(await on.client.request('DELETE', `/rooms/${room.id}/members/alice`));
    expect((await alice.request('GET', '/users/bob')).status).toBe(404);
  });

  it('change their own name and picture, and nothing else of anybody', async () => {
    await put('bob', {});
    const alice = await on.client.login('alice');
    const own = await alice.request('PATCH', '/users/me', { body: { display_name: 'Alice L.' } });
    expect(own).toMatchObject({ status: 200, body: { display_name: 'Alice L.' } });
    const email = await alice.request('PATCH', '/users/alice', { body: { email: 'x@example.com' } });
    expect(email).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await alice.request('PATCH', '/users/bob', { body: { display_name: 'X' } })).status).toBe(404);
    expect((await alice.request('PUT', '/users/alice', { body: {} })).status).toBe(403);
    await makeRoom(on.client, ['alice', 'bob']);
    expect((await alice.request('PATCH', '/users/bob', { body: { display_name: 'X' } })).status).toBe(403);
  });

  it('are another tenant’s own', async () => {
    await put('alice', PROFILE);
    const other = await on.app.client();
    expect((await other.request('GET', '/users/alice')).status).toBe(404);
    expect((await other.request('PATCH', '/users/alice', { body: {} })).status).toBe(404);
    expect((await other.request('GET', '/users')).body.data).toEqual([]);
  });

  describe('named by X-User-Id', () => {
    it('are made by a master key, whatever the encoding', async () => {
      expect((await on.client.master('carol').request('GET', '/users/me')).body.user_id).toBe('carol');
      const named = async (header: string) =>
        (await on.client.request('GET', '/users/me', { headers: { 'x-user-id': header } })).body.user_id;
      expect(await named('josé')).toBe('josé');
      expect(await named(Buffer.from('josé').toString('latin1'))).toBe('josé');
      expect(await named("UTF-8''%E6%97%A5%E6%9C%AC")).toBe('日本');
      expect((await on.client.request('GET', '/users')).body.data).toHaveLength(3);
    });

    it('are held to the rules of user ids', async () => {
      for (const header of ['me', '', 'a'.repeat(256), "UTF-8''a%00b"]) {
        const answer = await on.client.request('GET', '/users/me', { headers: { 'x-user-id': header } });
        expect(answer).toMatchObject({ status: 422, body: { errors: [{ field: 'X-User-Id' }] } });
      }
    });

    it('is named once, or refused', async () => {
      const statusOf = (header: string | string[]) =>
        new Promise((resolve, reject) => {
          const headers = { 'x-api-key': on.client.key, 'x-user-id': header };
          get(`${on.app.url}/api/v1/users/me`, { headers }, (answer) => {
            let text = '';
            answer.on('data', (part) => (text += part));
            answer.on('end', () => resolve([answer.statusCode, JSON.parse(text).detail ?? JSON.parse(text).user_id]));
          }).on('error', reject);
        });
      expect(await statusOf('a, b')).toEqual([200, 'a, b']);
      expect(await statusOf(['c', 'd'])).toEqual([400, expect.stringContaining('X-User-Id')]);
      expect(await statusOf(['c', 'c'])).toEqual([400, expect.stringContaining('X-User-Id')]);
      expect((await on.client.request('GET', '/users')).body.data).toHaveLength(1);
    });

    it('must be the scoped key’s own', async () => {
      const alice = await on.client.login('alice');
      const as = (user: string) => alice.request('GET', '/users/me', { headers: { 'x-user-id': user } });
      expect((await as('alice')).status).toBe(200);
      expect(await as('bob')).toMatchObject({ status: 403, body: { code: 'user_mismatch' } });
      expect((await on.client.request('GET', '/users/bob')).status).toBe(404);
    });

    it('are made once by twenty requests at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => on.client.master('dora').request('GET', '/users/me')),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect((await on.client.request('GET', '/users')).body.data).toHaveLength(1);
    });
  });
});
