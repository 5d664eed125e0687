import { sharedApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { inParallel } from '../support/in-parallel.js';
import { runNow } from '../support/queue-board.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

describe('truncating a room', () => {
  let app: TestApp;
  let client: TestClient;

  beforeAll(async () => {
    app = await sharedApp();
  });
  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(async () => {
    closeSockets();
    expect(await app.errors()).toEqual([]);
  });
  afterAll(() => app.stop());

  const call = (user: string | undefined, method: string, path: string, body?: object) =>
    client.master(user).request(method, path, body ? { body } : {});
  const roomOf = (fields: object = {}) =>
    makeRoom(
      client,
      [{ user_id: 'ann', role: 'owner' } as never, { user_id: 'ada', role: 'admin' } as never, 'bob'],
      fields,
    );
  const truncate = (user: string | undefined, room: string, before_seq: number) =>
    call(user, 'POST', `/rooms/${room}/truncate`, { before_seq });
  const sayAs = (user: string, room: string, content: string, more: object = {}) =>
    call(user, 'POST', `/rooms/${room}/messages`, { content, ...more }).then(ok);
  const seqsOf = async (room: string, user = 'bob') =>
    ok(await call(user, 'GET', `/rooms/${room}/messages?limit=100`)).data.map(({ seq }: any) => seq);
  const eventsOf = (room: string) =>
    app.sql(
      `select data->>'before_seq' as before from events where stream_id = $1 and type = 'room.truncated' order by rev`,
      [room],
    );

  it('is for owners and the client, once, never back and never beyond the end', async () => {
    const room = await roomOf();
    for (let n = 1; n <= 5; n++) await say(client.master('bob').request, room.id, `${n}`);
    const bob = await connect(app, (await client.login('bob')).key);
    const stranger = await app.client();
    expect((await truncate('bob', room.id, 3)).body.code).toBe('insufficient_role');
    expect((await truncate('ada', room.id, 3)).body.code).toBe('insufficient_role');
    expect((await truncate('eve', room.id, 3)).status).toBe(404);
    expect((await stranger.request('POST', `/rooms/${room.id}/truncate`, { body: { before_seq: 3 } })).status).toBe(
      404,
    );
    for (const before_seq of [undefined, -1, 1.5, '3', null]) {
      expect((await call('ann', 'POST', `/rooms/${room.id}/truncate`, { before_seq })).status).toBe(422);
    }
    expect(await seqsOf(room.id)).toEqual([1, 2, 3, 4, 5]);

    const { last_rev } = ok(await call('ann', 'GET', `/rooms/${room.id}`));
    const done = ok(await truncate('ann', room.id, 3));
    expect(done).toMatchObject({
      id: room.id,
      first_seq: 3,
      last_seq: 5,
      last_rev: last_rev + 1,
      me: { role: 'owner' },
    });
    expect(await bob.waitFor('room.truncated')).toMatchObject({
      rev: last_rev + 1,
      actor: { id: 'ann', type: 'user' },
      data: { id: room.id, before_seq: 3, name: 'Room' },
    });
    expect(await seqsOf(room.id)).toEqual([3, 4, 5]);
    for (const before of [3, 2, 1, 0]) expect(ok(await truncate('ann', room.id, before))).toEqual(done);
    // By the client itself, who reads no further than everybody else.
    expect(ok(await truncate(undefined, room.id, 1_000))).toMatchObject({
      first_seq: 6,
      last_seq: 5,
      last_rev: last_rev + 2,
    });
    expect(ok(await call(undefined, 'GET', `/rooms/${room.id}/messages`)).data).toEqual([]);
    expect((await sayAs('bob', room.id, 'anew')).seq).toBe(6);
    expect(await seqsOf(room.id)).toEqual([6]);
    expect(await eventsOf(room.id)).toEqual([{ before: '3' }, { before: '6' }]);
  });

  it('leaves nothing of a message in sight, whatever asks for it', async () => {
    const room = await roomOf();
    const path = `/rooms/${room.id}`;
    const before = ok(await call('bob', 'GET', path));
    const root = await sayAs('ann', room.id, 'secret root', {
      client_msg_id: 'r',
      mentions: [{ type: 'user', user_id: 'bob' }],
    });
    const reply = await sayAs('ada', room.id, 'secret reply', { reply_to_id: root.id, mentions: [{ type: 'room' }] });
    const at = `${path}/messages/${root.id}`;
    ok(await call('ann', 'PATCH', at, { content: 'secret edit' }));
    ok(await call('ada', 'PUT', `${at}/pin`));
    ok(await call('ada', 'PUT', `${at}/reactions/x`));
    await sayAs('bob', room.id, 'seen', { quoted_message_id: root.id });
    const later = await sayAs('ann', room.id, 'later', { reply_to_id: root.id });
    ok(await call('bob', 'PUT', `${path}/messages/${later.id}/subscription`));
    expect(ok(await call('bob', 'GET', '/threads')).data).toHaveLength(1);
    ok(await call('bob', 'POST', `${path}/unread`, { seq: 1 }));
    expect(ok(await call('bob', 'GET', path)).me).toMatchObject({ unread: 4, mentions: 2 });
    const indexed = () => app.sql(`select 1 from message_search where client_id = $1`, [client.id]);
    await until('the index', async () => (await indexed()).length === 4);

    ok(await truncate('ann', room.id, 3));
    const unread = { last_read_seq: 2, unread: 2, mentions: 0 };
    expect(ok(await call('bob', 'GET', path)).me).toMatchObject(unread);
    expect(ok(await call('bob', 'GET', '/unread'))).toMatchObject({ total_unread: 2, total_mentions: 0 });
    expect(ok(await call('bob', 'GET', `/messages/rooms/${room.id}/unread`))).toMatchObject({ unread: 2, mentions: 0 });
    expect(ok(await call('bob', 'POST', '/rooms/query', { filter: { unread: 2 } })).data).toHaveLength(1);
    const gone = async (method: string, to: string, body?: object) => {
      for (const user of ['bob', 'ann', undefined]) expect((await call(user, method, to, body)).status).toBe(404);
    };
    for (const id of [root.id, reply.id]) {
      const of = `${path}/messages/${id}`;
      for (const what of ['', '/edits', '/reactions', '/replies']) await gone('GET', of + what);
      await gone('PATCH', of, { content: 'x' });
      await gone('DELETE', of);
      await gone('POST', `${of}/undelete`);
      await gone('GET', `/messages/${id}`);
      await gone('PUT', `${of}/pin`);
      expect((await call('bob', 'DELETE', `${of}?for=me`)).status).toBe(404);
      expect((await call('bob', 'PUT', `${of}/reactions/x`)).status).toBe(404);
      expect((await call('bob', 'POST', `${path}/read`, { message_id: id })).status).toBe(404);
      expect((await call('bob', 'POST', `${of}/reports`, { reason: 'spam' })).status).toBe(404);
      for (const field of ['reply_to_id', 'quoted_message_id']) {
        expect(
          (await call('bob', 'POST', `${path}/messages`, { content: 'x', [field]: id })).body.errors,
        ).toMatchObject([{ field }]);
      }
    }
    expect(ok(await call('bob', 'GET', `${path}/pins`)).data).toEqual([]);
    expect(ok(await call('bob', 'GET', '/messages/search?q=secret')).data).toEqual([]);
    expect(ok(await call(undefined, 'GET', '/messages/search?q=secret')).data).toEqual([]);
    expect(ok(await call('bob', 'GET', '/threads')).data).toEqual([]);
    const { data, page } = ok(await call('bob', 'GET', `${path}/messages?around_seq=2`));
    expect(data.map(({ seq }: any) => seq)).toEqual([3, 4]);
    expect(page.has_more_before).toBe(false);
    expect(data[0].quoted).toMatchObject({ id: root.id, content: null });

    // Who was away is told of places, not of what stood there; who sends again, that it was sent.
    const position = { room_id: room.id, epoch: before.epoch, rev: before.last_rev };
    const [answer] = ok(await call('bob', 'POST', '/sync', { rooms: [position] })).rooms;
    expect(answer).toMatchObject({ recovered: true, me: unread });
    expect(answer.events.at(-1)).toMatchObject({ type: 'room.truncated', data: { before_seq: 3 } });
    expect(JSON.stringify(answer)).not.toContain('secret');
    const [first] = answer.events;
    expect(first).toMatchObject({
      type: 'message.created',
      seq: 1,
      data: { content: null, mentions: [], reactions: [] },
    });
    expect(first.data.deleted_at).not.toBeNull();
    const again = await call('ann', 'POST', `${path}/messages`, {
      content: 'secret root',
      client_msg_id: 'r',
      mentions: [{ type: 'user', user_id: 'bob' }],
    });
    expect(again).toMatchObject({ status: 200, body: { id: root.id, deduplicated: true, content: null } });

    ok(await truncate('ann', room.id, 5));
    const [found] = ok(await call('bob', 'POST', '/rooms/query', {})).data;
    expect(found).toMatchObject({ last_message: null, me: { unread: 0 } });
    ok(await call('ada', 'PUT', `${path}/messages/${(await sayAs('ada', room.id, 'pinned')).id}/pin`));
  });

  it('has what messages said go for good, a while later', async () => {
    const room = await roomOf();
    const root = await sayAs('ann', room.id, 'secret', {
      mentions: [{ type: 'user', user_id: 'bob' }, { type: 'room' }],
    });
    const at = `/rooms/${room.id}/messages/${root.id}`;
    ok(await call('ann', 'PATCH', at, { content: 'secret edit' }));
    ok(await call('ada', 'PUT', `${at}/reactions/x`));
    // More than are blanked at once.
    await app.sql(
      `with more as (
         insert into messages (client_id, room_id, seq, id, rev, sender_type, content_type, content, created_at, updated_at)
         select client_id, id, n, gen_random_uuid(), 1, 'client', 'text', 'secret', now(), now()
           from rooms, generate_series(2, 1200) n where id = $1)
       update rooms set last_seq = 1200 where id = $1`,
      [room.id],
    );
    await sayAs('bob', room.id, 'stays', { quoted_message_id: root.id });
    const left = async (): Promise<number> => {
      const [{ n }] = await app.sql(
        `select (select count(*) from messages where client_id = $1 and messages::text like '%secret%')
              + (select count(*) from message_edits where client_id = $1) + (select count(*) from reactions where client_id = $1)
              + (select count(*) from reaction_counts where client_id = $1) + (select count(*) from room_mentions where client_id = $1)
              + (select count(*) from message_search where client_id = $1 and text like '%secret%') as n`,
        [client.id],
      );
      return Number(n);
    };
    await until('the index', async () => (await left()) === 1_207);
    ok(await truncate('ann', room.id, 1_201));
    const due = () => app.sql(`select 1 from rooms where id = $1 and truncation_purge_at is not null`, [room.id]);
    // Whoever read it until now may still be at it.
    await runNow(app, 'truncation-purging');
    // The index may have heard of it by now.
    expect(await left()).toBeGreaterThanOrEqual(1_206);
    await app.sql(`update rooms set truncation_purge_at = now() - interval '1 second' where id = $1`, [room.id]);
    await runNow(app, 'truncation-purging');
    await until('it to be purged', async () => (await due()).length === 0);
    expect(await left()).toBe(0);
    expect(ok(await call('bob', 'GET', `/rooms/${room.id}/messages`)).data).toMatchObject([
      { seq: 1_201, content: 'stays' },
    ]);
    expect((await call('bob', 'GET', at)).status).toBe(404);
  });

  it('holds for twenty at once, and for those who send meanwhile', async () => {
    const room = await roomOf();
    for (let n = 1; n <= 20; n++) await say(client.master('bob').request, room.id, `${n}`);
    const sent = inParallel(Array.from({ length: 20 }), () => say(client.master('bob').request, room.id, 'x'));
    const done = await inParallel(
      Array.from({ length: 20 }, (_, n) => n + 2),
      async (before) => ok(await truncate('ann', room.id, before)),
    );
    expect((await sent).map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 21),
    );
    expect(Math.max(...done.map(({ first_seq }) => first_seq))).toBe(21);
    expect(await seqsOf(room.id)).toEqual(Array.from({ length: 20 }, (_, n) => n + 21));
    const told = (await eventsOf(room.id)).map(({ before }: any) => Number(before));
    expect(told).toEqual([...new Set(told)].toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(21);
  });
});
