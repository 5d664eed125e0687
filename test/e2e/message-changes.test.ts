import { admin, makeRoom, ok, say } from '../support/chat.js';
import { oneApp } from '../support/one-app.js';
import { runNow } from '../support/queue-board.js';
import { until } from '../support/until.js';

describe('changing messages', () => {
  const on = oneApp();
  const { as } = on;
  const settle = (settings: object) => on.client.request('PATCH', '/clients/me', { body: { settings } });

  async function said(content = 'first') {
    const room = await makeRoom(on.client, ['ann', 'bob', admin('ada')]);
    const message = await say(on.client.master('ann').request, room.id, content);
    return { room, message, path: `/rooms/${room.id}/messages/${message.id}` };
  }

  it('are answered as a stub to whom the message is hidden from', async () => {
    const { room, message, path } = await said('words');
    const other = await say(on.client.master('ann').request, room.id, 'more');
    const otherPath = `/rooms/${room.id}/messages/${other.id}`;
    ok(await as('ann', 'DELETE', otherPath));
    ok(await as('ada', 'DELETE', `${path}?for=me`));
    ok(await as('ada', 'PUT', '/users/me/blocks/ann'));
    const answers = [
      ok(await as('ada', 'PUT', `${path}/pin`)),
      ok(await as('ada', 'PUT', `${path}/pin`)),
      ok(await as('ada', 'POST', `${otherPath}/undelete`)),
    ];
    const stub = ({ id, seq }: typeof message, rev: number) => ({ id, room_id: room.id, seq, rev, hidden: true });
    expect(answers).toEqual([stub(message, other.rev + 2), stub(message, other.rev + 2), stub(other, other.rev + 3)]);
    expect(ok(await as('bob', 'GET', otherPath)).content).toBe('more');
  });

  it('are told without their body to who joined a room later that shows nothing of that time', async () => {
    const room = await makeRoom(on.client, ['ann', 'bob'], { history: 'since_join' });
    const before = await say(on.client.master('ann').request, room.id, 'before');
    ok(await as(undefined, 'POST', `/rooms/${room.id}/members`, { user_id: 'late' }));
    const after = await say(on.client.master('ann').request, room.id, 'after');
    const [bob, late] = [await on.socketOf('bob'), await on.socketOf('late')];
    const { rooms } = await late.waitForReady();
    for (const { id } of [before, after]) {
      ok(await as('ann', 'PATCH', `/rooms/${room.id}/messages/${id}`, { content: 'edited' }));
    }
    await late.waitFor('message.updated', ({ data }) => data.id === after.id);
    await bob.waitFor('message.updated', ({ data }) => data.id === after.id);
    const contents = (events: any[]) => events.map(({ rev, data }) => [rev, data.content ?? data.hidden]);
    const [one, two] = [after.rev + 1, after.rev + 2];
    expect(contents(bob.bodies('message.updated'))).toEqual([
      [one, 'edited'],
      [two, 'edited'],
    ]);
    expect(contents(late.bodies('message.updated'))).toEqual([
      [one, true],
      [two, 'edited'],
    ]);
    const resumed = await late.get('sync.resume', { rooms });
    expect(contents(resumed.rooms[0].events)).toEqual([
      [one, true],
      [two, 'edited'],
    ]);
  });

  describe('an edit', () => {
    it('is told to the room, keeps what was said, and is none when nothing changes', async () => {
      const { room, message, path } = await said();
      const bob = await on.socketOf('bob');
      const edited = ok(await as('ann', 'PATCH', path, { content: 'second', metadata: { a: 1, b: { c: 2 } } }));
      expect(edited).toMatchObject({ id: message.id, seq: message.seq, rev: message.rev + 1, content: 'second' });
      expect(edited.edited_at).not.toBeNull();
      const event = await bob.waitFor('message.updated');
      expect(event).toMatchObject({
        rev: edited.rev,
        stream: `room:${room.id}`,
        data: { content: 'second', rev: edited.rev },
      });
      expect(event).not.toHaveProperty('data.me');
      // The same again, with keys in another order, changes nothing.
      expect(ok(await as('ann', 'PATCH', path, { metadata: { b: { c: 2 }, a: 1 }, content: 'second' }))).toEqual(
        edited,
      );
      ok(await as('ann', 'PATCH', path, { content: 'third', metadata: { a: null } }));
      const { data } = ok(await as('bob', 'GET', `${path}/edits`));
      expect(data.map(({ content, edited_by, rev }: any) => [content, edited_by, rev])).toEqual([
        ['first', 'ann', message.rev],
        ['second', 'ann', message.rev + 1],
        ['third', 'ann', message.rev + 2],
      ]);
      expect(data[0].edited_at).toBe(message.created_at);
      expect(ok(await as('bob', 'GET', path))).toMatchObject({ content: 'third', metadata: { b: { c: 2 } } });
    });

    it('keeps its versions’ revs whatever else changes the message', async () => {
      const { message, path } = await said('first');
      const revs = async () => ok(await as('bob', 'GET', `${path}/edits`)).data.map(({ rev }: any) => rev);
      const pinAndUnpin = async () => {
        ok(await as('ada', 'PUT', `${path}/pin`));
        ok(await as('ada', 'DELETE', `${path}/pin`));
      };
      await pinAndUnpin();
      expect(await revs()).toEqual([message.rev]);
      const second = ok(await as('ann', 'PATCH', path, { content: 'second' })).rev;
      await pinAndUnpin();
      ok(await as('ann', 'DELETE', path));
      ok(await as('ada', 'POST', `${path}/undelete`));
      const third = ok(await as('ann', 'PATCH', path, { content: 'third' })).rev;
      expect(await revs()).toEqual([message.rev, second, third]);
    });

    it('is the sender’s, of moderators only by the client’s setting, and always the client’s', async () => {
      const { path } = await said();
      expect((await as('bob', 'PATCH', path, { content: 'x' })).body.code).toBe('insufficient_role');
      expect((await as('ada', 'PATCH', path, { content: 'x' })).body.code).toBe('insufficient_role');
      expect((await as(undefined, 'PATCH', path, { content: 'by the client' })).status).toBe(200);
      expect(ok(await settle({ moderators_edit: true })).settings.moderators_edit).toBe(true);
      expect(ok(await as('ada', 'PATCH', path, { content: 'by ada' })).content).toBe('by ada');
      expect((await as('bob', 'PATCH', path, { content: 'x' })).body.code).toBe('insufficient_role');
      const { data } = ok(await as('ann', 'GET', `${path}/edits`));
      expect(data.map(({ edited_by }: any) => edited_by)).toEqual(['ann', null, 'ada']);
    });

    it('may be bound to a rev, so that of twenty at once one gets through', async () => {
      const { message, path } = await said();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => as('ann', 'PATCH', path, { content: `${n}`, if_rev: message.rev })),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
      const free = await Promise.all(
        Array.from({ length: 20 }, (_, n) => as('ann', 'PATCH', path, { content: `f${n}` })),
      );
      expect(free.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
      expect(ok(await as('ann', 'GET', `${path}/edits`)).data).toHaveLength(22);
      const first = ok(await as('ann', 'GET', `${path}/edits?limit=15`));
      const rest = ok(await as('ann', 'GET', `${path}/edits?limit=15&cursor=${first.page.next_cursor}`));
      const revs = [...first.data, ...rest.data].map(({ rev }: any) => rev);
      expect([revs.length, rest.page.has_more]).toEqual([22, false]);
      expect(revs).toEqual(revs.toSorted((a, b) => a - b));
      const back = ok(await as('ann', 'GET', `${path}/edits?limit=15&cursor=${rest.page.prev_cursor}`));
      expect(back.data).toEqual(first.data);
    });

    it('moves mentions with it', async () => {
      const room = await makeRoom(on.client, ['ann', 'bob', 'cid']);
      const body = { content: 'x', mentions: [{ type: 'user', user_id: 'bob' }] };
      const { id } = ok(await as('ann', 'POST', `/rooms/${room.id}/messages`, body));
      const countOf = async (user: string) => ok(await as(user, 'GET', `/rooms/${room.id}`)).me.mentions;
      expect([await countOf('bob'), await countOf('cid')]).toEqual([1, 0]);
      ok(
        await as('ann', 'PATCH', `/rooms/${room.id}/messages/${id}`, {
          mentions: [{ type: 'user', user_id: 'cid' }],
        }),
      );
      expect([await countOf('bob'), await countOf('cid')]).toEqual([0, 1]);
      ok(await as('ann', 'DELETE', `/rooms/${room.id}/messages/${id}`));
      expect([await countOf('bob'), await countOf('cid')]).toEqual([0, 0]);
      ok(
        await as('ada', 'POST', `/rooms/${room.id}/messages/${id}/undelete`).then(() =>
          as(undefined, 'POST', `/rooms/${room.id}/messages/${id}/undelete`),
        ),
      );
      expect([await countOf('bob'), await countOf('cid')]).toEqual([0, 1]);
    });

    it('is refused where writing is, and of what says nothing', async () => {
      const { room, path } = await said();
      expect((await as('ann', 'PATCH', path, { content: null })).body.errors[0].field).toBe('content');
      await on.app.sql('update rooms set frozen = true where id = $1', [room.id]);
      expect((await as('ann', 'PATCH', path, { content: 'x' })).body.code).toBe('room_frozen');
      await on.app.sql(`update rooms set frozen = false, status = 'archived' where id = $1`, [room.id]);
      expect((await as('ann', 'PATCH', path, { content: 'x' })).body.code).toBe('room_inactive');
      await on.app.sql(`update rooms set status = 'active' where id = $1`, [room.id]);
      ok(await as('ann', 'DELETE', path));
      expect((await as('ann', 'PATCH', path, { content: 'x' })).body.code).toBe('conflict');
      expect((await as('eve', 'PATCH', path, { content: 'x' })).status).toBe(404);
    });

    it('shows its history to whom the client says', async () => {
      const { path } = await said();
      ok(await as('ann', 'PATCH', path, { content: 'x' }));
      ok(await settle({ edit_history: 'admins' }));
      expect([
        (await as('ann', 'GET', `${path}/edits`)).status,
        (await as('ada', 'GET', `${path}/edits`)).status,
      ]).toEqual([403, 200]);
      ok(await settle({ edit_history: 'none' }));
      expect([
        (await as('ada', 'GET', `${path}/edits`)).status,
        (await as(undefined, 'GET', `${path}/edits`)).status,
      ]).toEqual([403, 200]);
    });

    it('is the same over sockets', async () => {
      const { room, message } = await said();
      const ann = await on.socketOf('ann');
      const place = { room_id: room.id, message_id: message.id };
      expect(await ann.get('message.edit', { ...place, content: 'x' })).toMatchObject({ id: message.id, content: 'x' });
      expect(await ann.get('message.delete', place)).toMatchObject({
        id: message.id,
        content: null,
        deleted_by: 'ann',
      });
      expect(await ann.get('message.delete', { ...place, for: 'me' })).toMatchObject({ id: message.id, hidden: true });
    });
  });

  describe('a deletion', () => {
    it('for all leaves a tombstone in its place, and is told once', async () => {
      const { room, message, path } = await said();
      const bob = await on.socketOf('bob');
      ok(await as('ann', 'PATCH', path, { content: 'x', metadata: { secret: 1 } }));
      expect((await as('bob', 'DELETE', path)).body.code).toBe('insufficient_role');
      const answers = await Promise.all(Array.from({ length: 20 }, () => as('ada', 'DELETE', path)));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 204));
      const tombstone = {
        id: message.id,
        seq: 1,
        content: null,
        attachments: [],
        metadata: {},
        mentions: [],
        deleted_by: 'ada',
      };
      expect((await bob.waitFor('message.deleted')).data).toMatchObject(tombstone);
      expect(ok(await as('bob', 'GET', path))).toMatchObject(tombstone);
      expect(ok(await as('bob', 'GET', `/rooms/${room.id}/messages`)).data).toMatchObject([tombstone]);
      expect(ok(await as('bob', 'GET', `${path}/edits`)).data).toEqual([]);
      expect(ok(await as('bob', 'GET', `/rooms/${room.id}`)).me.unread).toBe(1);
      await say(on.client.master('ann').request, room.id, 'after');
      await bob.waitFor('message.created');
      expect(bob.bodies('message.deleted')).toHaveLength(1);
    });

    it('can be taken back by moderators, while what was said is kept', async () => {
      const { room, message, path } = await said('words');
      const reply = ok(
        await as('bob', 'POST', `/rooms/${room.id}/messages`, { content: 'r', reply_to_id: message.id }),
      );
      const counted = async () => ok(await as('ann', 'GET', path)).reply_count;
      ok(await as('bob', 'DELETE', `/rooms/${room.id}/messages/${reply.id}`));
      expect(await counted()).toBe(0);
      ok(await as('ada', 'POST', `/rooms/${room.id}/messages/${reply.id}/undelete`));
      expect(await counted()).toBe(1);
      ok(await as('ann', 'DELETE', path));
      expect((await as('ann', 'POST', `${path}/undelete`)).body.code).toBe('insufficient_role');
      const back = ok(await as('ada', 'POST', `${path}/undelete`));
      expect(back).toMatchObject({ content: 'words', deleted_at: null, deleted_by: null });
      expect(ok(await as('ada', 'POST', `${path}/undelete`))).toEqual(back);
    });

    it('is for good when its days are over, wherever the words were', async () => {
      const { room, message, path } = await said('words');
      ok(await as('ann', 'PATCH', path, { content: 'other words' }));
      const body = { content: 'q', quoted_message_id: message.id };
      ok(await as('bob', 'POST', `/rooms/${room.id}/messages`, body));
      ok(await as('ann', 'DELETE', path));
      await on.app.sql(`update messages set purge_at = now() - interval '1 second' where id = $1`, [message.id]);
      expect((await as('ada', 'POST', `${path}/undelete`)).body.code).toBe('conflict');
      await runNow(on.app, 'messages-purging');
      const kept = () =>
        on.app.sql(
          `select 1 from messages where client_id = $1 and (content like '%words' or quoted::text like '%words%')
            union all select 1 from message_edits where client_id = $1`,
          [on.client.id],
        );
      await until('the words to be gone', async () => (await kept()).length === 0);
      expect((await as('ada', 'POST', `${path}/undelete`)).body.code).toBe('conflict');
    });

    it('is for good at once where the client keeps nothing', async () => {
      ok(await settle({ undelete_days: 0 }));
      const { path } = await said('words');
      ok(await as('ann', 'DELETE', path));
      expect(await on.app.sql(`select content from messages where client_id = $1`, [on.client.id])).toEqual([
        { content: null },
      ]);
      expect((await as(undefined, 'POST', `${path}/undelete`)).body.code).toBe('conflict');
    });

    it('for me hides it from me, on all of my devices', async () => {
      const { room, message, path } = await said();
      const bob = await on.socketOf('bob');
      ok(await as('bob', 'DELETE', `${path}?for=me`));
      ok(await as('bob', 'DELETE', `${path}?for=me`));
      const told = await bob.waitFor('message.hidden');
      expect(told).toMatchObject({ stream: 'user:bob', data: { room_id: room.id, message_id: message.id } });
      const stub = { id: message.id, room_id: room.id, seq: 1, rev: message.rev, hidden: true };
      expect(ok(await as('bob', 'GET', path))).toEqual(stub);
      expect(ok(await as('bob', 'GET', `/rooms/${room.id}/messages`)).data).toEqual([stub]);
      const position = { room_id: room.id, epoch: room.epoch, rev: message.rev - 1 };
      expect((await bob.get('sync.resume', { rooms: [position] })).rooms[0].events[0].data).toEqual(stub);
      expect(ok(await as('ann', 'GET', path))).toMatchObject({ content: 'first' });
      expect(bob.bodies('message.hidden')).toHaveLength(1);
      expect((await as(undefined, 'DELETE', `${path}?for=me`)).body.errors[0].field).toBe('for');
      expect((await as('eve', 'DELETE', `${path}?for=me`)).status).toBe(404);
    });

    it('takes a key that may read to delete for oneself, and one that may send to delete for all', async () => {
      const { path, message } = await said();
      const reader = await on.client.login('bob', { permissions: ['read_messages'] });
      const sender = await on.client.login('ann', { permissions: ['send_messages'] });
      for (const [key, at, status] of [
        [reader, path, 403],
        [reader, `/messages/${message.id}?for=all`, 403],
        [sender, `${path}?for=me`, 403],
        [reader, `${path}?for=me`, 204],
        [sender, path, 204],
      ] as const) {
        const answer = await key.request('DELETE', at);
        expect([at, answer.status]).toEqual([at, status]);
        if (status === 403) expect(answer.body.code).toBe('forbidden');
      }
    });

    it('has the first version’s routes as well', async () => {
      const { message } = await said();
      expect(ok(await as('ann', 'PUT', `/messages/${message.id}`, { content: 'x' })).content).toBe('x');
      expect((await as('ann', 'DELETE', `/messages/${message.id}`)).status).toBe(204);
      expect((await as('ann', 'DELETE', `/messages/${message.id}`)).status).toBe(204);
    });
  });
});
