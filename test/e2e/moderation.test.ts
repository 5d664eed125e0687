import { makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';
import { until } from '../support/until.js';

const on = oneApp();
const { as } = on;
const send = (user: string | undefined, roomId: string, body: object) =>
  as(user, 'POST', `/rooms/${roomId}/messages`, body);
const reports = async (query = '') => ok(await as(undefined, 'GET', `/reports${query}`)).data as any[];

describe('reports', () => {
  const report = (user: string | undefined, path: string, body: object = { reason: 'spam' }) =>
    as(user, 'POST', `${path}/reports`, body);

  async function said() {
    const room = await makeRoom(on.client, ['ann', 'bob', 'cid']);
    const message = await say(on.client.master('ann').request, room.id, 'rude');
    return { room, message, path: `/rooms/${room.id}/messages/${message.id}` };
  }

  it('are made once by each who sees the message, and read by the client with the message', async () => {
    const { room, message, path } = await said();
    const socket = await connect(on.app, on.client.key);
    const first = await report('bob', path, { reason: 'harassment', text: 'again' });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      room_id: room.id,
      message_id: message.id,
      reporter_type: 'user',
      reporter_id: 'bob',
      reason: 'harassment',
      text: 'again',
      lists: [],
      status: 'open',
      note: null,
    });
    const event = await socket.waitFor('report.created');
    expect(event).toMatchObject({ stream: 'client', room_id: room.id, actor: { id: 'bob' }, data: first.body });
    const again = await Promise.all(Array.from({ length: 20 }, () => report('bob', path, { reason: 'other' })));
    expect(again.map(({ status, body }) => [status, body.id, body.reason])).toEqual(
      again.map(() => [200, first.body.id, 'harassment']),
    );
    const atOnce = await Promise.all(Array.from({ length: 20 }, () => report('cid', path)));
    expect(atOnce.map(({ status }) => status).toSorted()).toEqual([...Array(19).fill(200), 201]);
    const listed = await reports();
    expect(listed.map(({ reporter_id }) => reporter_id)).toEqual(['cid', 'bob']);
    expect(listed[1]).toEqual({ ...first.body, message: expect.objectContaining({ id: message.id, content: 'rude' }) });
    await until('both events', () => socket.bodies('report.created').length === 2);
    // The message may go: the report stays.
    ok(await as('ann', 'DELETE', path));
    expect((await reports())[0].message).toMatchObject({ content: null, deleted_by: 'ann' });
  });

  it('are listed by status and page by page, and decided on', async () => {
    const { path } = await said();
    const made = [];
    for (const user of ['ann', 'bob', 'cid']) made.push(ok(await report(user, path)));
    const socket = await connect(on.app, on.client.key);
    const decide = (id: string, body: object) => as(undefined, 'PATCH', `/reports/${id}`, body);
    const decided = ok(await decide(made[0]!.id, { status: 'actioned', note: 'banned' }));
    expect(decided).toMatchObject({
      id: made[0]!.id,
      status: 'actioned',
      note: 'banned',
      message: { content: 'rude' },
    });
    ok(await decide(made[0]!.id, { status: 'actioned' }));
    ok(await decide(made[1]!.id, { status: 'dismissed' }));
    await until('both events', () => socket.bodies('report.updated').length >= 2);
    expect(socket.bodies('report.updated').map(({ data }) => data.status)).toEqual(['actioned', 'dismissed']);
    const ids = async (query: string) => (await reports(query)).map(({ id }) => id);
    expect(await ids('?status=open')).toEqual([made[2]!.id]);
    expect(await ids('?status=actioned')).toEqual([made[0]!.id]);
    const first = ok(await as(undefined, 'GET', '/reports?limit=2'));
    const second = ok(await as(undefined, 'GET', `/reports?limit=2&cursor=${first.page.next_cursor}`));
    expect([...first.data, ...second.data].map(({ id }: any) => id)).toEqual(made.map(({ id }) => id).toReversed());
    const back = ok(await as(undefined, 'GET', `/reports?limit=2&cursor=${second.page.prev_cursor}`));
    expect(back.data).toEqual(first.data);
    expect(ok(await decide(made[0]!.id, { status: 'open', note: null }))).toMatchObject({ status: 'open', note: null });
    expect((await decide(made[0]!.id, { status: 'lost' })).status).toBe(422);
    expect((await decide('junk', { status: 'open' })).status).toBe(404);
  });

  it('are for who sees the message, and of one client only', async () => {
    const { path } = await said();
    for (const body of [
      {},
      { reason: '' },
      { reason: 'x'.repeat(101) },
      { reason: 'x', text: 1 },
      { reason: 'x', a: 1 },
    ])
      expect((await report('bob', path, body)).status).toBe(422);
    expect((await report('zoe', path)).status).toBe(404);
    ok(await as('cid', 'PUT', '/users/me/blocks/ann'));
    expect((await report('cid', path)).status).toBe(404);
    const made = ok(await report('bob', path));
    const stranger = await on.app.client();
    expect((await stranger.request('POST', `${path}/reports`, { body: { reason: 'x' } })).status).toBe(404);
    expect((await stranger.request('PATCH', `/reports/${made.id}`, { body: { status: 'dismissed' } })).status).toBe(
      404,
    );
    expect(ok(await stranger.request('GET', '/reports')).data).toEqual([]);
    const bob = await on.client.login('bob');
    expect((await bob.request('GET', '/reports')).status).toBe(403);
    expect((await bob.request('POST', `${path}/reports`, { body: { reason: 'x' } })).status).toBe(200);
  });
});

describe('word lists', () => {
  const put = (lists: unknown) => on.client.request('PUT', '/clients/me/word-lists', { body: lists });
  const LISTS = [
    { name: 'never', words: ['scum'], action: 'reject' },
    { name: 'stars', words: ['damn', 'son of a gun'], action: 'mask' },
    { name: 'watch', words: ['crypto'], action: 'flag' },
  ];

  it('mask, reject and flag what users write, from the next message on', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    expect(ok(await send('ann', room.id, { content: 'Damn scum' })).content).toBe('Damn scum');
    expect(ok(await put(LISTS)).data).toEqual(LISTS);
    expect(ok(await on.client.request('GET', '/clients/me/word-lists')).data).toEqual(LISTS);
    const masked = ok(await send('ann', room.id, { content: 'DAMN you, son of a gun!' }));
    expect(masked.content).toBe('**** you, ************!');
    const refused = await send('ann', room.id, { content: 'you Scum' });
    expect(refused.body).toMatchObject({ status: 422, code: 'message_rejected', retryable: false });
    expect(refused.body.detail).toContain('never');
    const attachment = { type: 'file', url: 'https://example.com/a', name: 'damn.pdf' };
    const attached = ok(await send('ann', room.id, { attachments: [attachment] }));
    expect(attached.attachments[0]).toMatchObject({ name: '****.pdf', url: attachment.url });
    const named = await send('ann', room.id, { attachments: [{ ...attachment, name: 'scum.pdf' }] });
    expect(named.body.code).toBe('message_rejected');
    // Edits too; not the client itself.
    const path = `/rooms/${room.id}/messages/${masked.id}`;
    expect((await as('ann', 'PATCH', path, { content: 'scum' })).body.code).toBe('message_rejected');
    expect(ok(await as('ann', 'PATCH', path, { content: 'oh damn' })).content).toBe('oh ****');
    expect(ok(await send(undefined, room.id, { content: 'damn scum' })).content).toBe('damn scum');
    const bob = await on.socketOf('bob');
    expect(await bob.ask('message.send', { room_id: room.id, content: 'scum' })).toMatchObject({
      ok: false,
      error: { code: 'message_rejected' },
    });
    expect((await bob.get('message.send', { room_id: room.id, content: 'damn' })).content).toBe('****');
    ok(await put([]));
    expect(ok(await send('ann', room.id, { content: 'damn scum' })).content).toBe('damn scum');
    const { data } = ok(await as('bob', 'GET', `/rooms/${room.id}/messages`));
    expect(data.map(({ content }: any) => content)).toEqual([
      'Damn scum',
      'oh ****',
      null,
      'damn scum',
      '****',
      'damn scum',
    ]);
  });

  it('answer a message that was sent before with its original, whatever they say now', async () => {
    const room = await makeRoom(on.client, ['ann']);
    const body = { content: 'scum', client_msg_id: 'm1' };
    const sent = ok(await send('ann', room.id, body));
    ok(await put(LISTS));
    const again = await send('ann', room.id, body);
    expect([again.status, again.body]).toEqual([200, { ...sent, deduplicated: true }]);
    expect((await send('ann', room.id, { ...body, client_msg_id: 'm2' })).body.code).toBe('message_rejected');
    const masked = ok(await send('ann', room.id, { content: 'damn', client_msg_id: 'm3' }));
    expect((await send('ann', room.id, { content: 'damn', client_msg_id: 'm3' })).body).toMatchObject({
      id: masked.id,
      deduplicated: true,
    });
    expect((await send('ann', room.id, { content: 'dang', client_msg_id: 'm3' })).body.code).toBe(
      'idempotency_conflict',
    );
  });

  it('make reports of what they flag, also of what was changed or deleted meanwhile', async () => {
    await on.client.request('PATCH', '/clients/me', { body: { settings: { undelete_days: 0 } } });
    ok(await put([...LISTS, { name: 'more', words: ['crypto', 'wallet'], action: 'flag' }]));
    const room = await makeRoom(on.client, ['ann']);
    const socket = await connect(on.app, on.client.key);
    const first = ok(await send('ann', room.id, { content: 'buy crypto' }));
    // Nothing of it is shown to who sent it.
    expect(JSON.stringify(first)).not.toContain('watch');
    ok(await as('ann', 'PATCH', `/rooms/${room.id}/messages/${first.id}`, { content: 'nothing' }));
    const second = ok(await send('ann', room.id, { content: 'my wallet' }));
    ok(await as('ann', 'DELETE', `/rooms/${room.id}/messages/${second.id}`));
    const found = await until('both reports', async () => {
      const all = await reports();
      return all.length === 2 && all;
    });
    const of = (id: string) => found.find(({ message_id }: any) => message_id === id);
    const system = { reporter_type: 'system', reporter_id: null, reason: 'word_list', status: 'open' };
    expect(of(first.id)).toMatchObject({ ...system, lists: ['watch', 'more'], message: { content: 'nothing' } });
    expect(of(second.id)).toMatchObject({ ...system, lists: ['more'], message: { content: null } });
    await until('their events', () => socket.bodies('report.created').length === 2);
    expect(socket.bodies('report.created')[0]).toMatchObject({ actor: { id: null, type: 'system' }, stream: 'client' });
    // Flagged by the same list again, it stays decided; by another one, it is opened again.
    ok(await as(undefined, 'PATCH', `/reports/${of(first.id).id}`, { status: 'dismissed' }));
    ok(await as('ann', 'PATCH', `/rooms/${room.id}/messages/${first.id}`, { content: 'crypto' }));
    ok(await put([{ name: 'new', words: ['bitcoin'], action: 'flag' }]));
    ok(await as('ann', 'PATCH', `/rooms/${room.id}/messages/${first.id}`, { content: 'bitcoin' }));
    const reopened = await until('it to be open', async () =>
      (await reports('?status=open')).find(({ message_id }) => message_id === first.id),
    );
    expect(reopened).toMatchObject({ id: of(first.id).id, lists: ['more', 'new', 'watch'] });
    expect(await on.app.sql('select from messages where client_id = $1 and flags is not null', [on.client.id])).toEqual(
      [],
    );
  });

  it('are bounded, and refused by field', async () => {
    const fieldOf = async (lists: unknown) => {
      const { status, body } = await put(lists);
      return [status, body.errors?.[0]?.field];
    };
    const list = (fields: object = {}) => ({ name: 'a', words: ['x'], action: 'flag', ...fields });
    expect(await fieldOf({ name: 'a' })).toEqual([422, '']);
    expect(await fieldOf(Array.from({ length: 21 }, (_, n) => list({ name: `${n}` })))).toEqual([422, '']);
    expect(await fieldOf([list(), list()])).toEqual([422, '[1].name']);
    expect(await fieldOf([list({ action: 'burn' })])).toEqual([422, '[0].action']);
    expect(await fieldOf([list({ words: ['x', ' \u200b'] })])).toEqual([422, '[0].words[1]']);
    expect(await fieldOf([list({ words: ['x'.repeat(101)] })])).toEqual([422, '[0].words']);
    const many = (n: number) => Array.from({ length: n }, (_, at) => `w${at}`);
    expect(await fieldOf([list({ words: many(10_001) })])).toEqual([422, '[0].words']);
    expect(await fieldOf([list({ words: many(6_000) }), list({ name: 'b', words: many(4_001) })])).toEqual([
      422,
      '[1].words',
    ]);
    expect(ok(await on.client.request('GET', '/clients/me/word-lists')).data).toEqual([]);
    ok(await put([list({ words: many(10_000), action: 'mask' })]));
    const room = await makeRoom(on.client, ['ann']);
    expect(ok(await send('ann', room.id, { content: 'w9999 w10000' })).content).toBe('***** w10000');
    const ann = await on.client.login('ann');
    expect((await ann.request('GET', '/clients/me/word-lists')).status).toBe(403);
    expect((await ann.request('PUT', '/clients/me/word-lists', { body: [] })).status).toBe(403);
  });

  it('changed many times at once are one of what was put, whole', async () => {
    const versions = Array.from({ length: 10 }, (_, n) => [
      { name: `a${n}`, words: [`x${n}`], action: 'flag' },
      { name: `b${n}`, words: [`y${n}`], action: 'mask' },
    ]);
    const answers = await Promise.all(versions.map((lists) => put(lists)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(versions).toContainEqual(ok(await on.client.request('GET', '/clients/me/word-lists')).data);
  });
});
