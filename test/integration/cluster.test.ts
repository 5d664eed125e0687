import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { io, type Socket } from 'socket.io-client';
import type { Config } from '../../src/platform/config/config.js';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { Cluster } from '../../src/platform/realtime/cluster.js';
import { channels, RealtimePublisher } from '../../src/platform/realtime/realtime.publisher.js';
import type { MessageDto } from '../../src/messaging/messages/messages.dto.js';
import { messageCreated } from '../../src/messaging/messages/messages.events.js';
import { syncHeads } from '../../src/messaging/sync/sync.events.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { until } from '../support/until.js';
import { asUserId, asUserPk } from '../support/ids.js';

/** One node: a publisher with an HTTP server, whose sockets say which channels they want. */
class Node {
  readonly publisher = new RealtimePublisher();
  readonly cluster: Cluster;
  private readonly redis: RedisConnections;
  private readonly http: HttpServer = createServer();
  private readonly sockets: Socket[] = [];

  constructor(redisUrl: string, listens = true) {
    this.redis = new RedisConnections({ redisUrl } as Config);
    this.cluster = new Cluster(this.redis, this.publisher, { servesApi: () => listens } as Config);
  }

  async start(): Promise<this> {
    this.cluster.onModuleInit();
    this.publisher.server.on('connection', (socket) => {
      void socket.join(socket.handshake.auth.channels as string[]);
      socket.emit('joined');
    });
    this.publisher.server.attach(this.http);
    this.http.listen(0, '127.0.0.1');
    await once(this.http, 'listening');
    await this.joined();
    return this;
  }

  /** Resolves when it hears the other nodes and is heard by them. */
  async joined(): Promise<void> {
    await until('Redis', () => !this.cluster.cutOff);
  }

  /** @returns the events that the connection receives, by name */
  async connect(...wanted: string[]): Promise<string[]> {
    const { port } = this.http.address() as AddressInfo;
    const socket = io(`http://127.0.0.1:${port}`, {
      path: '/sockets',
      transports: ['websocket'],
      auth: { channels: wanted },
    });
    this.sockets.push(socket);
    const received: string[] = [];
    await new Promise<void>((resolve) => socket.once('joined', () => resolve()));
    socket.onAny((name, envelope: { id: string }) => received.push(`${name} ${envelope.id}`));
    return received;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.disconnect();
    this.cluster.onModuleDestroy();
    await this.publisher.server.close();
    await this.redis.close();
  }
}

const message = { seq: 1 } as MessageDto;
const actor = { id: null, type: 'system' } as const;
const NOW = '2026-01-31T12:00:00.000Z';

/** Tells of a message in a room. */
const tellRoom = ({ publisher }: Node, room: string, id: string): void =>
  publisher.publish(messageCreated, {
    id,
    client_id: 'c',
    stream: { type: 'room', id: room },
    epoch: '1.1',
    rev: 1,
    occurred_at: NOW,
    actor,
    data: message,
  });

/** Tells a user something. */
const tellUser = ({ publisher }: Node, user: string, id: string): void =>
  publisher.publish(syncHeads, {
    id,
    client_id: 'c',
    stream: { type: 'user', id: asUserPk(user), user_id: asUserId(user) },
    actor,
    data: { rooms: [] },
  });

describe('two nodes on one Redis', () => {
  let redis: TestRedis;
  let here: Node;
  let there: Node;

  beforeEach(async () => {
    redis = await TestRedis.start();
    here = await new Node(redis.url).start();
    there = await new Node(redis.url).start();
  });

  afterEach(async () => {
    await here.stop();
    await there.stop();
    await redis.stop();
  });

  it('tells every reader once, on whichever node, and those without read_messages nothing of messages', async () => {
    const near = await here.connect(channels.room('a'));
    const far = await there.connect(channels.room('a'));
    const blind = await there.connect(channels.roomWithoutMessages('a'));
    const other = await there.connect(channels.room('b'));
    tellRoom(here, 'a', '1');
    tellRoom(here, 'a', '2');
    tellRoom(there, 'a', '3');
    await until('all events', () => near.length >= 3 && far.length >= 3);
    expect(near).toEqual(['message.created 1', 'message.created 2', 'message.created 3']);
    expect([...far].sort()).toEqual(near);
    expect([...blind, ...other]).toEqual([]);
  });

  it('subscribes a user everywhere to a room gained, and lets go of one lost', async () => {
    const near = await here.connect(channels.user(asUserPk('u')), channels.userReading(asUserPk('u')));
    const far = await there.connect(channels.user(asUserPk('u')), channels.userReading(asUserPk('u')));
    here.publisher.addToRoom([asUserPk('u')], 'a');
    tellRoom(here, 'a', '1');
    await until('the event of the room gained', () => near.length === 1 && far.length === 1);
    here.publisher.removeFromRoom([asUserPk('u')], 'a');
    tellRoom(here, 'a', '2');
    tellUser(here, 'u', '3');
    await until('the event of the user', () => near.length === 2 && far.length === 2);
    expect(far).toEqual(['message.created 1', 'sync.heads 3']);
    expect(near).toEqual(far);
  });

  it('serves its own sockets while Redis is away, and hears the others again when it is back', async () => {
    const near = await here.connect(channels.user(asUserPk('u')), channels.userReading(asUserPk('u')));
    const heardAgain = jest.fn();
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    here.cluster.onRejoined(heardAgain);
    await redis.stop();
    await until('the loss to be noticed', () => here.cluster.cutOff);
    here.publisher.addToRoom([asUserPk('u')], 'a');
    tellRoom(here, 'a', '1');
    await until('the event', () => near.length === 1);
    here.publisher.removeFromRoom([asUserPk('u')], 'a');
    tellRoom(here, 'a', '2');
    tellUser(here, 'u', '3');
    await until('the next event', () => near.length === 2);
    expect(near).toEqual(['message.created 1', 'sync.heads 3']);

    await redis.restart();
    await Promise.all([here.joined(), there.joined()]);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(heardAgain).toHaveBeenCalledTimes(1);
    tellUser(there, 'u', '4');
    await until('an event of the other node', () => near.length === 3);
  });

  it('notices that the other nodes cannot be heard on a connection that ends nowhere, and makes another', async () => {
    const proxy = await Proxy.start(redis.url);
    const deaf = await new Node(proxy.through(redis.url)).start();
    try {
      const received = await deaf.connect(channels.room('a'));
      const heardAgain = jest.fn();
      deaf.cluster.onRejoined(heardAgain);
      proxy.hang();
      await until('the silence to be noticed', () => heardAgain.mock.calls.length > 0);
      tellRoom(here, 'a', '1');
      await until('an event of the other node', () => received.length > 0);
      expect(received).toEqual(['message.created 1']);
    } finally {
      await deaf.stop();
      await proxy.stop();
    }
  });

  it('tells the others once what it tells in one turn, and does not listen where it has no sockets', async () => {
    const worker = await new Node(redis.url, false).start();
    const client = new Redis(redis.url);
    const watch = new Redis(redis.url);
    try {
      const seen: string[] = [];
      const channel = `chatapi:${new URL(redis.url).pathname.slice(1) || '0'}:sockets`;
      watch.on('message', (_channel, text: string) => seen.push(text));
      await watch.subscribe(channel);
      // The two nodes, and this test.
      expect(await client.pubsub('NUMSUB', channel)).toEqual([channel, 3]);
      const received = await there.connect(channels.room('a'));
      const ids = ['1', '2', '3', '4', '5'];
      for (const id of ids) tellRoom(worker, 'a', id);
      await until('all events', () => received.length >= 5 && seen.length > 0);
      expect(received).toEqual(ids.map((id) => `message.created ${id}`));
      expect(seen).toHaveLength(1);
    } finally {
      client.disconnect();
      watch.disconnect();
      await worker.stop();
    }
  });

  it('encodes an event once, whatever the number of readers', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => here.connect(channels.room('a'))));
    const encoded = jest.spyOn(JSON, 'stringify');
    tellRoom(here, 'a', '1');
    await until('all readers', () => readers.every((received) => received.length === 1));
    const events = encoded.mock.calls.filter(([value]) => Array.isArray(value) && value[0] === 'message.created');
    encoded.mockRestore();
    expect(events).toHaveLength(1);
  });
});
