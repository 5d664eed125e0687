import { sharedApp, type TestApp } from '../support/app.js';

let app: TestApp;
beforeAll(async () => {
  app = await sharedApp();
});
afterAll(() => app.stop());

const ALL = { permissions: ['read_messages', 'send_messages', 'join_rooms', 'invite_users', 'manage_rooms'] } as const;
const login = (
  client: Awaited<ReturnType<TestApp['client']>>,
  user: string,
  permissions: readonly string[] = ALL.permissions,
) => client.login(user, { permissions: [...permissions] as never });

describe('making a room', () => {
  it('makes who creates it an owner, listed or not, and tells what is wrong with fields', async () => {
    const client = await app.client();
    await client.login('bob');
    const alice = await login(client, 'alice');
    const made = await alice.request('POST', '/rooms', {
      body: { room_type: 'group', name: 'Café du Nord', members: ['bob'], metadata: { a: 1 }, history: 'since_join' },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      room_type: 'group',
      name: 'Café du Nord',
      slug: 'cafe-du-nord',
      privacy: 'private',
      status: 'active',
      frozen: false,
      history: 'since_join',
      created_by: 'alice',
      max_members: 5000,
      member_count: 2,
      last_seq: 0,
      last_rev: 1,
      metadata: { a: 1 },
      me: {
        role: 'owner',
        last_read_seq: 0,
        unread: 0,
        mentions: 0,
        muted: false,
        muted_until: null,
        mentions_only: false,
        hidden: false,
        pinned: false,
      },
    });
    const read = await alice.request('GET', `/rooms/${made.body.id}?include_members=true`);
    expect(read.body.members.map((m: any) => [m.user_id, m.role])).toEqual(
      expect.arrayContaining([
        ['alice', 'owner'],
        ['bob', 'member'],
      ]),
    );
    const wrong = await alice.request('POST', '/rooms', {
      body: { room_type: 'group', members: [{ user_id: 'bob', role: 'king' }], colour: 'red' },
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map((e: any) => e.field).sort()).toEqual(['colour', 'members[0].role']);
  });

  it('gives rooms of one name slugs of their own, also at once', async () => {
    const client = await app.client();
    const made = await Promise.all(
      Array.from({ length: 12 }, () =>
        client.request('POST', '/rooms', { body: { room_type: 'group', name: 'Team' } }),
      ),
    );
    expect(made.map(({ status }) => status)).toEqual(Array(12).fill(201));
    expect(new Set(made.map(({ body }) => body.slug)).size).toBe(12);
  });

  it('makes one direct room of two people, under any number of creates at once', async () => {
    const client = await app.client();
    const alice = await client.login('alice');
    const bob = await client.login('bob');
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? alice : bob).request('POST', '/rooms', {
          body: { room_type: 'direct', members: [n % 2 ? 'bob' : 'alice'] },
        }),
      ),
    );
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(made.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(made[0]!.body).toMatchObject({ member_count: 2, max_members: 2, last_rev: 1 });
    const alone = await alice.request('POST', '/rooms', { body: { room_type: 'direct' } });
    expect(alone.status).toBe(422);
    const path = `/rooms/${made[0]!.body.id}/members`;
    expect((await client.request('POST', path, { body: { user_id: 'carol' } })).body.code).toBe('direct_room');
    expect((await alice.request('DELETE', `${path}/me`)).body.code).toBe('direct_room');
  });

  it('needs manage_rooms for a group, and known users from a scoped key', async () => {
    const client = await app.client();
    const plain = await client.login('alice');
    expect((await plain.request('POST', '/rooms', { body: { room_type: 'group' } })).body.code).toBe('forbidden');
    const alice = await login(client, 'alice');
    const body = { room_type: 'group', members: ['nobody'] };
    expect((await alice.request('POST', '/rooms', { body })).body.code).toBe('user_unavailable');
    expect((await client.request('POST', '/rooms', { body })).status).toBe(201);
  });

  it('replays under an Idempotency-Key', async () => {
    const client = await app.client();
    const send = () =>
      client.request('POST', '/rooms', { body: { room_type: 'group' }, headers: { 'idempotency-key': 'k' } });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await client.request('GET', '/rooms/all')).body.data).toHaveLength(1);
  });
});

describe('seeing rooms', () => {
  it('shows a room to its members and to the client, to nobody else', async () => {
    const client = await app.client();
    const { body: room } = await client.request('POST', '/rooms', { body: { room_type: 'group', members: ['alice'] } });
    const alice = await login(client, 'alice');
    const eve = await login(client, 'eve');
    const other = await app.client();
    const path = `/rooms/${room.id}`;
    expect((await alice.request('GET', path)).body.me.role).toBe('member');
    expect((await client.request('GET', path)).body.me).toBeUndefined();
    for (const request of [eve.request, other.master().request, client.master('eve').request]) {
      expect((await request('GET', path)).status).toBe(404);
      expect((await request('GET', `${path}/members`)).status).toBe(404);
      expect((await request('PATCH', path, { body: { name: 'x' } })).status).toBe(404);
      expect((await request('POST', `${path}/members`, { body: { members: ['alice'] } })).status).toBe(404);
      expect((await request('DELETE', `${path}/members/alice`)).status).toBe(404);
    }
    expect((await alice.request('GET', '/rooms/not-a-uuid')).status).toBe(404);
  });

  it('lists mine by latest activity, in pages both ways', async () => {
    const client = await app.client();
    const alice = await login(client, 'alice');
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push((await alice.request('POST', '/rooms', { body: { room_type: 'group', name: `R${n}` } })).body.id);
    }
    await client.request('POST', '/rooms', { body: { room_type: 'group' } });
    await alice.request('POST', `/rooms/${ids[1]}/messages`, { body: { content: 'hi' } });
    const wanted = [ids[1], ids[4], ids[3], ids[2], ids[0]];
    const one = (await alice.request('GET', '/rooms?limit=2')).body;
    const two = (await alice.request('GET', `/rooms?limit=2&cursor=${one.page.next_cursor}`)).body;
    const three = (await alice.request('GET', `/rooms?limit=2&cursor=${two.page.next_cursor}`)).body;
    expect([one, two, three].flatMap(({ data }) => data.map((r: any) => r.id))).toEqual(wanted);
    expect(three.page.has_more).toBe(false);
    const back = (await alice.request('GET', `/rooms?limit=2&cursor=${two.page.prev_cursor}`)).body;
    expect(back.data.map((r: any) => r.id)).toEqual(wanted.slice(0, 2));
    expect((await alice.request('GET', '/rooms?cursor=WyJuIiwiYSIsImIiXQ')).body.code).toBe('invalid_cursor');
  });

  it('lists all with the master key, filtered', async () => {
    const client = await app.client();
    const make = async (body: object) => (await client.request('POST', '/rooms', { body })).body.id as string;
    const open = await make({ room_type: 'channel', name: 'News 100%', privacy: 'public' });
    const group = await make({ room_type: 'group', name: 'Team', members: ['alice'] });
    const ids = async (query: string) =>
      (await client.request('GET', `/rooms/all?${query}`)).body.data.map((r: any) => r.id);
    expect(await ids('')).toEqual([group, open]);
    expect(await ids('room_type=channel')).toEqual([open]);
    expect(await ids('privacy=private')).toEqual([group]);
    expect(await ids('user_id=alice')).toEqual([group]);
    expect(await ids('name=0%25')).toEqual([open]);
    expect(await ids('status=archived')).toEqual([]);
    expect((await client.request('GET', '/rooms/all?status=gone')).status).toBe(422);
    const alice = await login(client, 'alice');
    expect((await alice.request('GET', '/rooms/all')).status).toBe(403);
  });
});

describe('changing a room', () => {
  it('merges metadata, clears with null, and asks for an owner or admin', async () => {
    const client = await app.client();
    const alice = await login(client, 'alice');
    const bob = await login(client, 'bob');
    const { body: room } = await alice.request('POST', '/rooms', {
      body: { room_type: 'group', name: 'A', members: ['bob'], metadata: { keep: 1, drop: 2 } },
    });
    const path = `/rooms/${room.id}`;
    const changed = await alice.request('PATCH', path, {
      body: { name: null, metadata: { drop: null, deep: { x: 1 } } },
    });
    expect(changed.body).toMatchObject({ name: null, metadata: { keep: 1, deep: { x: 1 } }, last_rev: 2 });
    expect(changed.body.metadata.drop).toBeUndefined();
    expect((await bob.request('PATCH', path, { body: { name: 'B' } })).body.code).toBe('insufficient_role');
    expect((await alice.request('PUT', path, { body: { description: 'd' } })).body.description).toBe('d');
    expect((await alice.request('PATCH', path, { body: {} })).body.last_rev).toBe(3);
    expect((await alice.request('PATCH', path, { body: { max_members: 1 } })).status).toBe(422);
    // What is so already: no rev, no event.
    for (const body of [
      { description: 'd', name: null },
      { metadata: { keep: 1, deep: { x: 1 }, gone: null } },
      { max_members: room.max_members, privacy: room.privacy },
    ]) {
      expect(await alice.request('PATCH', path, { body })).toMatchObject({ status: 200, body: { last_rev: 3 } });
    }
    expect((await alice.request('PATCH', path, { body: { metadata: { deep: { y: 1 } } } })).body).toMatchObject({
      metadata: { keep: 1, deep: { x: 1, y: 1 } },
      last_rev: 4,
    });
    expect((await alice.request('PATCH', path, { body: { metadata: { deep: { y: null } } } })).body.last_rev).toBe(5);
    expect((await alice.request('PATCH', path, { body: { room_type: 'direct' } })).status).toBe(422);
    const big = { a: 'x'.repeat(9_000) };
    await alice.request('PATCH', path, { body: { metadata: big } });
    expect((await alice.request('PATCH', path, { body: { metadata: { b: big.a } } })).status).toBe(422);
  });
});

describe('members', () => {
  const roomOf = async (client: Awaited<ReturnType<TestApp['client']>>, body: object = {}) => {
    const alice = await login(client, 'alice');
    const { body: room } = await alice.request('POST', '/rooms', { body: { room_type: 'group', ...body } });
    return { alice, path: `/rooms/${room.id}/members`, room };
  };

  it('adds one or many, once each, within the capacity', async () => {
    const client = await app.client();
    for (const user of ['bob', 'carol', 'dave']) await client.login(user);
    const { alice, path } = await roomOf(client, { max_members: 3 });
    const one = await alice.request('POST', path, { body: { user_id: 'bob', role: 'admin' } });
    expect(one.status).toBe(201);
    expect(one.body.data).toEqual([expect.objectContaining({ user_id: 'bob', role: 'admin', status: 'active' })]);
    const again = await alice.request('POST', path, { body: { members: ['bob', { user_id: 'carol' }] } });
    expect(again.body.data.map((m: any) => [m.user_id, m.role])).toEqual([
      ['bob', 'admin'],
      ['carol', 'member'],
    ]);
    expect((await alice.request('POST', path, { body: { user_id: 'dave' } })).body.code).toBe('room_full');
    expect((await alice.request('POST', path, { body: { user_id: 'nobody' } })).body.code).toBe('user_unavailable');
    expect((await alice.request('POST', path, { body: {} })).status).toBe(422);
    const page = (await alice.request('GET', `${path}?limit=2`)).body;
    const rest = (await alice.request('GET', `${path}?limit=2&cursor=${page.page.next_cursor}`)).body;
    expect([...page.data, ...rest.data].map((m: any) => m.user_id).sort()).toEqual(['alice', 'bob', 'carol']);
  });

  it('never takes more than fit, whoever comes at once', async () => {
    const client = await app.client();
    const { path, room } = await roomOf(client, { max_members: 6 });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => client.request('POST', path, { body: { user_id: `u${n}` } })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(5);
    expect((await client.request('GET', `/rooms/${room.id}`)).body).toMatchObject({ member_count: 6, last_rev: 6 });
    expect((await client.request('GET', path)).body.data).toHaveLength(6);
  });

  it('keeps admins from owners and admins, and an owner in the room', async () => {
    const client = await app.client();
    await client.login('dave');
    const bob = await login(client, 'bob');
    const carol = await login(client, 'carol');
    const { alice, path } = await roomOf(client, { members: [{ user_id: 'bob', role: 'admin' }, 'carol'] });
    const code = async (answer: Promise<{ body: any }>) => (await answer).body?.code;
    expect(await code(bob.request('DELETE', `${path}/alice`))).toBe('insufficient_role');
    expect(await code(bob.request('POST', path, { body: { user_id: 'dave', role: 'owner' } }))).toBe(
      'insufficient_role',
    );
    expect(await code(bob.request('PATCH', `${path}/carol`, { body: { role: 'admin' } }))).toBe('insufficient_role');
    expect(await code(carol.request('DELETE', `${path}/bob`))).toBe('insufficient_role');
    expect(await code(carol.request('POST', path, { body: { user_id: 'dave' } }))).toBe('insufficient_role');
    expect(await code(client.request('DELETE', `${path}/alice`))).toBe('last_owner');
    expect(await code(alice.request('PATCH', `${path}/alice`, { body: { role: 'member' } }))).toBe('last_owner');
    const { body: owner } = await alice.request('PUT', `${path}/carol/role`, { body: { role: 'owner' } });
    expect(owner).toMatchObject({ role: 'owner', id: expect.any(String), created_at: expect.any(String) });
    expect(owner.updated_at > owner.created_at).toBe(true);
    expect((await alice.request('DELETE', `${path}/alice`)).status).toBe(204);
    expect((await alice.request('GET', path)).status).toBe(404);
    expect((await alice.request('DELETE', `${path}/me`)).status).toBe(204);
    expect((await carol.request('DELETE', `${path}/alice`)).status).toBe(204);
    expect((await carol.request('DELETE', `${path}/nobody`)).status).toBe(404);
    expect((await carol.request('DELETE', `${path}/bob`)).status).toBe(204);
    const plain = await client.login('carol');
    expect(await code(plain.request('DELETE', `${path}/dave`))).toBe('forbidden');
  });

  it('lets who left come back, with nothing unread', async () => {
    const client = await app.client();
    const bob = await login(client, 'bob');
    const { alice, path, room } = await roomOf(client, { members: ['bob'], history: 'since_join' });
    const say = (content: string) => alice.request('POST', `/rooms/${room.id}/messages`, { body: { content } });
    await say('one');
    expect((await bob.request('DELETE', `${path}/me`)).status).toBe(204);
    await say('two');
    expect((await alice.request('POST', path, { body: { user_id: 'bob' } })).status).toBe(201);
    expect((await bob.request('GET', `/rooms/${room.id}`)).body.me).toMatchObject({ last_read_seq: 2, unread: 0 });
    await say('three');
    expect((await bob.request('GET', `/rooms/${room.id}`)).body.me).toMatchObject({ last_read_seq: 2, unread: 1 });
    const seen = (await bob.request('GET', `/rooms/${room.id}/messages`)).body;
    expect(seen.data.map((m: any) => m.content)).toEqual(['three']);
    expect(seen.page).toMatchObject({ has_more_before: false, has_more_after: false });
  });
});
