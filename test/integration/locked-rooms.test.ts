import type { Answer, TestClient } from '../support/app.js';
import { makeRoom, ok } from '../support/chat.js';
import { inParallel } from '../support/in-parallel.js';
import { NestApp } from '../support/nest-app.js';
import { until } from '../support/until.js';

const CHANGES = 300;

let app: NestApp;
let client: TestClient;
let other: TestClient;
beforeAll(async () => {
  app = await NestApp.start();
  [client, other] = await Promise.all([app.client(), app.client()]);
});
afterAll(() => app.stop());

const someLocked = () => until('a change to wait for its room', async () => (await app.database.waitingForLocks()) > 0);

describe('many changes of the members of locked rooms', () => {
  /** Holds the locks of rooms, as a long change of them would, until `release`. */
  const hold = async (roomIds: string[]) => {
    const holder = await app.database.connect();
    await holder.query('begin');
    await holder.query('select from rooms where id = any ($1::uuid[]) for update', [roomIds]);
    return { release: () => holder.end() };
  };

  /** One change each, over the rooms in turn, each by another user's hand. */
  const change = (roomIds: string[]): Promise<Answer>[] =>
    Array.from({ length: CHANGES }, (_, n) =>
      client.request('POST', `/rooms/${roomIds[n % roomIds.length]}/members`, { body: { user_id: `user ${n}` } }),
    );

  it.each([
    ['of one room', 1],
    ['of as many rooms', CHANGES],
  ])('%s leave others room: to send, to change members, to log in and out', async (_, count) => {
    // A few at a time: all at once they would wait for each other, too.
    const rooms = await inParallel(Array.from({ length: count }), () => makeRoom(client, ['ann']), 4);
    const [own, theirs] = await Promise.all([makeRoom(client, ['ann']), makeRoom(other, ['ann'])]);
    const ids = rooms.map(({ id }) => id);
    const locks = await hold(ids);
    const changes = change(ids);
    try {
      await someLocked();
      // All of this while the locks are held.
      const ann = await other.login('ann');
      ok(await ann.request('POST', `/rooms/${theirs.id}/messages`, { body: { content: 'hi' } }));
      ok(await other.request('POST', `/rooms/${theirs.id}/members`, { body: { user_id: 'new' } }));
      ok(await other.request('POST', '/auth/logout', { body: { user_id: 'ann' } }));
      expect((await ann.request('GET', '/users/me')).status).toBe(401);
      ok(await client.master('ann').request('POST', `/rooms/${own.id}/messages`, { body: { content: 'hi' } }));
    } finally {
      await locks.release();
    }
    const answers = await Promise.all(changes);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status, headers, body } of refused) {
      expect([status, body.code, body.retryable]).toEqual([503, 'overloaded', true]);
      expect(headers.get('retry-after')).toBe('1');
    }
    // Whoever was told so was added, and nobody else.
    const [{ members }] = await app.sql(
      `select count(*)::int as members from room_members m join users u using (client_id, user_pk)
        where m.room_id = any ($1::uuid[]) and u.user_id like 'user %'`,
      [ids],
    );
    expect(members).toBe(CHANGES - refused.length);
  });

  it('are refused with 503 by and by where the lock is never let go', async () => {
    const { id } = await makeRoom(client, ['ann']);
    const locks = await hold([id]);
    try {
      const answers = await Promise.all(change([id]));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.code}`))).toEqual(new Set(['503 overloaded']));
    } finally {
      await locks.release();
    }
  });
});

describe('what refers to a locked room and locks a user', () => {
  // Whoever changes a room locks it, and then the streams of its members.
  it('waits for the room first, so that it holds up nobody whom it waits for', async () => {
    const { id } = await makeRoom(client, ['ann']);
    const holder = await app.database.connect();
    await holder.query('begin');
    await holder.query('select from rooms where id = $1 for update', [id]);
    const scheduling = client.master('ann').request('POST', `/rooms/${id}/scheduled-messages`, {
      body: { content: 'later', send_at: new Date(Date.now() + 3_600_000).toISOString() },
    });
    await someLocked();
    try {
      await holder.query(`select from users where client_id = $1 and user_id = 'ann' for no key update`, [client.id]);
      await holder.query('commit');
      expect(ok(await scheduling).status).toBe('scheduled');
    } finally {
      await Promise.all([holder.end(), scheduling]);
    }
  });
});
