import { sharedApp, type TestApp } from '../support/app.js';
import { makeRoom, say } from '../support/chat.js';

let app: TestApp;
beforeAll(async () => {
  app = await sharedApp();
});
afterAll(() => app.stop());

/** A tenant, a room, and people in it. */
async function roomWith(members: string[], room: object = {}) {
  const client = await app.client();
  const { body } = await client.request('POST', '/rooms', { body: { room_type: 'group', members, ...room } });
  return { client, room: body, path: `/rooms/${body.id}/messages` };
}

const seqs = (answer: { body: any }): number[] => answer.body.data.map(({ seq }: { seq: number }) => seq);

describe('sending', () => {
  it('answers the whole message, committed', async () => {
    const { client, path, room } = await roomWith(['alice', 'bob']);
    const alice = await client.login('alice', { display_name: 'Alice' });
    const attachments = [{ type: 'image', url: 'https://example.com/a.png', width: 10 }];
    const body = { content: 'Hallo 🙂', attachments, metadata: { k: 'v' }, client_msg_id: 'c1' };
    const sent = await alice.request('POST', path, { body });
    expect(sent.status).toBe(201);
    expect(sent.body).toEqual({
      id: expect.any(String),
      room_id: room.id,
      seq: 1,
      rev: 2,
      sender_id: 'alice',
      sender_type: 'user',
      sender_display_name: 'Alice',
      content_type: 'text',
      content: 'Hallo 🙂',
      attachments: [{ ...attachments[0], name: null, size: null, mime_type: null }],
      reply_to_id: null,
      thread_id: null,
      reply_count: 0,
      mentions: [],
      quoted: null,
      silent: false,
      reactions: [],
      metadata: { k: 'v' },
      client_msg_id: 'c1',
      pinned_at: null,
      edited_at: null,
      deleted_at: null,
      deleted_by: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: sent.body.created_at,
    });
    const bob = await client.login('bob');
    expect((await bob.request('GET', `${path}/${sent.body.id}`)).body).toEqual(sent.body);
    expect((await bob.request('GET', `/messages/${sent.body.id}`)).body).toEqual(sent.body);
    expect((await bob.request('GET', `/rooms/${room.id}`)).body).toMatchObject({
      last_seq: 1,
      last_rev: 2,
      last_message_at: sent.body.created_at,
      me: { unread: 1 },
    });
    expect((await alice.request('GET', `/rooms/${room.id}`)).body.me).toMatchObject({ last_read_seq: 1, unread: 0 });
  });

  it('sends as the client, and by the route of the first version', async () => {
    const { client, room } = await roomWith(['alice']);
    const sent = await client.request('POST', '/messages', { body: { room_id: room.id, content: 'x' } });
    expect(sent.body).toMatchObject({ sender_id: null, sender_type: 'client', seq: 1 });
    const named = await client
      .master('alice')
      .request('POST', '/messages', { body: { room_id: room.id, content: 'y' } });
    expect(named.body).toMatchObject({ sender_id: 'alice', seq: 2 });
    expect(seqs(await client.request('GET', `/messages/rooms/${room.id}`))).toEqual([1, 2]);
  });

  it('refuses what it cannot keep, naming the field', async () => {
    const { client, path } = await roomWith(['alice']);
    const fault = async (body: object) => {
      const answer = await client.request('POST', path, { body });
      return [answer.status, answer.body.errors?.[0]?.field];
    };
    expect(await fault({})).toEqual([422, 'content']);
    expect(await fault({ content: '' })).toEqual([422, 'content']);
    expect(await fault({ content: '🙂'.repeat(10_001) })).toEqual([422, 'content']);
    expect(await fault({ content: 'nul \u0000' })).toEqual([422, 'content']);
    expect(await fault({ content: 'x', reply_to_id: '0199c2d4-7e1a-7000-8000-000000000000' })).toEqual([
      422,
      'reply_to_id',
    ]);
    expect(await fault({ content: 'x', mentions: [{ type: 'all' }] })).toEqual([422, 'mentions[0].type']);
    expect(await fault({ content: 'x', content_type: 'noise' })).toEqual([422, 'content_type']);
    expect(await fault({ attachments: [{ type: 'image', url: 'javascript:x' }] })).toEqual([422, 'attachments[0].url']);
    expect(await fault({ content: 'x', metadata: { a: 'x'.repeat(17_000) } })).toEqual([422, 'metadata']);
    expect((await client.request('POST', path, { body: { content: '🙂'.repeat(10_000) } })).status).toBe(201);
    expect((await client.request('POST', path, { body: { content_type: 'custom' } })).body.seq).toBe(2);
  });

  it('keeps out who is not a member, banned, or in a frozen or inactive room', async () => {
    const { client, path, room } = await roomWith(['alice', { user_id: 'adam', role: 'admin' } as never]);
    const alice = await client.login('alice');
    const eve = await client.login('eve');
    const say = async (who: typeof alice) =>
      (await who.request('POST', path, { body: { content: 'x' } })).body.code ?? 'ok';
    const reader = await client.login('alice', { device_id: 'tv', permissions: ['read_messages'] });
    const set = (sql: string) => app.sql(sql, [client.id, room.id]);
    expect(await say(alice)).toBe('ok');
    expect(await say(eve)).toBe('not_found');
    expect(await say(reader)).toBe('forbidden');
    await set('update rooms set frozen = true where client_id = $1 and id = $2');
    expect(await say(alice)).toBe('room_frozen');
    expect(await say(await client.login('adam'))).toBe('ok');
    await set(`update rooms set frozen = false, status = 'archived' where client_id = $1 and id = $2`);
    expect(await say(alice)).toBe('room_inactive');
    await set(`update rooms set status = 'active' where client_id = $1 and id = $2`);
    await set(
      `update users set banned_until = 'infinity' where client_id = $1 and user_id = 'alice' and $2::uuid is not null`,
    );
    expect(await say(alice)).toBe('user_banned');
    await set(
      `update users set banned_until = '2020-01-01' where client_id = $1 and user_id = 'alice' and $2::uuid is not null`,
    );
    await set(`update room_members set status = 'banned' where client_id = $1 and room_id = $2 and role = 'member'`);
    expect(await say(alice)).toBe('user_banned');
    await set(`update rooms set status = 'deleted' where client_id = $1 and id = $2`);
    expect(await say(await client.login('adam'))).toBe('not_found');
  });

  it('replays an Idempotency-Key with the first status', async () => {
    const { client, path } = await roomWith([]);
    const send = (key: string, body: object = { content: 'x', client_msg_id: 'm' }) =>
      client.request('POST', path, { body, headers: { 'idempotency-key': key } });
    const first = await send('a');
    const replay = await send('a');
    expect([replay.status, replay.body]).toEqual([201, first.body]);
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
    const other = await send('b');
    expect([other.status, other.body]).toEqual([200, { ...first.body, deduplicated: true }]);
    const again = await send('b');
    expect([again.status, again.body]).toEqual([200, other.body]);
    expect((await send('a', { content: 'y' })).body.code).toBe('idempotency_mismatch');
  });

  it('limits the messages of a user, not those of the client', async () => {
    const client = await app.client({ limits: { messages_per_user_per_minute: 2 } });
    const room = await makeRoom(client, ['alice']);
    const alice = await client.login('alice');
    const send = () => alice.request('POST', `/rooms/${room.id}/messages`, { body: { content: 'x' } });
    expect((await send()).headers.get('ratelimit')).toContain('r=1');
    await send();
    const third = await send();
    expect([third.status, third.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await say(client.master('alice').request, room.id, 'x')).seq).toBe(3);
  });
});

describe('twenty at once', () => {
  it('gives twenty senders of one room seq 1…20', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `u${n}`);
    const { client, path, room } = await roomWith(names);
    const users = await Promise.all(names.map((name) => client.login(name)));
    const sent = await Promise.all(users.map((user) => user.request('POST', path, { body: { content: 'x' } })));
    expect(sent.map(({ body }) => body.seq).sort((a, b) => a - b)).toEqual(names.map((_, n) => n + 1));
    expect(sent.every(({ body }) => body.rev === body.seq + 1)).toBe(true);
    const log = await app.sql<{ rev: number; seq: number }>(
      'select rev, seq from events where stream_id = $1 order by rev',
      [room.id],
    );
    expect(log.slice(1)).toEqual(names.map((_, n) => ({ rev: n + 2, seq: n + 1 })));
  });

  it('makes one message of one client_msg_id sent twenty times', async () => {
    const { client, path } = await roomWith(['alice']);
    const alice = await client.login('alice');
    const body = { content: 'once', client_msg_id: 'same' };
    const sent = await Promise.all(Array.from({ length: 20 }, () => alice.request('POST', path, { body })));
    expect(sent.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(sent.filter(({ body: { deduplicated } }) => deduplicated)).toHaveLength(19);
    expect(new Set(sent.map(({ body: { id } }) => id)).size).toBe(1);
    expect(seqs(await alice.request('GET', path))).toEqual([1]);
    const other = await alice.request('POST', path, { body: { ...body, content: 'twice' } });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
    // Another sender's ids are his own.
    expect((await client.request('POST', path, { body })).status).toBe(201);
    expect((await client.request('POST', path, { body })).body).toMatchObject({ seq: 2, deduplicated: true });
  });
});

describe('history', () => {
  it('pages before, after and around a seq, always ascending', async () => {
    const { client, path } = await roomWith([]);
    const { page: none } = (await client.request('GET', `${path}?before_seq=0`)).body;
    expect([none.has_more, none.next_cursor]).toEqual([false, null]);
    for (let n = 1; n <= 10; n++) await client.request('POST', path, { body: { content: `${n}` } });
    const read = async (query: string) => {
      const answer = await client.request('GET', `${path}?limit=3&${query}`);
      const { has_more_before, has_more_after } = answer.body.page;
      return [seqs(answer), has_more_before, has_more_after];
    };
    expect(await read('')).toEqual([[8, 9, 10], true, false]);
    expect(await read('before_seq=4')).toEqual([[1, 2, 3], false, true]);
    expect(await read('before_seq=1')).toEqual([[], false, true]);
    expect(await read('after_seq=0')).toEqual([[1, 2, 3], false, true]);
    expect(await read('after_seq=7')).toEqual([[8, 9, 10], true, false]);
    expect(await read('after_seq=10')).toEqual([[], true, false]);
    expect(await read('around_seq=5')).toEqual([[4, 5, 6], true, true]);
    expect(await read('around_seq=1')).toEqual([[1, 2], false, true]);
    expect(await read('after_seq=999999999999999')).toEqual([[], true, false]);
    // An empty page leads on to where there is more.
    for (const [query, cursor, from] of [
      ['before_seq=0', 'next_cursor', 1],
      ['before_seq=1', 'next_cursor', 1],
      ['after_seq=10', 'prev_cursor', 8],
      ['after_seq=999999999999999', 'prev_cursor', 8],
    ] as const) {
      const { page } = (await client.request('GET', `${path}?limit=3&${query}`)).body;
      expect([query, page.has_more, page.has_more_before]).toEqual([query, from === 1, from === 8]);
      expect(await read(`cursor=${page[cursor]}`)).toEqual([[from, from + 1, from + 2], from === 8, from === 1]);
    }
    expect((await client.request('GET', `${path}?before_seq=4&after_seq=1`)).status).toBe(422);
    expect((await client.request('GET', `${path}?before_seq=-1`)).status).toBe(422);
    expect((await client.request('GET', `${path}?cursor=junk`)).body.code).toBe('invalid_cursor');
  });

  it('walks by cursors in both directions', async () => {
    const { client, path } = await roomWith([]);
    for (let n = 1; n <= 5; n++) await client.request('POST', path, { body: { content: `${n}` } });
    const newest = await client.request('GET', `${path}?limit=2`);
    const middle = await client.request('GET', `${path}?limit=2&cursor=${newest.body.page.prev_cursor}`);
    const oldest = await client.request('GET', `${path}?limit=2&cursor=${middle.body.page.prev_cursor}`);
    expect([seqs(oldest), seqs(middle), seqs(newest)]).toEqual([[1], [2, 3], [4, 5]]);
    expect(oldest.body.page.prev_cursor).toBeNull();
    expect(seqs(await client.request('GET', `${path}?limit=2&cursor=${middle.body.page.next_cursor}`))).toEqual([4, 5]);
    expect(newest.body.page).toMatchObject({ next_cursor: null, has_more: false });
  });

  it('shows a message in its own room only, and to its members only', async () => {
    const { client, path } = await roomWith([]);
    const { body: message } = await client.request('POST', path, { body: { content: 'x' } });
    const { body: other } = await client.request('POST', '/rooms', { body: { room_type: 'group', members: ['eve'] } });
    const eve = await client.login('eve');
    expect((await eve.request('GET', `/messages/${message.id}`)).body.detail).toContain('message');
    expect((await eve.request('GET', `/rooms/${other.id}/messages/${message.id}`)).status).toBe(404);
    expect((await eve.request('GET', `${path}/${message.id}`)).status).toBe(404);
    expect((await eve.request('GET', path)).status).toBe(404);
    const writer = await client.login('eve', { device_id: 'x', permissions: ['send_messages'] });
    expect((await writer.request('GET', `/rooms/${other.id}/messages`)).status).toBe(403);
    expect((await eve.request('GET', '/messages/junk')).status).toBe(404);
  });
});
