import { makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';
import { until } from '../support/until.js';

describe('receipts and what is unread', () => {
  const on = oneApp();
  const { as } = on;
  const mark = async (user: string, roomId: string, what: string, body: object) =>
    ok(await as(user, 'POST', `/rooms/${roomId}/${what}`, body));
  const meOf = async (user: string, roomId: string) => ok(await as(user, 'GET', `/rooms/${roomId}`)).me;
  const unreadOf = async (user: string) => ok(await as(user, 'GET', '/unread'));

  async function roomOf(members: string[], messages: number, fields: object = {}) {
    const room = await makeRoom(on.client, members, fields);
    const sent = [];
    for (let n = 1; n <= messages; n++) sent.push(await say(on.client.master('ann').request, room.id, `${n}`));
    return { ...room, sent };
  }

  it('move up to a place, never back, never beyond the last', async () => {
    const room = await roomOf(['ann', 'bob'], 5);
    expect(await mark('bob', room.id, 'read', { seq: 3 })).toMatchObject({ last_read_seq: 3, unread: 2 });
    expect(await mark('bob', room.id, 'read', { seq: 1 })).toMatchObject({ last_read_seq: 3, unread: 2 });
    expect(await mark('bob', room.id, 'read', { message_id: room.sent[3]!.id })).toMatchObject({ last_read_seq: 4 });
    expect(await mark('bob', room.id, 'read', { seq: 999 })).toMatchObject({ last_read_seq: 5, unread: 0 });
    const other = await roomOf(['ann', 'bob'], 5);
    expect(await mark('bob', other.id, 'delivered', { seq: 4 })).toMatchObject({ last_read_seq: 0, unread: 5 });
    expect(ok(await as('ann', 'GET', `/rooms/${other.id}/receipts`)).data).toEqual(
      expect.arrayContaining([
        { room_id: other.id, user_id: 'bob', display_name: null, last_read_seq: 0, last_delivered_seq: 4 },
      ]),
    );
    // Who has read has received, and a send moves both.
    await mark('bob', other.id, 'read', { seq: 5 });
    const { data } = ok(await as('ann', 'GET', `/rooms/${other.id}/receipts`));
    expect(data.map(({ last_read_seq, last_delivered_seq }: any) => [last_read_seq, last_delivered_seq])).toEqual([
      [5, 5],
      [5, 5],
    ]);
  });

  it('hold when many move at once, beside senders', async () => {
    const room = await roomOf(['ann', 'bob', 'cid'], 3);
    await Promise.all([
      ...Array.from({ length: 20 }, (_, n) => mark('bob', room.id, 'read', { seq: n % 4 })),
      ...Array.from({ length: 20 }, (_, n) => mark('cid', room.id, 'delivered', { seq: n })),
      ...Array.from({ length: 20 }, (_, n) => say(on.client.master('cid').request, room.id, `c${n}`)),
    ]);
    expect(await meOf('bob', room.id)).toMatchObject({ last_read_seq: 3, unread: 20 });
    expect(await meOf('cid', room.id)).toMatchObject({ last_read_seq: 23, unread: 0 });
  });

  it('are told to the room, folded; not when nothing moved', async () => {
    const room = await roomOf(['ann', 'bob'], 30);
    const ann = await on.socketOf('ann');
    const bob = await on.socketOf('bob');
    for (let seq = 1; seq <= 30; seq++) await bob.get('receipt.read', { room_id: room.id, seq });
    const last = await ann.waitFor('receipt.updated', ({ data }) => data.last_read_seq === 30);
    expect(last).toMatchObject({
      stream: `room:${room.id}`,
      data: { room_id: room.id, user_id: 'bob', last_delivered_seq: 30 },
    });
    expect(last).not.toHaveProperty('rev');
    const told = ann.bodies('receipt.updated').length;
    expect(told).toBeLessThan(30);
    await bob.get('receipt.read', { room_id: room.id, seq: 30 });
    await bob.get('receipt.delivered', { room_id: room.id, seq: 2 });
    await say(on.client.master('ann').request, room.id, 'x');
    await mark('bob', room.id, 'read', { seq: 31 });
    await ann.waitFor('receipt.updated', ({ data }) => data.last_read_seq === 31);
    expect(ann.bodies('receipt.updated')).toHaveLength(told + 1);
  });

  it('may be private: others see nothing, the own side all', async () => {
    const room = await roomOf(['ann', 'bob'], 5);
    const ann = await on.socketOf('ann');
    expect(await mark('bob', room.id, 'read', { seq: 4, private: true })).toMatchObject({
      last_read_seq: 4,
      unread: 1,
    });
    const seen = async () =>
      ok(await as('ann', 'GET', `/rooms/${room.id}/receipts`)).data.find(({ user_id }: any) => user_id === 'bob')
        .last_read_seq;
    expect(await seen()).toBe(0);
    await mark('bob', room.id, 'read', { seq: 2 });
    expect(await meOf('bob', room.id)).toMatchObject({ last_read_seq: 4 });
    expect(await seen()).toBe(2);
    await ann.waitFor('receipt.updated');
    expect(ann.bodies('receipt.updated').map(({ data }) => data.last_read_seq)).toEqual([2]);
    // Of what is delivered there is one marker, which others see; unread is always one's own.
    await mark('bob', room.id, 'delivered', { seq: 5, private: true });
    await mark('bob', room.id, 'unread', { seq: 3, private: true });
    const { data } = ok(await as('ann', 'GET', `/rooms/${room.id}/receipts`));
    expect(data.find(({ user_id }: any) => user_id === 'bob')).toMatchObject({
      last_read_seq: 2,
      last_delivered_seq: 2,
    });
    expect(await meOf('bob', room.id)).toMatchObject({ last_read_seq: 2, unread: 3 });
  });

  it('can be set back for oneself, until one reads or sends', async () => {
    const room = await roomOf(['ann', 'bob'], 5);
    await mark('bob', room.id, 'read', { seq: 5 });
    expect(await mark('bob', room.id, 'unread', { seq: 2 })).toMatchObject({ last_read_seq: 1, unread: 4 });
    expect(await mark('bob', room.id, 'unread', { message_id: room.sent[3]!.id })).toMatchObject({ unread: 2 });
    const { data } = ok(await as('ann', 'GET', `/rooms/${room.id}/receipts`));
    expect(data.find(({ user_id }: any) => user_id === 'bob').last_read_seq).toBe(5);
    expect(await mark('bob', room.id, 'read', { seq: 3 })).toMatchObject({ last_read_seq: 5, unread: 0 });
    await mark('bob', room.id, 'unread', { seq: 1 });
    await say(on.client.master('bob').request, room.id, 'mine');
    expect(await meOf('bob', room.id)).toMatchObject({ last_read_seq: 6, unread: 0 });
  });

  it('go no further back than a member sees', async () => {
    const room = await makeRoom(on.client, ['ann'], { history: 'since_join' });
    const mentions = [{ type: 'room' }];
    const before = ok(await as('ann', 'POST', `/rooms/${room.id}/messages`, { content: 'before', mentions }));
    ok(await as(undefined, 'POST', `/rooms/${room.id}/members`, { user_id: 'bob' }));
    // By a message that it does not see, as by one that is not there.
    for (const what of ['read', 'delivered', 'unread']) {
      const { status } = await as('bob', 'POST', `/rooms/${room.id}/${what}`, { message_id: before.id });
      expect([what, status]).toEqual([what, 404]);
    }
    expect(await mark('bob', room.id, 'unread', { seq: 1 })).toMatchObject({
      last_read_seq: 1,
      unread: 0,
      mentions: 0,
    });
    await say(on.client.master('ann').request, room.id, 'after');
    expect(await mark('bob', room.id, 'unread', { seq: 1 })).toMatchObject({
      last_read_seq: 1,
      unread: 1,
      mentions: 0,
    });
  });

  it('add up over rooms, without muted and hidden ones and silent messages, and of some the mentions only', async () => {
    const [one, two, muted, hidden, mentions] = await Promise.all([
      roomOf(['ann', 'bob'], 2),
      roomOf(['ann', 'bob'], 3),
      roomOf(['ann', 'bob'], 4),
      roomOf(['ann', 'bob'], 5),
      roomOf(['ann', 'bob'], 6),
    ]);
    const bobs = `client_id = $1 and user_pk = (select user_pk from users where client_id = $1 and user_id = 'bob')`;
    const set = (what: string, id: string) =>
      on.app.sql(`update room_members set ${what} where ${bobs} and room_id = $2`, [on.client.id, id]);
    await set('muted = true', muted.id);
    await set('hidden = true', hidden.id);
    await set('mentions_only = true', mentions.id);
    const send = (id: string, body: object) => as('ann', 'POST', `/rooms/${id}/messages`, body);
    ok(await send(two.id, { content: 'hush', silent: true }));
    ok(await send(mentions.id, { content: '@room', mentions: [{ type: 'room' }] }));
    ok(await send(muted.id, { content: '@bob', mentions: [{ type: 'user', user_id: 'bob' }] }));
    const unread = await unreadOf('bob');
    expect(unread).toMatchObject({ total_unread: 2 + 3 + 1, total_mentions: 1 });
    const byRoom = new Map(unread.rooms.map((room: any) => [room.room_id, [room.unread, room.mentions]]));
    expect([one, two, muted, hidden, mentions].map(({ id }) => byRoom.get(id))).toEqual([
      [2, 0],
      [4, 0],
      [5, 1],
      [5, 0],
      [7, 1],
    ]);
    await set(`muted_until = now() - interval '1 second'`, muted.id);
    expect(await unreadOf('bob')).toMatchObject({ total_unread: 2 + 3 + 1 + 5, total_mentions: 2 });
    expect(await unreadOf('ann')).toEqual({ total_unread: 0, total_mentions: 0, rooms: [] });
    expect(ok(await as('bob', 'GET', `/messages/rooms/${one.id}/unread`))).toEqual({
      room_id: one.id,
      unread: 2,
      mentions: 0,
    });
  });

  it('do not count who is mentioned in silence, by a send or an edit of it, nor tell of it', async () => {
    const room = await roomOf(['ann', 'bob', 'cid'], 0);
    const bob = await on.socketOf('bob');
    const mentions = [{ type: 'user', user_id: 'bob' }, { type: 'room' }];
    const send = async (body: object) => ok(await as('ann', 'POST', `/rooms/${room.id}/messages`, body));
    const { id } = await send({ content: 'hush', silent: true, mentions });
    const path = `/rooms/${room.id}/messages/${id}`;
    expect(ok(await as('ann', 'PATCH', path, { content: 'hush, hush' })).mentions).toHaveLength(2);
    ok(await as('ann', 'DELETE', path));
    ok(await as(undefined, 'POST', `${path}/undelete`));
    expect(await meOf('bob', room.id)).toMatchObject({ unread: 1, mentions: 0 });
    expect(bob.bodies('unread.updated')).toEqual([]);
    await send({ content: 'loud', mentions });
    expect(await meOf('bob', room.id)).toMatchObject({ unread: 2, mentions: 1 });
    const { data } = await bob.waitFor('unread.updated');
    expect(data).toMatchObject({ unread: 2, mentions: 1 });
    expect(bob.bodies('unread.updated')).toHaveLength(1);
  });

  it('tell all devices of a user what is unread, when it moves a marker or is mentioned', async () => {
    const room = await roomOf(['ann', 'bob', 'cid'], 3);
    const other = await roomOf(['ann', 'bob'], 4);
    const { key } = await on.client.login('bob');
    const [phone, desk] = await Promise.all([connect(on.app, key), connect(on.app, key)]);
    await mark('bob', room.id, 'read', { seq: 2 });
    for (const socket of [phone, desk]) {
      const { stream, data } = await socket.waitFor('unread.updated');
      expect([stream, data]).toEqual([
        'user:bob',
        { room_id: room.id, unread: 1, mentions: 0, last_read_seq: 2, total_unread: 5 },
      ]);
    }
    await say(on.client.master('ann').request, room.id, 'no mention');
    ok(
      await as('ann', 'POST', `/rooms/${other.id}/messages`, {
        content: '@bob',
        mentions: [{ type: 'user', user_id: 'bob' }],
      }),
    );
    const told = await phone.waitFor('unread.updated', ({ room_id }) => room_id === other.id);
    expect(told.data).toEqual({ room_id: other.id, unread: 5, mentions: 1, last_read_seq: 0, total_unread: 7 });
    ok(await as('cid', 'POST', `/rooms/${room.id}/messages`, { content: '@room', mentions: [{ type: 'room' }] }));
    await until('the mention of all', () =>
      phone
        .bodies('unread.updated')
        .some(({ data }) => data.room_id === room.id && data.mentions === 1 && data.total_unread === 8),
    );
  });

  it('tell all devices of a user the total, when it counts a room in another way', async () => {
    const room = await roomOf(['ann', 'bob'], 3);
    await roomOf(['ann', 'bob'], 2);
    const socket = await on.socketOf('bob');
    const set = async (settings: object) => ok(await as('bob', 'PATCH', `/rooms/${room.id}/me`, settings));
    const totals = () =>
      socket.bodies('unread.updated').map(({ data }) => [data.room_id === room.id, data.unread, data.total_unread]);
    // What changes nothing, and what counts nowhere, is not told.
    await set({ pinned: true });
    await set({ muted: false });
    await set({ hidden: true });
    await until('what is hidden', () => totals().length === 1);
    await set({ hidden: false, mentions_only: true });
    await set({ mentions_only: false });
    await until('what counts again', () => totals().at(-1)?.[2] === 5);
    await set({ muted: true });
    await until('what is muted', () => totals().at(-1)?.[2] === 2);
    expect(totals()[0]).toEqual([true, 3, 2]);
  });

  it('are not told in rooms of more than a hundred', async () => {
    const members = Array.from({ length: 101 }, (_, n) => `user${n}`);
    const room = await makeRoom(on.client, members);
    const sent = await say(on.client.master('user0').request, room.id, 'x');
    const zero = await on.socketOf('user0');
    await mark('user1', room.id, 'read', { seq: sent.seq });
    ok(await as('user1', 'POST', `/rooms/${room.id}/messages`, { content: '@room', mentions: [{ type: 'room' }] }));
    await zero.waitFor('message.created');
    expect(
      (await zero.get('sync.resume', { rooms: [{ room_id: room.id, epoch: room.epoch, rev: 0 }] })).rooms[0].receipts,
    ).toEqual([]);
    expect(zero.bodies('receipt.updated')).toEqual([]);
    expect(ok(await as('user0', 'GET', `/rooms/${room.id}/receipts?limit=100`)).page.has_more).toBe(true);
  });

  it('refuse junk, who is nobody, and who is no member', async () => {
    const room = await roomOf(['ann'], 1);
    const refusal = async (user: string | undefined, body: object) => {
      const { status, body: problem } = await as(user, 'POST', `/rooms/${room.id}/read`, body);
      return [status, problem.errors[0]?.field];
    };
    expect(await refusal('ann', {})).toEqual([422, 'seq']);
    expect(await refusal('ann', { seq: 1, message_id: room.sent[0]!.id })).toEqual([422, 'seq']);
    expect(await refusal('ann', { seq: -1 })).toEqual([422, 'seq']);
    expect(await refusal(undefined, { seq: 1 })).toEqual([422, 'X-User-Id']);
    expect((await refusal('eve', { seq: 1 }))[0]).toBe(404);
    expect((await refusal('ann', { message_id: room.id }))[0]).toBe(404);
    expect((await as('ann', 'POST', '/rooms/none/read', { seq: 1 })).status).toBe(404);
  });
});
