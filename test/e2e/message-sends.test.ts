import { admin, makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { connect } from '../support/socket.js';

describe('what a message can be', () => {
  const on = oneApp();

  const send = (user: string | undefined, roomId: string, body: object) =>
    on.client.master(user).request('POST', `/rooms/${roomId}/messages`, { body });
  const read = (user: string | undefined, roomId: string, path = '') =>
    on.client.master(user).request('GET', `/rooms/${roomId}/messages${path}`);

  it('replies: a reply to a reply joins its thread, whose root counts', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    const root = await say(on.client.master('ann').request, room.id, 'root');
    const reply = ok(await send('bob', room.id, { content: 'a', reply_to_id: root.id }));
    expect(reply).toMatchObject({ reply_to_id: root.id, thread_id: root.id, seq: 2 });
    const deeper = ok(await send('ann', room.id, { content: 'b', reply_to_id: reply.id }));
    expect(deeper).toMatchObject({ reply_to_id: reply.id, thread_id: root.id });
    // Many at once are counted once each.
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => send('bob', room.id, { content: `${n}`, reply_to_id: root.id })),
    );
    expect(ok(await read('ann', room.id, `/${root.id}`))).toMatchObject({ reply_count: 22, rev: root.rev });
  });

  it('refuses replies to what is not there, elsewhere, unseen or deleted', async () => {
    const [room, other] = await Promise.all([makeRoom(on.client, ['ann']), makeRoom(on.client, ['ann'])]);
    const elsewhere = await say(on.client.master('ann').request, other.id, 'x');
    const gone = await say(on.client.master('ann').request, room.id, 'x');
    ok(await on.client.master('ann').request('DELETE', `/rooms/${room.id}/messages/${gone.id}`));
    const since = await makeRoom(on.client, ['ann'], { history: 'since_join' });
    const before = await say(on.client.master('ann').request, since.id, 'x');
    ok(await on.client.request('POST', `/rooms/${since.id}/members`, { body: { user_id: 'bob' } }));
    for (const [user, roomId, reply_to_id] of [
      ['ann', room.id, room.id],
      ['ann', room.id, elsewhere.id],
      ['ann', room.id, gone.id],
      ['bob', since.id, before.id],
    ] as const) {
      const { status, body } = await send(user, roomId, { content: 'r', reply_to_id });
      expect([status, body.errors[0].field]).toEqual([422, 'reply_to_id']);
    }
    expect((await send('ann', since.id, { content: 'r', reply_to_id: before.id })).status).toBe(201);
  });

  it('mentions members as structured data, counted beyond the own marker', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob', 'cid']);
    const mentions = [{ type: 'user', user_id: 'bob' }, { type: 'room' }];
    const sent = ok(await send('ann', room.id, { content: '@bob @room', mentions: [...mentions, mentions[0]] }));
    expect(sent.mentions).toEqual(mentions);
    expect(ok(await read('cid', room.id, `/${sent.id}`)).mentions).toEqual(mentions);
    const meOf = async (user: string) => ok(await on.client.master(user).request('GET', `/rooms/${room.id}`)).me;
    // Named twice in one message is one place.
    expect(await meOf('bob')).toMatchObject({ unread: 1, mentions: 1 });
    expect(await meOf('cid')).toMatchObject({ unread: 1, mentions: 1 });
    expect(await meOf('ann')).toMatchObject({ unread: 0, mentions: 0 });
    ok(await send('cid', room.id, { content: 'hi' }));
    expect(await meOf('cid')).toMatchObject({ unread: 0, mentions: 0 });
    expect(await meOf('bob')).toMatchObject({ unread: 2, mentions: 1 });
  });

  it('refuses mentions of people who never were in the room, and takes those of who left', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    ok(await on.client.master().request('PUT', '/users/zoe', { body: {} }));
    for (const user_id of ['zoe', 'nobody']) {
      const { status, body } = await send('ann', room.id, { content: 'x', mentions: [{ type: 'user', user_id }] });
      expect([status, body.code, body.errors[0].field]).toEqual([422, 'user_unavailable', 'mentions[0].user_id']);
    }
    ok(await on.client.request('DELETE', `/rooms/${room.id}/members/bob`));
    const mentions = [{ type: 'user', user_id: 'bob' }];
    expect(ok(await send('ann', room.id, { content: 'x', mentions })).mentions).toEqual(mentions);
    expect((await send('ann', room.id, { content: 'x', mentions: [{ type: 'user' }] })).status).toBe(422);
    expect((await send('ann', room.id, { content: 'x', mentions: [{ type: 'room', user_id: 'bob' }] })).status).toBe(
      422,
    );
  });

  it('mentions, many at once, each whom it names in its own room, also where other tenants have users of that name', async () => {
    const elsewhere = await on.app.client();
    const rooms = [
      { client: on.client, room: await makeRoom(on.client, ['ann', 'bob']), stranger: 'cid' },
      { client: on.client, room: await makeRoom(on.client, ['ann', 'cid']), stranger: 'bob' },
      { client: elsewhere, room: await makeRoom(elsewhere, ['ann', 'dan']), stranger: 'bob' },
    ];
    const friends = ['bob', 'cid', 'dan'];
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => {
        const { client, room, stranger } = rooms[n % 3]!;
        const user_id = n % 5 === 0 ? stranger : friends[n % 3];
        const body = { content: `${n}`, mentions: [{ type: 'user', user_id }] };
        const answer = await client.master('ann').request('POST', `/rooms/${room.id}/messages`, { body });
        return [answer.status, answer.body.mentions ?? answer.body.code];
      }),
    );
    expect(answers).toEqual(
      answers.map((_, n) =>
        n % 5 === 0 ? [422, 'user_unavailable'] : [201, [{ type: 'user', user_id: friends[n % 3] }]],
      ),
    );
  });

  it('quotes: a copy of a message as it was, until that is deleted', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    const original = await say(on.client.master('ann').request, room.id, 'the words');
    const quoting = ok(await send('bob', room.id, { content: 'this', quoted_message_id: original.id }));
    const quoted = { id: original.id, seq: 1, sender_id: 'ann', content: 'the words', attachments: [] };
    expect(quoting.quoted).toMatchObject(quoted);
    ok(
      await on.client
        .master('ann')
        .request('PATCH', `/rooms/${room.id}/messages/${original.id}`, { body: { content: 'others' } }),
    );
    expect(ok(await read('ann', room.id, `/${quoting.id}`)).quoted).toMatchObject(quoted);
    ok(await on.client.master('ann').request('DELETE', `/rooms/${room.id}/messages/${original.id}`));
    expect(ok(await read('bob', room.id, `/${quoting.id}`)).quoted).toMatchObject({ id: original.id, content: null });
    const { body } = await send('bob', room.id, { content: 'this', quoted_message_id: original.id });
    expect(body.errors[0].field).toBe('quoted_message_id');
  });

  it('system messages come from the client itself only', async () => {
    const room = await makeRoom(on.client, ['ann']);
    expect(ok(await send(undefined, room.id, { content_type: 'system', metadata: { kind: 'call' } }))).toMatchObject({
      content_type: 'system',
      content: null,
      sender_type: 'client',
    });
    expect((await send('ann', room.id, { content_type: 'system', content: 'x' })).body.errors[0].field).toBe(
      'content_type',
    );
    const ann = await on.client.login('ann');
    const { status } = await ann.request('POST', `/rooms/${room.id}/messages`, {
      body: { content_type: 'system', content: 'x' },
    });
    expect(status).toBe(422);
  });

  it('slow mode lets plain members write every so often, also twenty at once', async () => {
    const room = await makeRoom(on.client, ['ann', admin('ada')]);
    expect(
      ok(await on.client.request('PATCH', `/rooms/${room.id}`, { body: { slow_mode_s: 3_600 } })).slow_mode_s,
    ).toBe(3_600);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => send('ann', room.id, { content: `${n}` })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const { status, body, headers } = answers.find((answer) => answer.status !== 201)!;
    expect([status, body.code]).toEqual([429, 'rate_limited']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect((await send('ada', room.id, { content: '1' })).status).toBe(201);
    expect((await send('ada', room.id, { content: '2' })).status).toBe(201);
    await on.app.sql(`update room_members set last_sent_at = last_sent_at - interval '1 hour' where room_id = $1`, [
      room.id,
    ]);
    expect((await send('ann', room.id, { content: 'later' })).status).toBe(201);
  });

  it('reactivates a room that had none for long, in the same transaction', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    await say(on.client.master('ann').request, room.id, 'first');
    const sleep = (reason: string) =>
      on.app.sql(
        `update rooms set status = 'inactive', deactivated_at = now(), deactivated_reason = $2 where id = $1`,
        [room.id, reason],
      );
    await sleep('auto_inactive');
    const bob = await on.socketOf('bob');
    const [one, two] = await Promise.all([
      send('ann', room.id, { content: 'a' }),
      send('ann', room.id, { content: 'b' }),
    ]);
    expect([one.status, two.status]).toEqual([201, 201]);
    const told = await bob.waitFor('room.reactivated');
    expect(told).toMatchObject({
      room_id: room.id,
      actor: { id: 'ann', type: 'user' },
      data: { status: 'active', deactivated_reason: null },
    });
    await bob.waitFor('message.created', ({ data }) => data.content === 'b');
    const revs = bob.received
      .filter(({ body }) => body.rev !== undefined && body.room_id === room.id)
      .map(({ body }) => body.rev);
    expect(revs).toEqual([told.rev, told.rev! + 1, told.rev! + 2]);
    expect(ok(await on.client.request('GET', `/rooms/${room.id}`))).toMatchObject({ status: 'active', last_seq: 3 });
    // Once it is active nothing more is said of it; what somebody deactivated stays so.
    await say(on.client.master('ann').request, room.id, 'c');
    expect(bob.bodies('room.reactivated')).toHaveLength(1);
    await sleep('manual');
    expect((await send('ann', room.id, { content: 'd' })).body.code).toBe('room_inactive');
  });

  it('of a shadow-banned sender others get stubs, live and later', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob']);
    await on.app.sql(
      `update users set shadow_banned = true, banned_until = 'tomorrow' where client_id = $1 and user_id = 'ann'`,
      [on.client.id],
    );
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map(async (user) => connect(on.app, (await on.client.login(user)).key)),
    );
    const sent = await ann!.get('message.send', { room_id: room.id, content: 'psst' });
    expect(sent).toMatchObject({ content: 'psst', seq: 1 });
    const stub = { id: sent.id, room_id: room.id, seq: 1, rev: sent.rev, hidden: true };
    expect((await bob!.waitFor('message.created')).data).toEqual(stub);
    expect((await ann!.waitFor('message.created')).data).toMatchObject({ content: 'psst' });
    const positions = { rooms: [{ room_id: room.id, epoch: room.epoch, rev: sent.rev - 1 }] };
    expect((await bob!.get('sync.resume', positions)).rooms[0].events[0].data).toEqual(stub);
    expect((await ann!.get('sync.resume', positions)).rooms[0].events[0].data).toMatchObject({ content: 'psst' });
    expect(ok(await read('bob', room.id)).data).toEqual([stub]);
    expect(ok(await read('ann', room.id)).data).toMatchObject([{ content: 'psst' }]);
    // The client itself sees everything.
    expect(ok(await read(undefined, room.id)).data).toMatchObject([{ content: 'psst' }]);
  });

  it('is refused in a direct room of who blocked the sender, and hidden from the blocker elsewhere', async () => {
    const direct = ok(
      await on.client.request('POST', '/rooms', { body: { room_type: 'direct', members: ['ann', 'bob'] } }),
    );
    const group = await makeRoom(on.client, ['ann', 'bob', 'cid']);
    await on.app.sql(
      `insert into user_blocks (client_id, user_pk, blocked_pk)
       select a.client_id, b.user_pk, a.user_pk from users a join users b using (client_id)
        where client_id = $1 and a.user_id = 'ann' and b.user_id = 'bob'`,
      [on.client.id],
    );
    expect((await send('ann', direct.id, { content: 'x' })).body).toMatchObject({
      status: 422,
      code: 'user_unavailable',
    });
    expect((await send('bob', direct.id, { content: 'x' })).status).toBe(201);
    const sent = ok(await send('ann', group.id, { content: 'x' }));
    expect(ok(await read('bob', group.id)).data).toEqual([
      { id: sent.id, room_id: group.id, seq: 1, rev: sent.rev, hidden: true },
    ]);
    expect(ok(await read('bob', group.id, `/${sent.id}`))).toMatchObject({ hidden: true });
    expect(ok(await read('cid', group.id)).data).toMatchObject([{ content: 'x' }]);
  });
});
