import { admin, makeRoom, ok, owner, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { runNow } from '../support/queue-board.js';
import { connect } from '../support/socket.js';
import { until } from '../support/until.js';

const NIL = '00000000-0000-0000-0000-000000000000';

const on = oneApp();

const act = (roomId: string, action: string, body: object = {}, user?: string) =>
  on.client.master(user).request('POST', `/rooms/${roomId}/${action}`, { body });
const get = (roomId: string, user?: string) => on.client.master(user).request('GET', `/rooms/${roomId}`);
const send = (roomId: string, user: string) =>
  on.client.master(user).request('POST', `/rooms/${roomId}/messages`, { body: { content: 'x' } });
/** Of the room's stream, with who did it. */
const eventsOf = async (roomId: string): Promise<string[]> =>
  (
    await on.app.sql(`select type, actor_type from events where stream_id = $1 and type like 'room.%' order by rev`, [
      roomId,
    ])
  ).map(({ type, actor_type }) => `${type} by ${actor_type}`);
const userEventsOf = async (userId: string): Promise<[string, string | undefined][]> =>
  (
    await on.app.sql(
      `select e.type, e.data ->> 'reason' as reason from events e join users u on u.user_pk = e.stream_id
        where u.client_id = $1 and u.user_id = $2 order by e.rev`,
      [on.client.id, userId],
    )
  ).map(({ type, reason }) => [type, reason]);

describe('the states of a room', () => {
  it('are changed by hand, each once, and told with their reason', async () => {
    const { id } = await makeRoom(on.client, ['ann']);
    const steps: [string, object][] = [
      ['deactivate', { status: 'inactive', deactivated_reason: 'manual', status_reason: 'why deactivate' }],
      ['activate', { status: 'active', deactivated_at: null, deactivated_reason: null }],
      ['archive', { status: 'archived', status_reason: 'why archive' }],
      ['unarchive', { status: 'active' }],
      ['freeze', { frozen: true }],
      ['unfreeze', { frozen: false }],
    ];
    for (const [action, expected] of steps) {
      const first = ok(await act(id, action, { reason: `why ${action}` }));
      expect({ action, room: first }).toMatchObject({ action, room: expected });
      // Again: nothing changes, not even why.
      expect(ok(await act(id, action, { reason: 'another' }))).toEqual(first);
      expect(ok(await get(id))).toEqual(first);
    }
    expect(await eventsOf(id)).toEqual([
      'room.created by client',
      'room.deactivated by client',
      'room.reactivated by client',
      'room.archived by client',
      'room.updated by client',
      'room.updated by client',
      'room.updated by client',
    ]);
  });

  it('decide who may write', async () => {
    const { id } = await makeRoom(on.client, [owner('ann'), 'ben']);
    await act(id, 'deactivate');
    expect((await send(id, 'ann')).body).toMatchObject({ status: 409, code: 'room_inactive' });
    await act(id, 'activate');
    await act(id, 'archive');
    expect((await send(id, 'ann')).body).toMatchObject({ status: 409, code: 'room_inactive' });
    expect((await on.client.master('ben').request('GET', `/rooms/${id}/messages`)).status).toBe(200);
    await act(id, 'unarchive');
    await act(id, 'freeze');
    expect([(await send(id, 'ben')).body.code, (await send(id, 'ann')).status]).toEqual(['room_frozen', 201]);
    await act(id, 'unfreeze');
    expect((await send(id, 'ben')).status).toBe(201);
  });

  it('go back to what they were: unarchived, a room is as inactive as before', async () => {
    const { id } = await makeRoom(on.client, ['ann']);
    await act(id, 'deactivate');
    await act(id, 'archive');
    expect((await act(id, 'activate')).body).toMatchObject({ status: 409, code: 'conflict' });
    expect((await act(id, 'deactivate')).body).toMatchObject({ status: 409, code: 'conflict' });
    expect(ok(await act(id, 'unarchive'))).toMatchObject({ status: 'inactive', deactivated_reason: 'manual' });
  });

  it('are changed by those whose role allows it, and nobody else sees the room', async () => {
    const { id } = await makeRoom(on.client, [admin('ada'), 'ben']);
    await on.client.login('eve');
    const ben = await on.client.login('ben', { permissions: ['read_messages', 'manage_rooms'] });
    const plain = await on.client.login('ann');
    for (const action of ['deactivate', 'activate', 'archive', 'unarchive', 'freeze', 'unfreeze']) {
      const path = `/rooms/${id}/${action}`;
      expect((await ben.request('POST', path, { body: {} })).body.code).toBe('insufficient_role');
      expect((await plain.request('POST', path, { body: {} })).body.code).toBe('forbidden');
      expect((await act(id, action, {}, 'eve')).body.code).toBe('not_found');
      expect((await act(id, action, {}, 'ada')).status).toBe(200);
      expect((await act(NIL, action)).status).toBe(404);
      expect((await act('x', action)).status).toBe(404);
    }
    expect((await act(id, 'restore', {}, 'ada')).body.code).toBe('insufficient_role');
    expect((await on.client.master('ada').request('DELETE', `/rooms/${id}`)).body.code).toBe('insufficient_role');
    expect((await act(id, 'freeze', { reason: 7 })).body.errors[0].field).toBe('reason');
    const other = await on.app.client();
    expect((await other.request('POST', `/rooms/${id}/freeze`, { body: {} })).status).toBe(404);
    expect((await other.request('DELETE', `/rooms/${id}`)).status).toBe(404);
  });

  it('change once, however many ask at the same time', async () => {
    const { id } = await makeRoom(on.client, ['ann']);
    const answers = await Promise.all(Array.from({ length: 20 }, () => act(id, 'archive')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect((await eventsOf(id)).filter((event) => event.startsWith('room.archived'))).toHaveLength(1);
  });
});

describe('a deleted room', () => {
  it('is gone for everybody, told to each member, and comes back whole', async () => {
    const { id } = await makeRoom(on.client, [owner('ann'), 'ben']);
    const { seq } = await say(on.client.master('ann').request, id, 'before');
    await act(id, 'archive');
    const remove = (user?: string) => on.client.master(user).request('DELETE', `/rooms/${id}`);
    const gone = await Promise.all(Array.from({ length: 10 }, () => remove('ann')));
    expect(new Set(gone.map(({ status }) => status))).toEqual(new Set([204]));
    expect((await remove()).status).toBe(204);
    for (const user of ['ann', 'ben', undefined]) {
      expect((await get(id, user)).status).toBe(404);
      expect((await on.client.master(user).request('GET', `/rooms/${id}/messages`)).status).toBe(404);
      expect((await act(id, 'unarchive', {}, user)).status).toBe(404);
      expect(ok(await on.client.master(user).request('GET', '/rooms')).data).toEqual([]);
    }
    expect((await send(id, 'ann')).status).toBe(404);
    expect(await userEventsOf('ben')).toEqual([
      ['room.added', null],
      ['room.removed', 'deleted'],
    ]);
    expect(ok(await on.client.request('GET', '/rooms/all?status=deleted')).data).toMatchObject([
      { id, status: 'deleted' },
    ]);
    expect((await act(id, 'restore', {}, 'ben')).body.code).toBe('insufficient_role');

    const back = await Promise.all(Array.from({ length: 10 }, () => act(id, 'restore', {}, 'ann')));
    expect(back.map(({ status, body }) => [status, body.status])).toEqual(back.map(() => [200, 'archived']));
    expect(ok(await on.client.master('ben').request('GET', `/rooms/${id}/messages`)).data).toMatchObject([{ seq }]);
    expect((await userEventsOf('ben')).slice(2)).toEqual([['room.added', null]]);
    expect((await eventsOf(id)).slice(-2)).toEqual(['room.deleted by user', 'room.updated by user']);
  });

  it('is left by its sockets, which hear of it, and entered again', async () => {
    const ann = await on.client.login('ann', { permissions: ['read_messages', 'send_messages'] });
    const { id } = await makeRoom(on.client, ['ann']);
    const socket = await connect(on.app, ann.api_key);
    await on.client.request('DELETE', `/rooms/${id}`);
    await until('the socket to hear', () =>
      ['room.deleted', 'room.removed'].every((name) => socket.bodies(name).length > 0),
    );
    expect(socket.bodies('room.deleted')[0].data).toMatchObject({ id, status: 'deleted' });
    expect(socket.bodies('room.removed')[0].data).toEqual({ room_id: id, reason: 'deleted' });
    ok(await act(id, 'restore'));
    await until('the room to be added', () => socket.bodies('room.added').length > 0);
    await say(on.client.request.bind(on.client), id, 'after');
    await until('the message', () => socket.bodies('message.created').length > 0);
  });

  it('is not shared by anybody: its members know each other no more', async () => {
    const { id } = await makeRoom(on.client, ['ann', 'ben']);
    const ann = await on.client.login('ann');
    expect((await ann.request('GET', '/users/ben')).status).toBe(200);
    ok(await on.client.request('DELETE', `/rooms/${id}`));
    expect((await ann.request('GET', '/users/ben')).status).toBe(404);
  });

  it('makes room for another direct room of the same two, of which one comes back only without the other', async () => {
    const direct = () =>
      on.client.master('ann').request('POST', '/rooms', { body: { room_type: 'direct', members: ['ben'] } });
    const first = ok(await direct());
    expect((await direct()).body.id).toBe(first.id);
    ok(await on.client.request('DELETE', `/rooms/${first.id}`));
    const second = await direct();
    expect([second.status, second.body.id === first.id]).toEqual([201, false]);
    expect((await act(first.id, 'restore')).body).toMatchObject({ status: 409, code: 'conflict' });
    ok(await on.client.request('DELETE', `/rooms/${second.body.id}`));
    expect(ok(await act(first.id, 'restore'))).toMatchObject({ id: first.id, status: 'active' });
    // Twenty ask while it is deleted and restored: nobody is answered a fault.
    const storm = await Promise.all(
      Array.from({ length: 20 }, (_, nth) =>
        nth % 4 === 0
          ? on.client.request('DELETE', `/rooms/${first.id}`)
          : nth % 4 === 1
            ? act(first.id, 'restore')
            : direct(),
      ),
    );
    expect(storm.filter(({ status }) => status >= 500)).toEqual([]);
    expect(
      await on.app.sql(`select from rooms where client_id = $1 and status <> 'deleted'`, [on.client.id]),
    ).toHaveLength(1);
  });
});

describe('rooms without activity', () => {
  const age = (roomId: string, days: number) =>
    on.app.sql(
      `update rooms set created_at = created_at - $2 * interval '1 day', last_message_at = last_message_at - $2 * interval '1 day',
              activated_at = activated_at - $2 * interval '1 day', deactivating_at = deactivating_at - $2 * interval '1 day',
              lifecycle_check_at = lifecycle_check_at - $2 * interval '1 day', deleted_at = deleted_at - $2 * interval '1 day'
        where id = $1`,
      [roomId, days],
    );
  /** The job ran after this was called: what was due is not due any more. */
  const run = async () => {
    await runNow(on.app, 'lifecycle');
    await until('the job to have run', async () => {
      const due = await on.app.sql(
        `select from rooms where lifecycle_check_at <= clock_timestamp() and status in ('active', 'deleted')
         union all select from rooms where purge_started_at is not null
         union all select from lifecycle_rescans where open`,
      );
      return due.length === 0;
    });
  };
  const statusOf = async (roomId: string) => ok(await get(roomId)).status;

  it('are announced, then deactivated by the system, and activated by hand', async () => {
    const { id } = await makeRoom(on.client, ['ann']);
    await say(on.client.master('ann').request, id, 'the last one');
    await age(id, 28);
    await run();
    expect(await eventsOf(id)).toEqual(['room.created by client']);
    await age(id, 1.5);
    await run();
    expect((await eventsOf(id)).slice(1)).toEqual(['room.deactivating by system']);
    expect(await statusOf(id)).toBe('active');
    expect(ok(await on.client.request('GET', `/rooms/${id}/lifecycle`))).toMatchObject({
      inactive_after_days: 30,
      warn_before_hours: 24,
      inherited: ['inactive_after_days', 'warn_before_hours'],
      announced: true,
    });
    await age(id, 1);
    await run();
    expect((await eventsOf(id)).slice(2)).toEqual(['room.deactivated by system']);
    expect(ok(await get(id))).toMatchObject({ status: 'inactive', deactivated_reason: 'auto_inactive' });
    ok(await act(id, 'activate'));
    await run();
    // Its last message is as old as before, but it was made active today.
    expect([await statusOf(id), (await eventsOf(id)).length]).toEqual(['active', 4]);
    const fallAsleep = async () => {
      await age(id, 40);
      await run();
      await age(id, 1);
      await run();
    };
    await fallAsleep();
    await say(on.client.master('ann').request, id, 'awake');
    expect(await statusOf(id)).toBe('active');
    expect((await eventsOf(id)).slice(4)).toEqual([
      'room.deactivating by system',
      'room.deactivated by system',
      'room.reactivated by user',
    ]);
    // By hand it takes another reason, which messages don't undo.
    await fallAsleep();
    expect(ok(await act(id, 'deactivate'))).toMatchObject({ status: 'inactive', deactivated_reason: 'manual' });
  });

  it('stay active when somebody writes after the announcement', async () => {
    const { id } = await makeRoom(on.client, ['ann'], { room_type: 'support' });
    await age(id, 6.5);
    await run();
    expect((await eventsOf(id)).slice(1)).toEqual(['room.deactivating by system']);
    await say(on.client.master('ann').request, id, 'not yet');
    await age(id, 1);
    await run();
    expect([await statusOf(id), (await eventsOf(id)).length]).toEqual(['active', 2]);
    await age(id, 5.5);
    await run();
    expect((await eventsOf(id)).slice(2)).toEqual(['room.deactivating by system']);
  });

  it('keep to their own policy, and else to their client’s, as soon as either changes', async () => {
    const group = await makeRoom(on.client, ['ann']);
    const support = await makeRoom(on.client, ['ann'], { room_type: 'support' });
    const own = await makeRoom(on.client, ['ann']);
    const put = (body: object) => on.client.request('PUT', `/rooms/${own.id}/lifecycle`, { body });
    expect(ok(await put({ inactive_after_days: null }))).toMatchObject({
      inactive_after_days: null,
      deactivates_at: null,
      inherited: ['warn_before_hours'],
    });
    for (const { id } of [group, support, own]) await age(id, 6);
    await run();
    ok(
      await on.client.request('PATCH', '/clients/me', {
        body: { settings: { lifecycle: { group: 3, support: null } } },
      }),
    );
    await run();
    for (const { id } of [group, support, own]) await age(id, 1);
    await run();
    expect(await Promise.all([group, support, own].map(({ id }) => statusOf(id)))).toEqual([
      'inactive',
      'active',
      'active',
    ]);
    expect(ok(await put({ inactive_after_days: 2, warn_before_hours: 0 }))).toMatchObject({
      inactive_after_days: 2,
      warn_before_hours: 0,
      inherited: [],
    });
    await run();
    expect((await eventsOf(own.id)).slice(1)).toEqual(['room.deactivated by system']);
    for (const [body, field] of [
      [{ inactive_after_days: 0 }, 'inactive_after_days'],
      [{ warn_before_hours: -1 }, 'warn_before_hours'],
      [{ days: 1 }, 'days'],
    ] as const)
      expect((await put(body)).body.errors[0].field).toBe(field);
    for (const lifecycle of [{ group: 0 }, { group: 'x' }, { lounge: 3 }, { group: { days: 1 } }, 7])
      expect((await on.client.request('PATCH', '/clients/me', { body: { settings: { lifecycle } } })).status).toBe(422);
  });

  it('go for good, with all that is in them, once nobody may restore them', async () => {
    const { id } = await makeRoom(on.client, ['ann', 'ben']);
    const message = await say(on.client.master('ann').request, id, 'x');
    const other = await makeRoom(on.client, ['ann']);
    await say(on.client.master('ann').request, other.id, 'stays');
    await on.app.sql(
      `insert into message_edits (client_id, message_id, rev, content_type, attachments, mentions, metadata, edited_at)
       select client_id, id, 1, 'text', '[]', '[]', '{}', now() from messages where id = $1`,
      [message.id],
    );
    await on.app.sql(
      `insert into hidden_messages (client_id, user_pk, room_id, seq) select client_id, user_pk, room_id, 1 from room_members where room_id = $1`,
      [id],
    );
    await on.app.sql(
      `insert into room_mentions select client_id, room_id, user_pk, 1 from room_members where room_id = $1`,
      [id],
    );
    ok(await on.client.request('DELETE', `/rooms/${id}`));
    await age(id, 29);
    await run();
    expect(await on.app.sql('select from rooms where id = $1', [id])).toHaveLength(1);
    await age(id, 1);
    await run();
    for (const table of ['room_members', 'messages', 'room_mentions', 'hidden_messages'])
      expect([table, await on.app.sql(`select from ${table} where room_id = $1`, [id])]).toEqual([table, []]);
    expect(await on.app.sql('select from message_edits where message_id = $1', [message.id])).toEqual([]);
    expect(await on.app.sql('select from rooms where id = $1', [id])).toEqual([]);
    expect((await act(id, 'restore')).status).toBe(404);
    expect((await eventsOf(id)).at(-1)).toBe('room.deleted by client');
    expect(ok(await on.client.master('ann').request('GET', `/rooms/${other.id}/messages`)).data).toHaveLength(1);
  });
});
