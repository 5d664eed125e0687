import type { ListedEventsDto } from '../../src/delivery/webhooks/event-feed.dto.js';
import { oneApp } from '../support/one-app.js';
import { Receiver } from '../support/receiver.js';
import { connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

describe('event.list', () => {
  const on = oneApp();
  const begin = async (): Promise<{ socket: TestSocket; cursor: string }> => {
    const socket = await connect(on.app, on.client.key);
    const { events, cursor } = await socket.get<ListedEventsDto>('event.list', {});
    expect(events).toEqual([]);
    return { socket, cursor };
  };
  /** From the cursor on, until what is told ends with an event of the type. */
  const readUntil = async (socket: TestSocket, from: string, type: string, more: object = {}) => {
    const events: ListedEventsDto['events'] = [];
    let cursor = from;
    await until(type, async () => {
      const answer = await socket.get<ListedEventsDto>('event.list', { after: cursor, timeout_s: 1, ...more });
      expect(answer.recovered).toBe(true);
      events.push(...answer.events);
      cursor = answer.cursor;
      return events.some((event) => event.type === type);
    });
    return { events, cursor };
  };

  it('tells each event of all streams of the client once, as sockets and endpoints are told it, and nothing of others', async () => {
    const { socket, cursor } = await begin();
    const stranger = await on.app.client();
    await stranger.master('alice').request('POST', '/rooms', { body: { room_type: 'group', name: 'Theirs' } });
    const alice = await on.socketOf('alice');
    const room = (await on.as('alice', 'POST', '/rooms', { room_type: 'group', name: 'Tea', members: ['bob'] })).body
      .id;
    await on.as('bob', 'POST', `/rooms/${room}/messages`, { content: 'one' });
    await on.as(undefined, 'POST', '/notifications', {
      recipients: [{ user_id: 'alice' }],
      channels: { websocket: { title: 'Hello' } },
    });
    const { events } = await readUntil(socket, cursor, 'notification.completed');
    expect(new Set(events.map(({ client_id }) => client_id))).toEqual(new Set([on.client.id]));
    const streams = new Set(events.map(({ stream }) => stream));
    for (const stream of [`room:${room}`, 'user:alice', 'user:bob', 'client']) expect(streams).toContain(stream);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const stream of streams) {
      const revs = events.filter((event) => event.stream === stream).map(({ rev }) => rev!);
      expect(revs).toEqual(revs.map((_, at) => revs[0]! + at));
    }
    const live = await alice.waitFor('message.created');
    expect(events.find(({ type }) => type === 'message.created')).toEqual(live);

    // Filtered, and asked again from the same place: the same.
    const filtered = await readUntil(socket, cursor, 'message.created', { event_types: ['message.*'] });
    expect(filtered.events).toEqual([live]);
  });

  it('waits for the first one, for as long as is said', async () => {
    const { socket, cursor } = await begin();
    const waiting = socket.get<ListedEventsDto>('event.list', {
      after: cursor,
      timeout_s: 30,
      event_types: ['room.created'],
    });
    await on.as('alice', 'POST', '/rooms', { room_type: 'group', name: 'Tea' });
    expect((await waiting).events.map(({ type }) => type)).toEqual(['room.created']);
    const later = await begin();
    const startedAt = performance.now();
    const none = await later.socket.get<ListedEventsDto>('event.list', { after: later.cursor, timeout_s: 1 });
    expect(performance.now() - startedAt).toBeGreaterThan(950);
    expect(none).toMatchObject({ events: [], more: false, recovered: true });
  });

  it('leaves out what became of events at endpoints, as endpoints do', async () => {
    const { socket, cursor } = await begin();
    const receiver = await Receiver.start();
    await on.client.request('POST', '/webhooks/endpoints', {
      body: { url: receiver.url, event_types: ['room.created'] },
    });
    await on.as('alice', 'POST', '/rooms', { room_type: 'group', name: 'Tea' });
    await receiver.waitFor(1);
    const delivered = `select 1 from events where client_id = $1 and type = 'delivery.delivered'`;
    await until('it to be recorded', async () => (await on.app.sql(delivered, [on.client.id])).length === 1);
    await on.as('alice', 'POST', '/rooms', { room_type: 'channel', name: 'Last' });
    const { events } = await readUntil(socket, cursor, 'room.created');
    expect(events.filter(({ type }) => type.startsWith('delivery.'))).toEqual([]);
    await receiver.stop();
  });

  it('says so when it cannot tell what followed a place, and refuses what is none', async () => {
    const { socket, cursor } = await begin();
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string, string, number, number];
    const changed = (at: number, value: unknown): string => {
      const other: unknown[] = [...parts];
      other[at] = value;
      return Buffer.from(JSON.stringify(other)).toString('base64url');
    };
    for (const lost of [changed(0, parts[0] + 1), changed(4, parts[4] - 400 * 86_400_000)]) {
      const answer = await socket.get<ListedEventsDto>('event.list', { after: lost, timeout_s: 30 });
      expect(answer).toMatchObject({ events: [], recovered: false });
      expect(answer.cursor).not.toBe(lost);
    }
    for (const junk of ['x', changed(1, '1; drop'), changed(2, 'x'), changed(3, null), changed(4, 'now')]) {
      expect(await socket.ask('event.list', { after: junk })).toMatchObject({
        ok: false,
        error: { code: 'invalid_cursor' },
      });
    }
    expect(await socket.ask('event.list', { event_types: ['message.*', 'no.such'] })).toMatchObject({
      ok: false,
      error: { code: 'validation_failed', errors: [{ field: 'event_types[1]' }] },
    });
  });

  it('ends with the connection, and lets twenty of a client wait', async () => {
    const { socket, cursor } = await begin();
    const asked = { after: cursor, timeout_s: 30, event_types: ['room.deleted'] };
    const sockets = [socket, await connect(on.app, on.client.key)];
    const waiting = Array.from({ length: 21 }, (_, at) => sockets[at % 2]!.ask('event.list', asked));
    // One of them is one too many.
    expect(await Promise.race(waiting)).toMatchObject({ ok: true, data: { events: [], recovered: true } });
    for (const one of sockets) one.socket.disconnect();
    const again = await begin();
    await until('a place to wait at', async () => {
      const startedAt = performance.now();
      await again.socket.get('event.list', { after: again.cursor, timeout_s: 1, event_types: ['room.deleted'] });
      return performance.now() - startedAt > 950;
    });
  });
});
