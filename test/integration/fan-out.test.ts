import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import type { MessageDto } from '../../src/messaging/messages/messages.dto.js';
import { messageCreated } from '../../src/messaging/messages/messages.events.js';
import { channels, RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import { asUserPk } from '../support/ids.js';
import { until } from '../support/until.js';

const [A, B] = [channels.room('a'), channels.room('b')];

interface Listener {
  socket: Socket;
  /** Ids of the events that it heard. */
  heard: string[];
  contents: string[];
}

describe('what is published in one turn of the event loop', () => {
  const http = createServer();
  let publisher: RealtimePublisher;
  let listeners: Listener[];

  beforeAll(async () => {
    publisher = new RealtimePublisher();
    publisher.server.on('connection', (socket) => {
      void socket.join(socket.handshake.auth.channels as string[]);
      socket.emit('joined');
    });
    publisher.server.attach(http);
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  afterAll(() => publisher.server.close());
  beforeEach(() => {
    listeners = [];
  });
  afterEach(() => {
    jest.restoreAllMocks();
    for (const { socket } of listeners) socket.disconnect();
  });

  const connect = async (wanted: string[], transport: 'websocket' | 'polling' = 'websocket'): Promise<Listener> => {
    const { port } = http.address() as AddressInfo;
    const socket = io(`http://127.0.0.1:${port}`, {
      path: '/sockets',
      transports: [transport],
      forceNew: true,
      reconnection: false,
      auth: { channels: wanted },
    });
    const listener: Listener = { socket, heard: [], contents: [] };
    listeners.push(listener);
    socket.on('message.created', ({ id, data }: { id: string; data: MessageDto }) => {
      listener.heard.push(id);
      listener.contents.push(data.content!);
    });
    await new Promise<void>((resolve) => socket.once('joined', () => resolve()));
    return listener;
  };

  const tell = (room: string, id: string, content = ''): void =>
    publisher.publish(messageCreated, {
      id,
      client_id: 'c',
      stream: { type: 'room', id: room },
      epoch: '1.1',
      rev: 1,
      occurred_at: '2026-01-31T12:00:00.000Z',
      actor: { id: null, type: 'system' },
      data: { content } as MessageDto,
    });

  /** The connection below a listener's WebSocket, on the server. */
  const connectionOf = ({ socket }: Listener): TcpSocket => {
    const { conn } = publisher.server.sockets.sockets.get(socket.id!)!;
    return (conn as unknown as { transport: { socket: { _socket: TcpSocket } } }).transport.socket._socket;
  };

  it('arrives in its order at whoever listens, by every transport, and is written to a WebSocket at once', async () => {
    const [ofA, ofB, ofBoth, polling] = [
      await connect([A]),
      await connect([B]),
      await connect([A, B]),
      await connect([A, B], 'polling'),
    ];
    const writes = [ofA, ofB, ofBoth].map((one) => jest.spyOn(connectionOf(one), 'write'));
    const told = Array.from({ length: 9 }, (_, n) => [n % 3 === 0 ? 'b' : 'a', String(n)] as const);
    for (const [room, id] of told) tell(room, id);
    const idsOf = (...rooms: string[]) => told.filter(([room]) => rooms.includes(room)).map(([, id]) => id);
    await until('all events', () => ofBoth.heard.length === 9 && polling.heard.length === 9 && ofB.heard.length === 3);
    await until('those of a room', () => ofA.heard.length === 6);
    expect([ofA.heard, ofB.heard]).toEqual([idsOf('a'), idsOf('b')]);
    expect([ofBoth.heard, polling.heard]).toEqual([idsOf('a', 'b'), idsOf('a', 'b')]);
    expect(writes.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1]);
  });

  it('reaches who leaves afterwards, and nobody who comes afterwards', async () => {
    const goes = await connect([A, channels.user(asUserPk('goes'))]);
    const comes = await connect([channels.userReading(asUserPk('comes'))]);
    tell('a', '1');
    tell('a', '2');
    publisher.removeFromRoom([asUserPk('goes')], 'a');
    publisher.addToRoom([asUserPk('comes')], 'a');
    tell('a', '3');
    tell('a', '4');
    publisher.removeFromRoom([], 'a');
    await until('both', () => goes.heard.length >= 2 && comes.heard.length >= 2);
    tell('a', '5');
    await until('the last', () => comes.heard.length >= 3);
    expect([goes.heard, comes.heard]).toEqual([
      ['1', '2'],
      ['3', '4', '5'],
    ]);
  });

  it('arrives before the close of a connection that follows it', async () => {
    const [one, other] = [await connect([A]), await connect([A], 'polling')];
    const ids = Array.from({ length: 50 }, (_, n) => String(n));
    for (const id of ids) tell('a', id, 'x'.repeat(10_000));
    publisher.flush();
    for (const { socket } of [one, other]) publisher.server.sockets.sockets.get(socket.id!)!.conn.close();
    await until('the end', () => !one.socket.connected && !other.socket.connected);
    expect([one.heard, other.heard]).toEqual([ids, ids]);
  });

  it.each([
    ['one by one', false],
    ['together', true],
  ])('arrives whole, whatever its length and letters: %s', async (_, together) => {
    const listener = await connect([A]);
    const contents = [0, 10, 1_000, 64_000, 66_000, 200_000].map((length) => 'x'.repeat(length));
    contents.push('é漢😀\n\u2028'.repeat(20_000));
    for (const [nth, content] of contents.entries()) {
      tell('a', String(nth), content);
      if (!together) publisher.flush();
    }
    await until('all', () => listener.contents.length === contents.length);
    expect(listener.contents.map((content, at) => content === contents[at])).not.toContain(false);
  });
});
