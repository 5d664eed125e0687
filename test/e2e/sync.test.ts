import { sharedApp, startApp, type Requester, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { until } from '../support/until.js';

describe('POST /sync', () => {
  let app: TestApp;
  let client: TestClient;

  beforeAll(async () => {
    app = await sharedApp();
  });
  beforeEach(async () => {
    client = await app.client();
  });
  afterEach(async () => expect(await app.errors()).toEqual([]));
  afterAll(() => app.stop());

  async function reader(rooms = 1) {
    const { request } = await client.login('ann');
    const made = await Promise.all(Array.from({ length: rooms }, () => makeRoom(client, ['ann', 'bob'])));
    const positions = made.map(({ id, epoch, last_rev }) => ({ room_id: id, epoch, rev: last_rev }));
    const { user } = ok(await request('POST', '/sync', { body: { user: { epoch: 'none', rev: 0 } } }));
    const at = { user: { epoch: user.epoch, rev: user.rev }, rooms: positions };
    const sync = async (body: object = {}) => ok(await request('POST', '/sync', { body: { ...at, ...body } }));
    return { request, made, positions, at, sync };
  }

  it('answers what a resume over a socket does, and when to ask again', async () => {
    const { made, sync } = await reader();
    const idle = await sync();
    expect(idle).toMatchObject({
      user: { recovered: true, events: [] },
      rooms: [{ recovered: true, events: [] }],
      more: false,
    });
    expect(idle.next_poll_ms).toBeGreaterThan(0);
    await say(client.master('bob').request, made[0]!.id, 'hi');
    const news = await sync({ timeout_s: 30 });
    expect(news.rooms[0].events).toMatchObject([{ type: 'message.created', data: { content: 'hi' } }]);
    expect(news.next_poll_ms).toBe(0);
  });

  it('waits for what is said in a room or to the user, on any number of calls at once', async () => {
    const { request, made, sync } = await reader(2);
    const waiting = [sync({ timeout_s: 30 }), sync({ timeout_s: 30 })];
    await until('both to wait', async () => {
      await say(client.master('bob').request, made[1]!.id, 'news');
      return true;
    });
    for (const answer of await Promise.all(waiting)) {
      expect(answer.rooms[1].events.map(({ data }: any) => data.content)).toContain('news');
    }
    const { user } = await sync();
    const alone = { user: { epoch: user.epoch, rev: user.rev }, timeout_s: 30 };
    const told = request('POST', '/sync', { body: alone });
    const room = await makeRoom(client, ['ann']);
    expect(ok(await told).user.events).toMatchObject([{ type: 'room.added', room_id: room.id }]);
  });

  it('answers each of many who ask at once as it would alone', async () => {
    const users = ['ann', 'bob', 'cid'];
    const rooms = await Promise.all([users, users, ['bob', 'cid']].map((members) => makeRoom(client, members)));
    const positions = rooms.map(({ id, epoch }) => ({ room_id: id, epoch, rev: 0 }));
    const as = (user: string): Requester => client.master(user).request;
    ok(await as('bob')('PUT', '/users/me/blocks/ann'));
    ok(await client.request('PUT', '/users/cid/ban', { body: { shadow: true } }));
    for (const [at, { id }] of rooms.entries()) {
      for (const user of at === 2 ? ['bob', 'cid'] : users) await say(as(user), id, `${user} says`);
    }
    const last = rooms[0]!.last_rev + 1;
    const asks = [
      ...users.map((user) => ({ request: as(user), rooms: positions })),
      { request: as('ann'), rooms: [{ ...positions[0]!, rev: last }] },
      { request: as('bob'), rooms: [{ ...positions[1]!, epoch: '9.9' }, positions[0]!] },
      { request: client.request.bind(client) as Requester, rooms: positions },
    ];
    const ask = async ({ request, rooms: asked }: (typeof asks)[number]) =>
      ok(await request('POST', '/sync', { body: { rooms: asked } }));
    const alone = [];
    for (const one of asks) alone.push(await ask(one));
    const said = (answer: any) =>
      answer.rooms.map(({ events = [] }: any) =>
        events.flatMap(({ type, data }: any) => (type === 'message.created' ? (data.content ?? 'hidden') : [])),
      );
    const whole = ['ann says', 'bob says', 'cid says'];
    expect(alone.map(said)).toEqual([
      [
        ['ann says', 'bob says', 'hidden'],
        ['ann says', 'bob says', 'hidden'],
      ],
      [
        ['hidden', 'bob says', 'hidden'],
        ['hidden', 'bob says', 'hidden'],
        ['bob says', 'hidden'],
      ],
      [whole, whole, ['bob says', 'cid says']],
      [expect.any(Array)],
      [[], ['hidden', 'bob says', 'hidden']],
      [whole, whole, ['bob says', 'cid says']],
    ]);
    const all = Array.from({ length: 60 }, (_, n) => n % asks.length);
    const together = await Promise.all(all.map((at) => ask(asks[at]!)));
    for (const [n, at] of all.entries()) expect(together[n]).toEqual(alone[at]);
  });

  it('answers when the time is over, and at once where the caller hears of a rewound history', async () => {
    const { positions, sync } = await reader();
    const answer = await sync({ timeout_s: 1 });
    expect(answer.rooms[0].events).toEqual([]);
    const rewound = await sync({ timeout_s: 30, rooms: [{ ...positions[0], epoch: '9.9' }] });
    expect(rewound.rooms[0]).toMatchObject({ recovered: false });
  });

  it('tells nothing more to a key that was revoked while it waited', async () => {
    const { request, made, at } = await reader();
    const waiting = request('POST', '/sync', { body: { ...at, timeout_s: 30 } });
    await app.request('GET', '//health/live');
    ok(await request('POST', '/auth/logout', { body: {} }));
    await say(client.master('bob').request, made[0]!.id, 'said after that');
    expect(await waiting).toMatchObject({ status: 401, body: { code: 'invalid_key' } });
  });

  it('of thousands of rooms tells those with news, and says that there are more', async () => {
    const { request } = await client.login('ann');
    await client.request('PUT', '/users/ann', { body: {} });
    const [{ user_pk }] = await app.sql(`select user_pk from users where client_id = $1 and user_id = 'ann'`, [
      client.id,
    ]);
    const rooms = await app.sql(
      `with made as (
         insert into rooms (client_id, id, room_type, max_members)
         select $1, gen_random_uuid(), 'group', 10 from generate_series(1, 1500) returning id
       ), joined as (
         insert into room_members (client_id, room_id, user_pk) select $1, id, $2 from made
       ) select id as room_id from made`,
      [client.id, user_pk],
    );
    const { epoch } = ok(await client.request('GET', `/rooms/${rooms[0].room_id}`));
    const positions = rooms.map(({ room_id }) => ({ room_id, epoch, rev: 0 }));
    const told = request('POST', '/sync', { body: { rooms: positions, timeout_s: 30 } });
    await say(client.master().request, rooms[1_234].room_id, 'far down');
    const answer = ok(await told);
    expect(answer.rooms.map(({ room_id }: any) => room_id)).toEqual([rooms[1_234].room_id]);
    expect(answer.more).toBe(true);
    expect(ok(await request('POST', '/sync', { body: { rooms: positions } })).rooms).toHaveLength(1);
    expect((await request('POST', '/sync', { body: { rooms: [...positions, ...positions] } })).status).toBe(422);
  });

  it('needs read_messages, and takes no time beyond thirty seconds', async () => {
    const blind = await client.login('ann', { permissions: ['send_messages'] });
    expect((await blind.request('POST', '/sync', { body: {} })).status).toBe(403);
    expect((await client.request('POST', '/sync', { body: { timeout_s: 31 } })).body.errors[0].field).toBe('timeout_s');
  });

  it('lets nobody wait on a node that stops', async () => {
    const own = await startApp();
    try {
      const tenant = await own.client();
      const { request } = await tenant.login('ann');
      const { user } = ok(await request('POST', '/sync', { body: { user: { epoch: 'none', rev: 0 } } }));
      const waiting = request('POST', '/sync', { body: { user: { epoch: user.epoch, rev: user.rev }, timeout_s: 30 } });
      await own.request('GET', '//health/live');
      const [answer] = await Promise.all([waiting, own.stop()]);
      expect(ok(answer).user.events).toEqual([]);
    } finally {
      await own.stop();
    }
  });
});
