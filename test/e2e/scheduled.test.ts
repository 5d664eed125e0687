import { makeRoom, ok, say } from '../support/chat.js';
import { inParallel } from '../support/in-parallel.js';
import { oneApp } from '../support/one-app.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';

describe('scheduled messages', () => {
  const on = oneApp();
  const { as } = on;
  afterEach(closeSockets);
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

  async function scheduled(body: object = {}, user: string | null = 'ann', room?: any) {
    room ??= await makeRoom(on.client, ['ann', 'bob']);
    const path = `/rooms/${room.id}/scheduled-messages`;
    const made = ok(await as(user ?? undefined, 'POST', path, { content: 'later', send_at: inHours(1), ...body }));
    return { room, path, made, at: `/scheduled-messages/${made.id}` };
  }
  const ages = (id: string) =>
    on.app.sql(
      `update scheduled_messages set send_at = clock_timestamp() - interval '1 second', next_attempt_at = clock_timestamp()
        where id = $1`,
      [id],
    );
  let bell: () => Promise<unknown>;
  beforeAll(async () => {
    const other = await on.app.client();
    const room = await makeRoom(other, ['bob']);
    bell = () =>
      other.request('POST', `/rooms/${room.id}/scheduled-messages`, {
        body: { content: 'ding', content_type: 'system', send_at: new Date(Date.now() + 100).toISOString() },
      });
  });
  /** Its time has come, and so has, at once, what makes the sender look: else it looks every few seconds. */
  const comes = async (id: string) => {
    await ages(id);
    await bell();
  };
  const ends = (id: string) =>
    until('it to end', async () => {
      const one = ok(await as(undefined, 'GET', `/scheduled-messages/${id}`));
      return one.status !== 'scheduled' && one;
    });
  const said = async (room: { id: string }) =>
    ok(await as(undefined, 'GET', `/rooms/${room.id}/messages`)).data.map(({ content }: any) => content);

  it('are sent once at their time, with all that they say, and move their sender’s marker only at the end', async () => {
    const mentions = [{ type: 'user', user_id: 'bob' }];
    const more = { mentions, metadata: { n: 1 }, silent: true, content_type: 'custom' };
    const { room, path, made, at } = await scheduled(more);
    expect(made).toMatchObject({ room_id: room.id, status: 'scheduled', content: 'later', ...more });
    expect(made).not.toHaveProperty('message_id');
    expect(ok(await as('ann', 'GET', at))).toEqual(made);
    expect(ok(await as('ann', 'GET', path)).data).toEqual([made]);
    await say(on.client.master('bob').request, room.id, 'before');
    await comes(made.id);
    const sent = await ends(made.id);
    expect(sent).toMatchObject({ status: 'sent', content: 'later' });
    const message = ok(await as('bob', 'GET', `/rooms/${room.id}/messages/${sent.message_id}`));
    expect(message).toMatchObject({ sender_id: 'ann', content: 'later', ...more });
    expect(ok(await as('ann', 'GET', `/rooms/${room.id}`)).me).toMatchObject({ last_read_seq: 0, unread: 2 });
    expect((await as('ann', 'PATCH', at, { content: 'x' })).body.code).toBe('conflict');
    expect((await as('ann', 'DELETE', at)).body.code).toBe('conflict');
    // By the timer alone.
    const soon = await scheduled({ send_at: new Date(Date.now() + 300).toISOString() }, 'bob', room);
    expect(await ends(soon.made.id)).toMatchObject({ status: 'sent' });
    expect(ok(await as('bob', 'GET', `/rooms/${room.id}`)).me.unread).toBe(2);
  });

  it('are changed and cancelled until they are sent', async () => {
    const { room, made, at } = await scheduled({ metadata: { a: 1, b: 2 }, silent: true });
    const send_at = inHours(2);
    const changed = ok(
      await as('ann', 'PATCH', at, { content: 'changed', metadata: { a: null }, silent: null, send_at }),
    );
    expect(changed).toMatchObject({ id: made.id, content: 'changed', metadata: { b: 2 }, send_at });
    expect(changed).not.toHaveProperty('silent');
    expect((await as('ann', 'PATCH', at, { content: null })).body.errors[0].field).toBe('content');
    expect((await as('ann', 'PATCH', at, { send_at: inHours(-1) })).body.errors[0].field).toBe('send_at');
    expect([(await as('ann', 'DELETE', at)).status, (await as('ann', 'DELETE', at)).status]).toEqual([204, 204]);
    expect(ok(await as('ann', 'GET', at)).status).toBe('cancelled');
    expect((await as('ann', 'PATCH', at, { content: 'x' })).body.code).toBe('conflict');
    const other = await scheduled({ content: 'other' }, 'ann', room);
    await comes(other.made.id);
    await ends(other.made.id);
    expect(await said(room)).toEqual(['other']);
    const of = async (status: string) => ok(await as('ann', 'GET', `${other.path}?status=${status}`)).data;
    expect([(await of('scheduled')).length, (await of('sent')).length, (await of('cancelled')).length]).toEqual([
      0, 1, 1,
    ]);
  });

  it('are their sender’s, and the client’s, and nobody else’s', async () => {
    const { room, path, made, at } = await scheduled();
    for (const [method, body] of [['GET'], ['PATCH', { content: 'x' }], ['DELETE']] as const) {
      expect((await as('bob', method, at, body)).status).toBe(404);
    }
    expect(ok(await as('bob', 'GET', path)).data).toEqual([]);
    expect(ok(await as(undefined, 'GET', path)).data).toEqual([made]);
    const { made: own } = await scheduled({ content_type: 'system', content: 'of the client' }, null, room);
    expect(own.sender_id).toBeNull();
    await comes(own.id);
    const { message_id } = await ends(own.id);
    expect(ok(await as('bob', 'GET', `/rooms/${room.id}/messages/${message_id}`))).toMatchObject({
      sender_type: 'client',
    });
    expect((await as('eve', 'POST', path, { content: 'x', send_at: inHours(1) })).status).toBe(404);
    for (const send_at of [inHours(-1), inHours(24 * 367), 'soon', undefined]) {
      const { status, body } = await as('ann', 'POST', path, { content: 'x', send_at });
      expect([status, body.errors[0].field]).toEqual([422, 'send_at']);
    }
    expect((await as('ann', 'POST', path, { send_at: inHours(1) })).body.errors[0].field).toBe('content');
  });

  it('are listed by their time, and at most a hundred of a user wait', async () => {
    const { room, path } = await scheduled({ send_at: inHours(200) });
    const answers = await inParallel(
      Array.from({ length: 104 }, (_, n) => n),
      (n) => as('ann', 'POST', path, { content: `${n}`, send_at: inHours(104 - n) }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(99);
    expect(answers.filter(({ body }) => body.code === 'conflict')).toHaveLength(5);
    const first = ok(await as('ann', 'GET', `${path}?limit=60`));
    const second = ok(await as('ann', 'GET', `${path}?limit=60&cursor=${first.page.next_cursor}`));
    const times = [...first.data, ...second.data].map(({ send_at }: any) => send_at);
    expect(times).toHaveLength(100);
    expect(times).toEqual(times.toSorted());
    expect(ok(await as('ann', 'GET', `${path}?limit=60&cursor=${second.page.prev_cursor}`)).data).toEqual(first.data);
    ok(await as('ann', 'DELETE', `/scheduled-messages/${first.data[0].id}`));
    await scheduled({}, 'ann', room);
    await scheduled({}, 'bob', room);
  });

  it.each([
    ['not_found', `update room_members set status = 'left' where room_id = $1`],
    [
      'user_banned',
      `update users set banned_until = 'infinity' where user_pk in (select user_pk from room_members where room_id = $1)`,
    ],
    ['room_inactive', `update rooms set status = 'inactive', deactivated_reason = 'manual' where id = $1`],
    [
      'client_suspended',
      `update clients set suspended_at = clock_timestamp() where id = (select client_id from rooms where id = $1)`,
    ],
  ])('fail with %s where that is so when their time comes', async (reason, change) => {
    const { room, made } = await scheduled();
    await on.app.sql(change, [room.id]);
    await comes(made.id);
    await until('it to fail', async () => {
      const [row] = await on.app.sql('select status, reason from scheduled_messages where id = $1', [made.id]);
      return row.status === 'failed' && row.reason === reason;
    });
    expect(await on.app.sql('select from messages where room_id = $1', [room.id])).toHaveLength(0);
    const failed = { id: made.id, room_id: room.id, send_at: made.send_at, status: 'failed', reason };
    const told = `select e.data from events e join users u on u.client_id = e.client_id and u.user_pk = e.stream_id
      where e.client_id = $1 and e.type = 'scheduled_message.failed' and u.user_id = 'ann' and u.last_rev = e.rev`;
    expect(await on.app.sql(told, [on.client.id])).toEqual([{ data: { ...failed, send_at: expect.any(String) } }]);
  });

  it('tell their senders once that they failed, wherever these are', async () => {
    const { room, made } = await scheduled();
    const own = await scheduled({}, null, room);
    const [ann, bob, server] = await Promise.all([
      connect(on.app, (await on.client.login('ann')).key),
      connect(on.app, (await on.client.login('bob')).key),
      connect(on.app, on.client.key),
    ]);
    await on.app.sql(`update rooms set status = 'inactive', deactivated_reason = 'manual' where id = $1`, [room.id]);
    await comes(made.id);
    expect(await ann.waitFor('scheduled_message.failed')).toMatchObject({
      stream: 'user:ann',
      room_id: room.id,
      actor: { id: null, type: 'system' },
      data: { id: made.id, room_id: room.id, status: 'failed', reason: 'room_inactive' },
    });
    await comes(own.made.id);
    expect(await server.waitFor('scheduled_message.failed')).toMatchObject({
      stream: 'client',
      data: { id: own.made.id },
    });
    expect(bob.bodies('scheduled_message.failed')).toEqual([]);
    expect(ann.bodies('scheduled_message.failed')).toHaveLength(1);
  });

  it('wait for slow mode, and can be cancelled meanwhile', async () => {
    const { room, made, at } = await scheduled();
    await say(on.client.master('ann').request, room.id, 'first');
    await on.app.sql('update rooms set slow_mode_s = 3600 where id = $1', [room.id]);
    await on.app.sql(`update room_members set last_sent_at = clock_timestamp() where room_id = $1`, [room.id]);
    await comes(made.id);
    await until('it to be put off', async () => {
      const [row] = await on.app.sql('select status, attempt from scheduled_messages where id = $1', [made.id]);
      return row.attempt === 1 && row.status === 'scheduled';
    });
    ok(await as('ann', 'DELETE', at));
    expect(await said(room)).toEqual(['first']);
  });

  it('are sent once though a process was killed before, between and after', async () => {
    const { room, made, at } = await scheduled();
    // Claimed, and the process is gone.
    await on.app.sql(
      `update scheduled_messages set status = 'sending', attempt = 1, next_attempt_at = clock_timestamp() + interval '1 minute'
        where id = $1`,
      [made.id],
    );
    expect(ok(await as('ann', 'GET', at)).status).toBe('scheduled');
    expect((await as('ann', 'DELETE', at)).body.code).toBe('conflict');
    expect((await as('ann', 'PATCH', at, { content: 'x' })).body.code).toBe('conflict');
    await comes(made.id);
    const { message_id } = await ends(made.id);
    // Sent, and gone before it could say so.
    for (let n = 0; n < 2; n++) {
      await on.app.sql(
        `update scheduled_messages set status = 'sending', message_id = null, next_attempt_at = clock_timestamp() where id = $1`,
        [made.id],
      );
      await bell();
      expect(await ends(made.id)).toMatchObject({ status: 'sent', message_id });
    }
    expect(await said(room)).toEqual(['later']);
  });

  it('are cancelled or sent, never both', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    const all = await inParallel(Array.from({ length: 20 }), () => scheduled({}, 'ann', room));
    await inParallel(all, async ({ made, at }) => {
      await ages(made.id);
      const { status } = await as('ann', 'DELETE', at);
      expect([204, 409]).toContain(status);
      await bell();
      expect((await ends(made.id)).status).toBe(status === 204 ? 'cancelled' : 'sent');
    });
    const sent = await on.app.sql(`select from scheduled_messages where room_id = $1 and status = 'sent'`, [room.id]);
    expect(await said(room)).toHaveLength(sent.length);
  });
});
