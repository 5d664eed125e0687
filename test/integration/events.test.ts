import { documentFields } from '../../src/platform/common/field-registry.js';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { EventsService } from '../../src/engine/events/events.service.js';
import { Int } from '../../src/platform/common/fields.js';
import { newId } from '../../src/platform/common/ids.js';
import { Database } from '../../src/platform/database/database.js';
import { defineEvent, type EventDescriptor, type SessionEvent } from '../../src/platform/realtime/event.js';
import { EventRegistry } from '../../src/platform/realtime/event.registry.js';
import { RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import type { TestClient } from '../support/app.js';
import { makeRoom, ok, say } from '../support/chat.js';
import { NestApp } from '../support/nest-app.js';
import { closeSockets, connect } from '../support/socket.js';
import { until } from '../support/until.js';
import { asUserId } from '../support/ids.js';
import type { UserPk } from '../../src/platform/common/ids.js';
import { newEvent } from '../../src/engine/events/new-event.js';
import { roomRemoved } from '../../src/messaging/rooms/rooms.events.js';

let app: NestApp;
let client: TestClient;

beforeAll(async () => {
  app = await NestApp.start();
});
afterAll(() => app.stop());
beforeEach(async () => {
  client = await app.client();
});
afterEach(closeSockets);

type AnyEvent = EventDescriptor | SessionEvent;

const isDescriptor = (value: unknown): value is AnyEvent =>
  typeof value === 'object' && value !== null && 'type' in value && 'body' in value;

/** Every descriptor that a file of events exports. */
async function declared(): Promise<AnyEvent[]> {
  const src = resolve('src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.events.ts'));
  const exported = await Promise.all(files.map((path) => import(resolve(src, path)) as Promise<object>));
  return exported.flatMap((values) => Object.values(values).filter(isDescriptor));
}

/** The fields that the decorators of a body's class declare. */
function fieldsOf({ body }: AnyEvent): { all: string[]; required: string[] } {
  documentFields();
  const names = (Reflect.getMetadata('swagger/apiModelPropertiesArray', body.prototype) ?? []) as string[];
  const all = names.map((name) => name.slice(1));
  const required = all.filter(
    (name) => Reflect.getMetadata('swagger/apiModelProperties', body.prototype, name).required !== false,
  );
  return { all, required };
}

const registered = (): AnyEvent[] => {
  const registry = app.get(EventRegistry);
  return [...registry.all(), ...registry.ofSession()];
};

describe('the events of the application', () => {
  it('are registered, each of them', async () => {
    const types = (events: AnyEvent[]): string[] => events.map(({ type }) => type).toSorted();
    expect(types(registered())).toEqual(types(await declared()));
    expect(types(registered())).toEqual(expect.arrayContaining(['message.created', 'sync.heads', 'session.ready']));
  });

  it('can be documented: a body whose class names its fields, a sentence, an example that fits', () => {
    for (const event of registered()) {
      expect({ type: event.type, fields: fieldsOf(event).all }).not.toEqual({ type: event.type, fields: [] });
      expect(event.description).toMatch(/^[A-Z].*[.]$/s);
      const given = Object.keys(event.example ?? {});
      expect(fieldsOf(event).all).toEqual(expect.arrayContaining(given));
    }
  });

  it('have the bodies that their classes declare', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const alice = await connect(app, (await client.login('alice')).key);
    ok(await client.request('PATCH', `/rooms/${room.id}`, { body: { name: 'Other' } }));
    ok(await client.request('POST', `/rooms/${room.id}/members`, { body: { user_id: 'carol' } }));
    ok(await client.request('PATCH', `/rooms/${room.id}/members/carol`, { body: { role: 'admin' } }));
    ok(await client.request('DELETE', `/rooms/${room.id}/members/carol`));
    await say(client.master('bob').request, room.id, 'hi');
    const body = { recipients: [{ user_id: 'alice' }], channels: { websocket: { title: 'T' } } };
    ok(await client.request('POST', '/notifications', { body }));
    const shown = await alice.waitFor('notification.created');
    await alice.get('notification.ack', { id: shown.data.delivery_id });

    const events = app.get(EventsService);
    const users = await app
      .get(Database)
      .query<{ user_pk: UserPk }>('select user_pk from users where client_id = $1', [client.id]);
    const streams = [room.id, client.id, ...users.map(({ user_pk }) => user_pk)];
    const read = (await Promise.all(streams.map((id) => events.readAfter(client.id, id, 0, 100)))).flat();
    const bodies = [
      ...read.map(({ type, data }) => ({ type, data: data as object })),
      { type: 'session.ready', data: await alice.waitForReady() },
    ];
    const known = new Map(registered().map((event) => [event.type, event]));
    for (const { type, data } of bodies) {
      const { all, required } = fieldsOf(known.get(type)!);
      expect({ type, undeclared: Object.keys(data).filter((name) => !all.includes(name)) }).toEqual({
        type,
        undeclared: [],
      });
      expect({ type, missing: required.filter((name) => !(name in data)) }).toEqual({ type, missing: [] });
    }
    const seen = 'created updated added removed'.split(' ').map((what) => `room.${what}`);
    seen.push('member.joined', 'member.updated', 'member.left', 'message.created', 'session.ready');
    seen.push('notification.created', 'notification.completed', 'delivery.sent', 'delivery.delivered');
    expect([...new Set(bodies.map(({ type }) => type))].toSorted()).toEqual(seen.toSorted());
  });
});

describe('appending', () => {
  /** A transaction that has run this, and waits. @returns what ends it */
  async function held(sql: string): Promise<() => Promise<void>> {
    const connection = await app.get(Database).pool.connect();
    await connection.query('begin');
    await connection.query(sql, [client.id]);
    return async () => {
      await connection.query('commit');
      connection.release();
    };
  }

  /** How many transactions wait for others in this database. */
  async function waiting(): Promise<number> {
    const [row] = await app.get(Database).query<{ n: number }>(
      `select count(distinct l.pid)::int as n
         from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()`,
    );
    return row!.n;
  }

  it('does not deadlock while others refer to the users, who were changed by somebody else', async () => {
    await makeRoom(client, ['alice', 'bob']);
    const users = await app
      .get(Database)
      .query<{ user_pk: UserPk }>('select user_pk from users where client_id = $1', [client.id]);
    const append = (): Promise<number> =>
      app.get(Database).transaction(async (tx) => {
        const events = users.map(({ user_pk: id }) =>
          newEvent({
            client_id: client.id,
            stream: { type: 'user', id },
            event: roomRemoved,
            actor: { id: null, type: 'system' },
            data: { room_id: newId(), reason: 'left' },
          }),
        );
        return (await app.get(EventsService).append(tx, events)).length;
      });

    const change = await held(`update users set display_name = 'Changed' where client_id = $1`);
    const refer = await held('select from users where client_id = $1 for key share');
    const first = append();
    await until('one that waits', async () => (await waiting()) === 1);
    const both = Promise.allSettled([first, append()]);
    await until('two that wait', async () => (await waiting()) === 2);
    await change();
    const done = { status: 'fulfilled', value: 2 };
    expect(await both.finally(refer)).toEqual([done, done]);
  });
});

class NoteDto {
  @Int({})
  count: number;
}

describe('an ephemeral event', () => {
  const counted = { body: NoteDto, stream: ['room', 'user'], durable: false, description: 'Notes.' } as const;
  const forReaders = defineEvent({ ...counted, type: 'note.counted', audience: 'readers' });
  const forAll = defineEvent({ ...counted, type: 'note.announced', audience: 'everybody' });
  const system = { id: null, type: 'system' } as const;

  it('reaches the sockets of its stream that belong to its audience, in the envelope, without a rev', async () => {
    const room = await makeRoom(client, ['alice', 'bob']);
    const alice = await connect(app, (await client.login('alice')).key);
    const bob = await connect(app, (await client.login('bob', { permissions: ['send_messages'] })).key);
    const stranger = await connect(app, (await client.login('carol')).key);
    const facts = { client_id: client.id, stream: { type: 'room', id: room.id }, actor: system } as const;
    const publisher = app.get(RealtimePublisher);
    publisher.publish(forReaders, { ...facts, data: { count: 1 } });
    publisher.publish(forAll, { ...facts, data: { count: 2 } });

    for (const socket of [alice, bob]) await socket.waitFor('note.announced');
    expect(alice.bodies('note.counted')).toStrictEqual([
      {
        id: expect.any(String),
        type: 'note.counted',
        v: 1,
        client_id: client.id,
        stream: `room:${room.id}`,
        room_id: room.id,
        occurred_at: expect.any(String),
        actor: system,
        data: { count: 1 },
      },
    ]);
    expect(bob.bodies('note.counted')).toEqual([]);
    expect(stranger.received.filter(({ name }) => name.startsWith('note.'))).toEqual([]);
  });

  it('reaches a user on all of its sockets, or on those that read', async () => {
    const alice = await client.login('alice');
    const reading = await connect(app, alice.key);
    const answer = await client.request('POST', '/clients/scoped-keys', {
      body: { user_id: 'alice', permissions: ['send_messages'] },
    });
    const blind = await connect(app, ok(answer).api_key);
    const [user] = await app
      .get(Database)
      .query<{ user_pk: UserPk }>('select user_pk from users where client_id = $1', [client.id]);
    const stream = { type: 'user', id: user!.user_pk, user_id: asUserId('alice') } as const;
    const facts = { id: newId(), client_id: client.id, stream, actor: system };
    const publisher = app.get(RealtimePublisher);
    publisher.publish(forReaders, { ...facts, data: { count: 1 } });
    publisher.publish(forAll, { ...facts, data: { count: 2 } });
    await until('both sockets', () => [reading, blind].every((each) => each.bodies('note.announced').length === 1));
    expect(reading.bodies('note.counted')).toMatchObject([{ stream: 'user:alice', room_id: null, data: { count: 1 } }]);
    expect(blind.bodies('note.counted')).toEqual([]);
  });
});
