import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { PERMISSIONS, type Permission } from '../../src/tenancy/access/permissions.js';
import { startApp, type TestApp } from '../support/app.js';
import { inParallel } from '../support/in-parallel.js';
import { JUNK_VALUES } from '../support/junk.js';
import { eventsOf, type UpEvent } from '../support/events.js';
import type { Schema } from '../support/routes.js';
import { SmtpSink } from '../support/smtp.js';
import { closeRawSockets, connectRaw } from '../support/raw-socket.js';
import {
  closeSockets,
  connect as connectSocketIo,
  TestSocket,
  type Ack,
  type TestConnection,
} from '../support/socket.js';
import { makeTenant, type Tenant } from '../support/world.js';

/** What no value of a type may look like. */
const WRONG_TYPES: Record<string, unknown[]> = {
  string: [1, true, {}, []],
  integer: ['x', true, {}, 0.5],
  boolean: ['x', 1, {}],
  array: ['x', 1, {}],
  object: ['x', 1, []],
};

/** What is no object at all. */
const JUNK_BODIES: unknown[] = ['text', 17, true, [], [[]], Buffer.from('bytes'), { unknown: 1 }];

/** Ids that were never given to anything. */
const NOBODY = {
  ids: { rooms: randomUUID(), deliveries: randomUUID(), messages: randomUUID(), 'spare messages': randomUUID() },
};

const withoutRequestId = (ack: string): string => ack.replace(/"request_id":"[^"]+"/, '');

type Connect = (app: TestApp, key: string, options?: { user_id?: string }) => Promise<TestConnection>;

const TRANSPORTS: [string, Connect][] = [
  ['Socket.IO', connectSocketIo],
  ['a raw WebSocket', connectRaw],
];

/** Generated from the AsyncAPI document: a new event is tested when it is there, or fails for want of a value to test it with. */
describe.each(TRANSPORTS)('every event that clients send over %s', (_transport, connect) => {
  let app: TestApp;
  let smtp: SmtpSink;
  let a: Tenant;
  let b: Tenant;
  let events: UpEvent[];

  beforeAll(async () => {
    smtp = await SmtpSink.start();
    app = await startApp({ env: { FAILED_KEYS_PER_MINUTE: '1000000' } });
    events = eventsOf((await app.request('GET', '/asyncapi.json')).body);
    [a, b] = await Promise.all([makeTenant(app, smtp, 'a'), makeTenant(app, smtp, 'b')]);
    for (const { client, ids } of [a, b]) {
      const { body } = await client.request('GET', `/notifications/${ids.notifications}`);
      ids.deliveries = body.deliveries[0].id;
      await app.admin().request('PATCH', `/clients/${client.id}`, {
        body: { limits: { messages_per_user_per_minute: 1_000_000, reactions_per_user_per_minute: 1_000_000 } },
      });
    }
  });

  afterAll(async () => {
    await app.stop();
    await smtp.stop();
  });

  afterEach(() => {
    closeSockets();
    closeRawSockets();
  });

  /** What an event may carry, about the resources of a tenant. */
  const exampleFor = (event: UpEvent, tenant: Pick<Tenant, 'ids'>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(event.payload.properties ?? {})
        .filter(([field]) => event.payload.required?.includes(field) || ['content', 'seq'].includes(field))
        .map(([field, schema]) => [field, valueOf(event, field, schema, tenant)]),
    );

  const valueOf = ({ name }: UpEvent, field: string, schema: Schema, tenant: Pick<Tenant, 'ids'>): unknown => {
    const known: Record<string, unknown> = {
      room_id: tenant.ids.rooms,
      message_id: tenant.ids.messages,
      seq: 1,
      // What is deleted takes neither edits nor reactions.
      'message.delete message_id': tenant.ids['spare messages'],
      key: '👍',
      content: 'hello',
      user_ids: [tenant.ids.users],
      api_key: a.scoped.full,
      'notification.ack id': tenant.ids.deliveries,
    };
    const value = known[`${name} ${field}`] ?? known[field];
    if (value === undefined)
      throw new Error(`No value for ${field} of ${name} (${JSON.stringify(schema)}): add it here.`);
    return value;
  };

  /** Connections of who may: by the event, the one to send it over. */
  const connectAll = async () => {
    const [scoped, master] = await Promise.all([connect(app, a.scoped.full), connect(app, a.client.key)]);
    return ({ access }: Pick<UpEvent, 'access'>) => (access === 'master' ? master : scoped);
  };

  const codeOf = (ack: Ack): string => (ack.ok ? 'ok' : ack.error.code);

  it('is covered', () => {
    expect(events.length).toBeGreaterThan(8);
    for (const event of events) exampleFor(event, a);
    const accesses = new Set(['key', 'master', ...PERMISSIONS]);
    expect(events.filter(({ access }) => !accesses.has(access))).toEqual([]);
  });

  it('is answered to who may', async () => {
    const who = await connectAll();
    for (const event of events) {
      expect([event.name, codeOf(await who(event).ask(event.name, exampleFor(event, a)))]).toEqual([event.name, 'ok']);
    }
  });

  it('is answered `forbidden` to a key that lacks its permission, before anything is looked up', async () => {
    const guarded = events.filter(({ access }) => access !== 'key');
    expect(guarded.length).toBeGreaterThan(2);
    for (const event of guarded) {
      const missing = event.access as Permission;
      const without =
        event.access === 'master'
          ? [a.scoped.full, ...Object.values(a.narrowed)]
          : [a.scoped.without[missing], a.narrowed[missing]];
      for (const key of without) {
        const socket = await connect(app, key);
        for (const data of [exampleFor(event, a), exampleFor(event, b), { room_id: 'junk' }, 17]) {
          const ack = await socket.ask(event.name, data);
          expect([event.name, ack]).toMatchObject([
            event.name,
            { ok: false, error: { code: 'forbidden', status: 403 } },
          ]);
        }
      }
    }
  });

  it("is answered `not_found` about another tenant's ids", async () => {
    const naming = events.filter(({ payload }) => payload.properties?.room_id || payload.properties?.id);
    expect(naming.length).toBeGreaterThan(3);
    const own = await connect(app, a.scoped.full);
    for (const key of [b.scoped.full, b.client.key]) {
      const stranger = await connect(app, key, key === b.client.key ? { user_id: 'stranger' } : {});
      for (const event of naming) {
        const [theirs, nobodys] = await Promise.all(
          [a, NOBODY].map(async (tenant) => {
            const example = exampleFor(event, tenant);
            const text = JSON.stringify(await stranger.ask(event.name, example));
            // What it named may come back, and nothing else that tells the two apart.
            return Object.values(example).reduce<string>((all, value) => all.replaceAll(String(value), ''), text);
          }),
        );
        expect([event.name, withoutRequestId(theirs!)]).toEqual([event.name, withoutRequestId(nobodys!)]);
        if (event.errors.includes('not_found'))
          expect([event.name, theirs]).toEqual([event.name, expect.stringContaining('"not_found"')]);
      }
      const resumed = await stranger.get('sync.resume', { rooms: [{ room_id: a.ids.rooms, epoch: '1.1', rev: 0 }] });
      expect(resumed.rooms).toEqual([]);
      await own.get('message.send', { room_id: a.ids.rooms, content: 'ours' });
      await own.waitFor('message.created', ({ data }) => data.content === 'ours');
      expect(await stranger.get('ping', {})).toBeDefined();
      expect(stranger.received.map(({ name }) => name)).toEqual(['session.ready']);
    }
  });

  it("is refused another tenant's key", async () => {
    const socket = await connect(app, a.scoped.full);
    expect(codeOf(await socket.ask('auth.refresh', { api_key: b.scoped.full }))).toBe('user_mismatch');
  });

  it('is answered with a 4xx for what is no object of its fields', async () => {
    const who = await connectAll();
    const wrong = await inParallel(events, async (event) => {
      const socket = who(event);
      for (const junk of JUNK_BODIES) {
        const ack = await socket.ask(event.name, junk);
        if (!isRefusal(ack)) return `${event.name} with ${JSON.stringify(junk)}: ${codeOf(ack)}`;
      }
      if (!(socket instanceof TestSocket)) return undefined;
      const many = await socket.ask(event.name, exampleFor(event, a), {});
      return codeOf(many) === 'bad_request' ? undefined : `${event.name} with two: ${codeOf(many)}`;
    });
    expect(wrong).toEqual([]);
  });

  it('is refused with fields of the wrong type, and never fails inside for junk in any of them', async () => {
    const who = await connectAll();
    const fields = events.flatMap((event) =>
      Object.entries(event.payload.properties ?? {}).map(([field, schema]) => ({ event, field, schema })),
    );
    expect(fields.length).toBeGreaterThan(15);
    const wrong = await inParallel(
      fields,
      async ({ event, field, schema }) => {
        const send = (value: unknown) => who(event).ask(event.name, { ...exampleFor(event, a), [field]: value });
        for (const value of WRONG_TYPES[[schema.type ?? 'object'].flat()[0]!] ?? []) {
          const ack = await send(value);
          if (!isRefusal(ack)) return `${event.name} ${field}=${JSON.stringify(value)}: ${codeOf(ack)}`;
        }
        for (const value of [...JUNK_VALUES, Buffer.from('bytes')]) {
          const ack = await send(value);
          if (!ack.ok && !isRefusal(ack)) return `${event.name} ${field}: ${codeOf(ack)}`;
        }
        return undefined;
      },
      4,
    );
    expect(wrong).toEqual([]);
  });

  it('breaks nothing without a function for its ack', async () => {
    const who = await connectAll();
    for (const event of events) {
      const socket = who(event);
      for (const junk of [exampleFor(event, a), exampleFor(event, b), ...JUNK_BODIES]) socket.tell(event.name, junk);
      socket.tell(event.name);
    }
    for (const socket of [who({ access: 'key' }), who({ access: 'master' })]) {
      expect(await socket.get('ping', {})).toBeDefined();
      expect(socket.disconnects).toEqual([]);
    }
  });

  it('is answered twenty times at once', async () => {
    const who = await connectAll();
    // A machine that is busy may say "later" to what changes the same message twenty times.
    const asked = async (event: UpEvent) => {
      for (;;) {
        const ack = await who(event).ask(event.name, exampleFor(event, a));
        if (codeOf(ack) !== 'overloaded') return ack;
        await setTimeout(100);
      }
    };
    const answers = await Promise.all(
      events.map(async (event) => {
        const acks = await Promise.all(Array.from({ length: 20 }, () => asked(event)));
        return [event.name, ...new Set(acks.map(codeOf))];
      }),
    );
    expect(answers).toEqual(events.map(({ name }) => [name, 'ok']));
  });

  const isRefusal = (ack: Ack): boolean => !ack.ok && ack.error.status >= 400 && ack.error.status < 500;
});
