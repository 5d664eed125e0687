import { Database } from '../../src/platform/database/database.js';
import { EventsService } from '../../src/engine/events/events.service.js';
import type { Envelope } from '../../src/platform/realtime/envelope.js';
import type { Answer } from '../support/app.js';
import { NestApp } from '../support/nest-app.js';

let app: NestApp;
let database: Database;
beforeAll(async () => {
  app = await NestApp.start({ env: { DATABASE_POOL_SIZE: '30' } });
  database = app.get(Database);
});
afterAll(() => app.stop());

const streamOf = (clientId: string, streamId: string): Promise<Envelope[]> =>
  app.get(EventsService).readAfter(clientId, streamId, 0, 100);

describe('the events of rooms', () => {
  it('tell the room of its members, and each member of its rooms, with whole bodies', async () => {
    const client = await app.client();
    const bob = await client.login('bob', { display_name: 'Bob' });
    const alice = client.master('alice');
    const { body: room } = await alice.request('POST', '/rooms', { body: { room_type: 'group', name: 'R' } });
    const path = `/rooms/${room.id}`;
    await alice.request('POST', `${path}/members`, { body: { members: ['bob'] } });
    await alice.request('PATCH', path, { body: { name: 'S' } });
    await alice.request('PATCH', `${path}/members/bob`, { body: { role: 'admin' } });
    await alice.request('POST', `${path}/messages`, { body: { content: 'hi' } });
    await bob.request('DELETE', `${path}/members/bob`);
    await alice.request('POST', `${path}/members`, { body: { members: ['bob'] } });

    const events = await streamOf(client.id, room.id);
    expect(events.map(({ type, rev }) => [type, rev])).toEqual([
      ['room.created', 1],
      ['member.joined', 2],
      ['room.updated', 3],
      ['member.updated', 4],
      ['message.created', 5],
      ['member.left', 6],
      ['member.joined', 7],
    ]);
    expect(events[0]).toMatchObject({
      stream: `room:${room.id}`,
      room_id: room.id,
      epoch: room.epoch,
      actor: { id: 'alice', type: 'user' },
      data: { id: room.id, name: 'S', created_by: 'alice', member_count: 2 },
    });
    expect(events[0]!.data).not.toHaveProperty('me');
    const member = { room_id: room.id, user_id: 'bob', display_name: 'Bob' };
    expect(events[1]!.data).toMatchObject({ ...member, role: 'member', status: 'active' });
    expect(events[3]!.data).toMatchObject({ ...member, role: 'admin', status: 'active' });
    expect(events[4]).toMatchObject({ seq: 1, data: { content: 'hi', sender_id: 'alice', seq: 1, rev: 5 } });
    expect(events[5]).toMatchObject({ actor: { id: 'bob' }, data: { ...member, role: 'admin', status: 'left' } });

    const [{ id }] = (await database.query<{ id: string }>(
      `select user_pk as id from users where client_id = $1 and user_id = 'bob'`,
      [client.id],
    )) as [{ id: string }];
    const own = await streamOf(client.id, id);
    expect(own.map(({ type, rev }) => [type, rev])).toEqual([
      ['room.added', 1],
      ['room.removed', 2],
      ['room.added', 3],
    ]);
    expect(own[0]).toMatchObject({ stream: 'user:bob', room_id: room.id });
    expect(own[2]!.data).toMatchObject({ room: { id: room.id, name: 'S' }, epoch: room.epoch, rev: 7 });
    expect(own[1]!.data).toEqual({ room_id: room.id, reason: 'left' });

    const [membership] = await database.query(
      'select joined_seq, joined_rev, left_rev, role from room_members where room_id = $1 and user_pk = $2',
      [room.id, id],
    );
    expect(membership).toEqual({ joined_seq: 1, joined_rev: 7, left_rev: null, role: 'member' });

    await alice.request('DELETE', `${path}/members/bob`);
    await alice.request('PATCH', path, { body: { name: 'Without Bob' } });
    const after = await streamOf(client.id, id);
    expect(after[2]!.data).toMatchObject({ room: { id: room.id, name: null, metadata: {} } });
    expect(after[3]!.data).toEqual({ room_id: room.id, reason: 'removed' });
  });

  it('tell a new room to all who are in it from the start', async () => {
    const client = await app.client();
    const { body: room } = await client.request('POST', '/rooms', {
      body: { room_type: 'group', members: ['a', 'b', 'c'] },
    });
    expect(await streamOf(client.id, room.id)).toMatchObject([
      { type: 'room.created', actor: { id: null, type: 'client' } },
    ]);
    const added = await database.query<{ n: number }>(
      `select count(*) as n from events where client_id = $1 and type = 'room.added' and room_id = $2`,
      [client.id, room.id],
    );
    expect(added).toEqual([{ n: 3 }]);
  });
});

describe('changes of membership under load', () => {
  it('neither deadlock nor lose count, with messages between them', async () => {
    const client = await app.client();
    const users = Array.from({ length: 8 }, (_, n) => `u${n}`);
    const rooms: string[] = [];
    for (let n = 0; n < 4; n++) {
      const { body } = await client.request('POST', '/rooms', { body: { room_type: 'group', members: users } });
      rooms.push(body.id);
    }
    const answers: Answer[] = [];
    const worker = async (seed: number) => {
      for (let step = 0; step < 12; step++) {
        const room = rooms[(seed + step) % rooms.length]!;
        const user = users[(seed * 3 + step) % users.length]!;
        // Forwards and backwards, so that two requests name the same people in opposite order.
        const members = seed % 2 ? users : users.toReversed();
        const change = (seed + step) % 4;
        const path = `/rooms/${room}`;
        if (change === 0) answers.push(await client.request('DELETE', `${path}/members/${user}`));
        if (change === 1) answers.push(await client.request('POST', `${path}/members`, { body: { members } }));
        if (change === 2)
          answers.push(await client.request('PATCH', `${path}/members/${user}`, { body: { role: 'admin' } }));
        answers.push(await client.master(user).request('POST', `${path}/messages`, { body: { content: 'x' } }));
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, seed) => worker(seed)));
    expect(answers.filter(({ status }) => status >= 500).map(({ body }) => body)).toEqual([]);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(50);

    const broken = await database.query(
      `select r.id from rooms r
        where r.client_id = $1 and (
          r.member_count <> (select count(*) from room_members m where m.room_id = r.id and m.status = 'active')
          or r.last_seq <> (select count(*) from messages m where m.room_id = r.id)
          or r.last_rev <> (select count(*) from events e where e.stream_id = r.id)
          or r.last_rev <> (select max(rev) from events e where e.stream_id = r.id))`,
      [client.id],
    );
    expect(broken).toEqual([]);
    const astray = await database.query(
      `select m.id from messages m
         join events l on l.stream_id = m.room_id and l.type = 'member.left' and l.subject_id = m.sender_pk and l.rev < m.rev
        where m.client_id = $1 and not exists (
          select from events j where j.stream_id = m.room_id and j.type = 'member.joined' and j.subject_id = m.sender_pk
             and j.rev > l.rev and j.rev < m.rev)`,
      [client.id],
    );
    expect(astray).toEqual([]);
  });

  it('makes room and members whole or not at all, whatever the direct rooms made at once', async () => {
    const client = await app.client();
    const names = ['a', 'b', 'c', 'd', 'e'];
    const made = await Promise.all(
      names.flatMap((one) =>
        names
          .filter((other) => other !== one)
          .map((other) =>
            client.master(one).request('POST', '/rooms', { body: { room_type: 'direct', members: [other] } }),
          ),
      ),
    );
    expect(made.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(made.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(10);
    const [row] = await database.query('select count(*) as n from room_members where client_id = $1', [client.id]);
    expect(row).toEqual({ n: 20 });
  });
});
