import { makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';

const on = oneApp();

const query = (body: object, user?: string) => on.client.master(user).request('POST', '/rooms/query', { body });
const namesOf = async (body: object, user?: string): Promise<string[]> =>
  ok(await query(body, user)).data.map(({ name }: { name: string }) => name);
/** Every page, forwards, then back to the first. */
async function walk(body: object, user?: string): Promise<{ forwards: string[]; backwards: string[] }> {
  const forwards: string[] = [];
  const backwards: string[] = [];
  let page = ok(await query(body, user));
  for (;;) {
    forwards.push(...page.data.map(({ id }: { id: string }) => id));
    if (!page.page.has_more) break;
    page = ok(await query({ ...body, cursor: page.page.next_cursor }, user));
  }
  backwards.push(...page.data.map(({ id }: { id: string }) => id).toReversed());
  while (page.page.prev_cursor) {
    page = ok(await query({ ...body, cursor: page.page.prev_cursor }, user));
    backwards.push(...page.data.map(({ id }: { id: string }) => id).toReversed());
  }
  return { forwards, backwards: backwards.toReversed() };
}

describe('finding rooms', () => {
  it('shows each with its own side, its last message and a few members', async () => {
    const room = await makeRoom(on.client, ['ann', 'ben', 'cat', 'dan'], { metadata: { team: 'red' } });
    await say(on.client.master('ben').request, room.id, 'first');
    const last = await say(on.client.master('ben').request, room.id, 'last');
    const empty = await makeRoom(on.client, ['ann'], { name: 'Empty' });
    const { data, page } = ok(await query({ members_limit: 2 }, 'ann'));
    expect(page).toEqual({ next_cursor: null, prev_cursor: null, has_more: false });
    expect(data.map(({ id }: any) => id)).toEqual([room.id, empty.id]);
    expect(data[0]).toMatchObject({
      me: { role: 'member', unread: 2 },
      member_count: 4,
      last_message: { id: last.id },
    });
    expect(data[0].last_message).toEqual(
      ok(await on.client.master('ann').request('GET', `/rooms/${room.id}/messages/${last.id}`)),
    );
    expect(data[0].members).toHaveLength(2);
    expect(data[1]).toMatchObject({ last_message: null, members: [{ user_id: 'ann' }] });
    const { me, last_message: _, members: __, ...plain } = data[0];
    expect(ok(await on.client.master('ann').request('GET', `/rooms/${room.id}`))).toEqual({ ...plain, me });
  });

  it('filters by each field', async () => {
    await on.client.login('eve');
    const red = await makeRoom(on.client, ['ann', 'ben'], { name: 'Red', metadata: { n: 5, team: 'red', on: true } });
    await makeRoom(on.client, ['ann', 'cat'], {
      name: 'Blue',
      room_type: 'support',
      metadata: { n: 10, team: 'blue' },
    });
    const green = await makeRoom(on.client, ['ann'], { name: 'Green', room_type: 'channel' });
    await say(on.client.master('ben').request, red.id, 'x');
    await on.client.request('POST', `/rooms/${green.id}/archive`, { body: {} });
    await on.app.sql(
      `update room_members m set pinned_at = now(), hidden = true from users u
      where u.user_pk = m.user_pk and u.user_id = 'ann' and m.room_id = $1`,
      [green.id],
    );
    const found = (filter: object, user: string | undefined = 'ann') =>
      namesOf({ filter, sort: [{ name: 'asc' }] }, user);
    const cases: [object, string[]][] = [
      [{}, ['Blue', 'Green', 'Red']],
      [{ room_type: 'support' }, ['Blue']],
      [{ room_type: { $ne: 'support' } }, ['Green', 'Red']],
      [{ status: { $in: ['archived', 'inactive'] } }, ['Green']],
      [{ name: { $prefix: 'Gr' } }, ['Green']],
      [{ name: { $gte: 'C', $lt: 'H' } }, ['Green']],
      [{ slug: 'red' }, ['Red']],
      [{ id: { $in: [red.id, green.id] } }, ['Green', 'Red']],
      [{ member: 'ben' }, ['Red']],
      [{ member: { $in: ['ben', 'cat', 'nobody'] } }, ['Blue', 'Red']],
      [{ $and: [{ member: 'ann' }, { member: 'cat' }] }, ['Blue']],
      [{ created_at: red.created_at }, ['Red']],
      [{ created_at: { $gt: red.created_at } }, ['Blue', 'Green']],
      [{ last_message_at: { $exists: false } }, ['Blue', 'Green']],
      [{ unread: { $gt: 0 } }, ['Red']],
      [{ muted: true }, []],
      [{ hidden: true }, ['Green']],
      [{ pinned: false }, ['Blue', 'Red']],
      [{ 'metadata.team': 'red' }, ['Red']],
      [{ 'metadata.team': { $ne: 'red' } }, ['Blue', 'Green']],
      [{ 'metadata.team': { $prefix: 'bl' } }, ['Blue']],
      [{ 'metadata.n': { $gt: 5 } }, ['Blue']],
      [{ 'metadata.n': '5' }, []],
      [{ 'metadata.on': true }, ['Red']],
      [{ 'metadata.n': { $in: [5, 'x'] } }, ['Red']],
      [{ 'metadata.n': { $exists: false } }, ['Green']],
      [{ $or: [{ unread: { $gt: 0 } }, { pinned: true }] }, ['Green', 'Red']],
    ];
    for (const [filter, names] of cases) expect([filter, await found(filter)]).toEqual([filter, names]);
    expect(await found({}, 'eve')).toEqual([]);
    expect(await found({}, 'ben')).toEqual(['Red']);
  });

  it('lists by unread and pinned, and by everything else, with cursors that neither lose nor repeat a room', async () => {
    const rooms = await Promise.all(
      Array.from({ length: 12 }, (_, nth) => makeRoom(on.client, ['ann', 'ben'], { name: `R${nth % 4}` })),
    );
    for (const [nth, { id }] of rooms.entries())
      for (let count = 0; count < nth % 3; count++) await say(on.client.master('ben').request, id, 'x');
    await on.app.sql(
      `update room_members m set pinned_at = now() from users u where u.user_pk = m.user_pk
      and u.user_id = 'ann' and m.room_id = any ($1::uuid[])`,
      [rooms.slice(0, 5).map(({ id }) => id)],
    );
    for (const sort of [
      [{ unread: 'desc' }],
      [{ pinned: 'desc' }, { last_message_at: 'desc' }],
      [{ name: 'asc' }, { unread: 'desc' }],
      [{ created_at: 'asc' }],
      [{ updated_at: 'desc' }],
      [{ last_active_day: 'desc' }],
    ]) {
      const whole = ok(await query({ sort, limit: 100 }, 'ann')).data;
      const ids = whole.map(({ id }: any) => id);
      expect(new Set(ids).size).toBe(12);
      expect([sort, await walk({ sort, limit: 5 }, 'ann')]).toEqual([sort, { forwards: ids, backwards: ids }]);
    }
    const unread = ok(await query({ sort: [{ unread: 'desc' }] }, 'ann')).data.map(({ me }: any) => me.unread);
    expect(unread).toEqual([2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0]);
    const pinned = ok(await query({ sort: [{ pinned: 'desc' }, { name: 'asc' }] }, 'ann')).data;
    expect(pinned.map(({ me }: any) => me.pinned)).toEqual([...Array(5).fill(true), ...Array(7).fill(false)]);
    const { next_cursor } = ok(await query({ sort: [{ unread: 'desc' }], limit: 2 }, 'ann')).page;
    for (const other of [{ sort: [{ unread: 'asc' }] }, { sort: [{ unread: 'desc' }], filter: { muted: false } }, {}])
      expect((await query({ ...other, cursor: next_cursor }, 'ann')).body.code).toBe('invalid_cursor');
  });

  it("gives a master key without a user the whole client's, by two orders only", async () => {
    const rooms = [];
    for (let nth = 0; nth < 7; nth++) rooms.push(await makeRoom(on.client, ['ann'], { name: `R${nth}` }));
    await on.app.sql(`update rooms set last_active_day = last_active_day - 3 where id = $1`, [rooms[2]!.id]);
    const other = await on.app.client();
    await makeRoom(other, ['ann']);
    const ids = rooms.map(({ id }) => id);
    for (const [sort, expected] of [
      [[{ created_at: 'asc' }], ids],
      [[{ created_at: 'desc' }], ids.toReversed()],
    ] as const)
      expect(await walk({ sort, limit: 3 })).toEqual({ forwards: expected, backwards: expected });
    const { forwards, backwards } = await walk({ limit: 3 });
    expect([forwards.at(-1), new Set(forwards).size]).toEqual([ids[2], 7]);
    expect(backwards).toEqual(forwards);
    expect(
      await namesOf({ filter: { member: 'ann', name: { $prefix: 'R' } }, sort: [{ created_at: 'asc' }], limit: 2 }),
    ).toEqual(['R0', 'R1']);
    expect(await namesOf({ filter: { slug: { $in: ['r3', 'r5'] } }, sort: [{ created_at: 'desc' }] })).toEqual([
      'R5',
      'R3',
    ]);
    expect((await query({ sort: [{ name: 'asc' }] })).body.errors[0].field).toBe('sort');
    expect((await query({ filter: { unread: 1 } })).body.errors[0].field).toBe('filter.unread');
    expect(ok(await query({})).data[0]).not.toHaveProperty('me');
  });

  it('shows no deleted room, no message from before somebody joined, and nobody else’s rooms', async () => {
    const gone = await makeRoom(on.client, ['ann'], { name: 'Gone' });
    const late = await makeRoom(on.client, ['ben'], { name: 'Late', history: 'since_join' });
    await say(on.client.master('ben').request, late.id, 'secret');
    ok(await on.client.request('POST', `/rooms/${late.id}/members`, { body: { user_id: 'ann' } }));
    ok(await on.client.request('DELETE', `/rooms/${gone.id}`));
    expect(ok(await query({}, 'ann')).data).toMatchObject([{ name: 'Late', last_message: null }]);
    expect(ok(await query({}, 'ben')).data).toMatchObject([{ last_message: { content: 'secret' } }]);
    expect(ok(await query({ filter: { id: gone.id } })).data).toEqual([]);
    expect(await namesOf({ filter: { status: 'deleted' } })).toEqual([]);
    const ann = await on.client.login('ann', { permissions: ['send_messages'] });
    expect((await ann.request('POST', '/rooms/query', { body: {} })).body.code).toBe('forbidden');
  });

  it('refuses what the grammar does not have, by name, and takes any text', async () => {
    const at = async (body: object) => {
      const { status, body: problem } = await query(body, 'ann');
      return [status, problem.errors[0].field];
    };
    expect(await at({ filter: { nme: 'x' } })).toEqual([422, 'filter.nme']);
    expect(await at({ filter: [] })).toEqual([422, 'filter']);
    expect(await at({ sort: 'name' })).toEqual([422, 'sort']);
    expect(await at({ sort: [{ name: 'asc' }, { name: 'asc' }, { name: 'asc' }, { name: 'asc' }] })).toEqual([
      422,
      'sort',
    ]);
    expect(await at({ members_limit: 11 })).toEqual([422, 'members_limit']);
    for (const text of [`'`, '\\', '%_', '😀', '{"a":1}', '\u0001', '$1'])
      for (const filter of [
        { name: text },
        { slug: { $prefix: text } },
        { member: text },
        { [`metadata.${text}`]: text },
        { 'metadata.a': { $gt: text } },
      ])
        expect([filter, (await query({ filter }, 'ann')).status, (await query({ filter })).status]).toEqual([
          filter,
          200,
          200,
        ]);
    expect((await query({ cursor: 'x' }, 'ann')).body.code).toBe('invalid_cursor');
  });
});
