import { makeRoom, ok } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { until } from '../support/until.js';

describe('threads', () => {
  const on = oneApp();
  const { as } = on;

  async function started(members = ['ann', 'bob', 'cid'], fields: object = {}) {
    const room = await makeRoom(on.client, members, fields);
    const send = async (user: string, body: object) => ok(await as(user, 'POST', `/rooms/${room.id}/messages`, body));
    const root = await send('ann', { content: 'root' });
    const reply = (user: string, content: string, more: object = {}) =>
      send(user, { content, reply_to_id: root.id, ...more });
    const path = `/rooms/${room.id}/messages/${root.id}`;
    const standing = async (user: string) => {
      const { subscribed, unread } = ok(await as(user, 'GET', `${path}/subscription`));
      return [subscribed, unread];
    };
    const stands = (user: string, ...expected: unknown[]) =>
      until(`${user} to stand so: ${expected}`, async () => {
        const now = await standing(user);
        return now[0] === expected[0] && now[1] === expected[1];
      });
    return { room, root, path, send, reply, standing, stands };
  }

  it('have pages of their own', async () => {
    const { room, path, root, send, reply } = await started();
    const ids: string[] = [];
    for (let n = 1; n <= 5; n++) {
      await send('bob', { content: 'between' });
      ids.push((await reply('bob', `${n}`)).id);
    }
    const deep = await send('cid', { content: '6', reply_to_id: ids[4] });
    const page = async (query: string, user = 'cid') => {
      const { data, page } = ok(await as(user, 'GET', `${path}/replies?${query}`));
      return [data.map(({ content }: any) => content).join(''), page.has_more_before, page.has_more_after];
    };
    expect(await page('')).toEqual(['123456', false, false]);
    expect(await page('limit=2')).toEqual(['56', true, false]);
    expect(await page(`limit=2&after_seq=${root.seq}`)).toEqual(['12', false, true]);
    expect(await page(`limit=2&after_seq=${root.seq + 2}`)).toEqual(['23', true, true]);
    expect(await page(`limit=3&before_seq=${deep.seq}`)).toEqual(['345', true, true]);
    expect(await page(`before_seq=${root.seq + 1}`)).toEqual(['', false, true]);
    const first = ok(await as('ann', 'GET', `${path}/replies?limit=4`));
    expect(await page(`limit=4&cursor=${first.page.prev_cursor}`)).toEqual(['12', false, true]);
    expect((await as('ann', 'GET', `${path}/replies?before_seq=1&after_seq=2`)).status).toBe(422);

    const inThread = `/rooms/${room.id}/messages/${ids[0]}`;
    expect(ok(await as('ann', 'GET', `${inThread}/replies`))).toMatchObject({ data: [], page: { has_more: false } });
    ok(await as('bob', 'DELETE', inThread));
    ok(await as('ann', 'DELETE', `/rooms/${room.id}/messages/${ids[1]}?for=me`));
    const { data } = ok(await as('ann', 'GET', `${path}/replies?limit=3&after_seq=${root.seq}`));
    expect(data).toMatchObject([{ content: null }, { id: ids[1], hidden: true }, { content: '3' }]);
    expect((await as('eve', 'GET', `${path}/replies`)).status).toBe(404);
  });

  it('are followed by who is replied to, replies or is mentioned, and count what others said since', async () => {
    const { room, root, path, reply, standing, stands } = await started(['ann', 'bob', 'cid', 'dan']);
    const ann = await on.socketOf('ann');
    await reply('bob', '1');
    await reply('bob', '2', { mentions: [{ type: 'user', user_id: 'cid' }, { type: 'room' }] });
    await stands('ann', true, 2);
    await stands('bob', true, 0);
    await stands('cid', true, 1);
    expect(await standing('dan')).toEqual([false, 2]);
    const ref = { room_id: room.id, thread_id: root.id };
    expect(await ann.waitFor('thread.subscribed')).toMatchObject({ stream: 'user:ann', room_id: room.id, data: ref });
    const told = await ann.waitFor('thread.updated', ({ data }) => data.unread === 2);
    expect(told.data).toEqual({ ...ref, subscribed: true, last_read_seq: root.seq, unread: 2 });
    expect(told).not.toHaveProperty('rev');

    const last = await reply('cid', '3');
    await stands('cid', true, 0);
    await stands('ann', true, 3);
    await stands('bob', true, 1);
    const read = ok(await as('ann', 'POST', `${path}/thread/read`, { seq: last.seq - 1 }));
    expect(read).toEqual({ ...ref, subscribed: true, last_read_seq: last.seq - 1, unread: 1 });
    await ann.waitFor('thread.updated', ({ data }) => data.unread === 1);
    // Never back, and never beyond the end.
    expect(ok(await as('ann', 'POST', `${path}/thread/read`, { seq: 1 })).unread).toBe(1);
    expect(ok(await as('ann', 'POST', `${path}/thread/read`, { seq: 1_000 }))).toMatchObject({
      last_read_seq: last.seq,
      unread: 0,
    });
    const next = await reply('bob', '4');
    await stands('ann', true, 1);
    ok(await as('bob', 'DELETE', `/rooms/${room.id}/messages/${next.id}`));
    expect(await standing('ann')).toEqual([true, 0]);
    ok(await as('dan', 'POST', `${path}/thread/read`, {}));
    expect(await standing('dan')).toEqual([false, 0]);
  });

  it('are followed, and left, by one’s own word, which others’ replies do not change', async () => {
    const { room, root, path, reply, standing, stands } = await started();
    const first = await reply('bob', '1');
    await stands('ann', true, 1);
    const ann = await on.socketOf('ann');
    const leave = async (user: string) => (await as(user, 'DELETE', `${path}/subscription`)).status;
    const revOf = async () =>
      (await on.app.sql(`select last_rev from users where client_id = $1 and user_id = 'ann'`, [on.client.id]))[0]
        .last_rev;
    expect(await leave('ann')).toBe(204);
    const rev = await revOf();
    expect(await leave('ann')).toBe(204);
    expect(await revOf()).toBe(rev);
    expect((await ann.waitFor('thread.unsubscribed')).data).toEqual({ room_id: room.id, thread_id: root.id });
    await reply('bob', '2');
    await stands('ann', false, 2);
    // By a reply in it, too; what there is counts as read.
    const of = `/rooms/${room.id}/messages/${first.id}/subscription`;
    const many = await Promise.all(Array.from({ length: 20 }, () => as('cid', 'PUT', of)));
    for (const one of many) expect(ok(one)).toMatchObject({ thread_id: root.id, subscribed: true, unread: 0 });
    const told = `select from events e join users u on u.user_pk = e.stream_id where u.client_id = $1 and u.user_id = 'cid'
                     and e.type = 'thread.subscribed'`;
    expect(await on.app.sql(told, [on.client.id])).toHaveLength(1);
    await reply('bob', '3');
    await stands('cid', true, 1);
    expect(ok(await as('cid', 'PUT', of))).toMatchObject({ unread: 1 });
    expect(await standing('ann')).toEqual([false, 3]);
    await reply('bob', '4', { mentions: [{ type: 'user', user_id: 'ann' }] });
    await stands('ann', true, 1);
    expect(await leave('ann')).toBe(204);
    await reply('ann', '5');
    await stands('ann', true, 0);
    expect((await as('eve', 'PUT', of)).status).toBe(404);
    expect((await as(undefined, 'PUT', of)).status).toBe(422);
  });

  it('are listed with what is unread, the one with the latest reply first', async () => {
    const { room, send } = await started();
    const roots = [];
    for (let n = 0; n < 3; n++) roots.push(await send('ann', { content: `root ${n}` }));
    for (const n of [2, 0, 1]) await send('bob', { content: 'reply', reply_to_id: roots[n].id });
    await send('bob', { content: 'reply', reply_to_id: roots[0].id });
    const list = async (query = '', user = 'ann') => ok(await as(user, 'GET', `/threads?${query}`));
    await until('ann to follow all', async () => (await list()).data.length === 3);
    const { data } = await list();
    expect(data.map(({ message, unread }: any) => [message.content, unread])).toEqual([
      ['root 0', 2],
      ['root 1', 1],
      ['root 2', 1],
    ]);
    expect(data[0]).toMatchObject({
      room_id: room.id,
      thread_id: roots[0].id,
      subscribed: true,
      message: { reply_count: 2 },
    });
    const first = await list('limit=2');
    const second = await list(`limit=2&cursor=${first.page.next_cursor}`);
    expect([...first.data, ...second.data]).toEqual(data);
    expect((await list(`limit=2&cursor=${second.page.prev_cursor}`)).data).toEqual(first.data);
    expect((await list('', 'cid')).data).toEqual([]);
    const bad = Buffer.from(JSON.stringify(['n', 'x', 'y'])).toString('base64url');
    expect((await as('ann', 'GET', `/threads?cursor=${bad}`)).body.code).toBe('invalid_cursor');
    // Who has left the room follows nothing there.
    ok(await as('ann', 'DELETE', `/rooms/${room.id}/members/me`));
    expect((await list()).data).toEqual([]);
  });
});
