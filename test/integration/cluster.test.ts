import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { io, type Socket } from 'socket.io-client';
import type { Config } from '../../src/platform/config/config.js';
import { RedisConnections } from '../../src/platform/database/redis.js';
import { Cluster } from '../../src/platform/realtime/cluster.js';
import { Packet } from '../../src/platform/realtime/packet.js';
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

  constructor(redisUrl: string, { listens = true, leaveAfterMs = 60_000 } = {}) {
    this.redis = new RedisConnections({ redisUrl } as Config);
    const Patient = class extends Cluster {
      protected override readonly leaveAfterMs = leaveAfterMs;
    };
    this.cluster = new Patient(this.redis, this.publisher, { servesApi: () => listens } as Config);
  }

  async start(): Promise<this> {
    this.cluster.onModuleInit();
    this.publisher.server.on('connection', (socket) => {
      void socket.join(socket.handshake.auth.channels as string[]);
      void this.cluster.listening().then(() => socket.emit('joined'));
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
    socket.onAny((name, envelope?: { id: string }) => envelope && received.push(`${name} ${envelope.id}`));
    await new Promise<void>((resolve) => socket.once('joined', () => resolve()));
    return received;
  }

  /** Topics of what other nodes told it, as often as it handled it. */
  watch(): string[] {
    const heard: string[] = [];
    const receive = this.publisher.receive.bind(this.publisher);
    jest.spyOn(this.publisher, 'receive').mockImplementation((message, from) => {
      for (const part of message) heard.push(part instanceof Packet ? part.channels[0]! : part.kind);
      receive(message, from);
    });
    return heard;
  }

  disconnect(): void {
    for (const socket of this.sockets.splice(0)) socket.disconnect();
  }

  async stop(): Promise<void> {
    this.disconnect();
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

describe.each([
  ['Redis', () => TestRedis.start()],
  ['Redis Cluster', () => TestRedis.startCluster()],
])('two nodes on one %s', (kind, startRedis) => {
  let redis: TestRedis;
  let here: Node;
  let there: Node;

  beforeEach(async () => {
    // Each Redis Cluster takes two seconds to accept its first command.
    if (!redis?.isRunning) redis = await startRedis();
    here = await new Node(redis.url).start();
    there = await new Node(redis.url).start();
  });

  afterEach(async () => {
    await here.stop();
    await there.stop();
    if (!redis.isRunning) return redis.discard();
    await until('Redis to forget both', async () => Object.keys(await subscribers()).length === 0);
  });

  afterAll(() => redis.discard());

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

  /** Who listens to a topic on Redis, by the name of its channel there. */
  const subscribers = async (): Promise<Record<string, number>> => {
    const client = new Redis(redis.url);
    const sharded = kind === 'Redis Cluster' ? 'SHARD' : '';
    const names = (await client.call('PUBSUB', `${sharded}CHANNELS`)) as string[];
    const counts = (await client.call('PUBSUB', `${sharded}NUMSUB`, ...names)) as (string | number)[];
    client.disconnect();
    const topicIn = (name: unknown): string =>
      String(name)
        .split(':')
        .slice(sharded ? 3 : 2)
        .join(':');
    return Object.fromEntries(names.map((_, nth) => [topicIn(counts[2 * nth]), Number(counts[2 * nth + 1])]));
  };

  it('tells the others once what it tells a room in one turn, and does not listen where it has no sockets', async () => {
    const worker = await new Node(redis.url, { listens: false }).start();
    try {
      const received = await there.connect(channels.room('a'), channels.room('b'));
      expect(await subscribers()).toEqual({ '*': 2, 'r:a': 1, 'r:b': 1 });
      const receive = jest.spyOn(there.publisher, 'receive');
      const ids = ['1', '2', '3', '4', '5'];
      for (const id of ids) tellRoom(worker, id === '3' ? 'b' : 'a', id);
      await until('all events', () => received.length >= 5);
      expect(received).toEqual(['1', '2', '4', '5', '3'].map((id) => `message.created ${id}`));
      expect(receive).toHaveBeenCalledTimes(2);
    } finally {
      await worker.stop();
    }
  });

  it('hears only what its own connections listen to', async () => {
    const third = await new Node(redis.url).start();
    try {
      const heard = { here: here.watch(), there: there.watch(), third: third.watch() };
      const received = await there.connect(channels.room('a'), channels.user(asUserPk('u')));
      const blind = await third.connect(channels.roomWithoutMessages('b'));
      for (let n = 0; n < 10; n++) tellRoom(here, 'a', String(n));
      tellUser(here, 'u', 'x');
      tellUser(here, 'v', 'y');
      tellRoom(here, 'c', 'z');
      await until('all events', () => received.length === 11);
      // The room is heard by who may not read its messages, too: they are told its other events.
      tellRoom(here, 'b', '1');
      await until('the room', () => heard.third.length === 1);
      expect(heard).toEqual({ here: [], there: [...Array(10).fill('r:a'), 'u:u'], third: ['r:b'] });
      expect(blind).toEqual([]);
    } finally {
      await third.stop();
    }
  });

  it('hears news of what its connections or it itself listen to, for as long, and of nothing else', async () => {
    const third = await new Node(redis.url, { leaveAfterMs: 120 }).start();
    try {
      const presence = { u: channels.presence(asUserPk('u')), v: channels.presence(asUserPk('v')) };
      const received = await there.connect(channels.room('a'), channels.room('end'));
      await third.connect(channels.room('end'));
      third.cluster.listen(presence.u);
      await third.cluster.listening();
      expect(await subscribers()).toEqual({ '*': 3, 'r:a': 1, 'r:end': 2, 'p:u': 1 });
      const heard = { here: here.watch(), there: there.watch(), third: third.watch() };
      const told: Record<string, unknown[]> = { there: [], third: [] };
      there.publisher.onNews('typing', (...news) => told.there!.push(news));
      third.publisher.onNews('presence', (...news) => told.third!.push(news));
      for (const room of ['a', 'b']) here.publisher.tellNodes('typing', channels.room(room), [room, 'u']);
      for (const channel of Object.values(presence)) here.publisher.tellNodes('presence', channel, channel);
      tellRoom(here, 'end', '1');
      await until('the end', () => heard.there.includes('r:end') && heard.third.includes('r:end'));
      // Redis hands on in the order in which it was told: what a node has not heard by now it never will.
      expect(heard).toEqual({ here: [], there: ['news', 'r:end'], third: ['news', 'r:end'] });
      expect(told).toEqual({ there: [[['a', 'u'], expect.any(String)]], third: [['p:u', expect.any(String)]] });
      await until('it at the socket', () => received.length > 0);
      expect(received).toEqual(['message.created 1']);
      third.cluster.leave(presence.u);
      await until('it to be left', async () => (await subscribers())['p:u'] === undefined);
    } finally {
      await third.stop();
    }
  });

  it('hears a room that its users have just entered from who told of it, at once, and everything once', async () => {
    const users = ['u', 'v', 'w'].map(asUserPk);
    const received = await Promise.all(
      users.map((user) => there.connect(channels.user(user), channels.userReading(user))),
    );
    const heard = there.watch();
    for (let room = 0; room < 20; room++) {
      here.publisher.addToRoom(users, String(room));
      tellRoom(here, String(room), `${room}a`);
      here.publisher.flush();
      tellRoom(here, String(room), `${room}b`);
      here.publisher.flush();
    }
    await until('all events', () => received.every((one) => one.length >= 40));
    tellUser(here, 'u', 'end');
    await until('the end', () => received[0]!.at(-1) === 'sync.heads end');
    const expected = Array.from({ length: 20 }, (_, room) => [`message.created ${room}a`, `message.created ${room}b`]);
    expect(received[1]!.toSorted()).toEqual(expected.flat().toSorted());
    // Both moves of a room are one message, and each packet is handled once, by however many ways it came.
    expect(heard.filter((what) => what === 'join')).toHaveLength(40);
    expect(heard.filter((what) => what.startsWith('r:'))).toHaveLength(40);
  });

  it('moves very many users by one message, on every node', async () => {
    const users = Array.from({ length: 500 }, (_, n) => asUserPk(`u${n}`));
    const received = await there.connect(channels.user(users[499]!), channels.userReading(users[499]!));
    const heard = there.watch();
    here.publisher.addToRoom(users, 'a');
    tellRoom(here, 'a', '1');
    await until('the event', () => received.length === 1);
    expect(heard.filter((what) => what === 'join')).toHaveLength(2);
    here.publisher.removeFromRoom(users, 'a');
    tellRoom(here, 'a', '2');
    tellUser(here, 'u499', '3');
    await until('the last', () => received.length === 2);
    expect(received).toEqual(['message.created 1', 'sync.heads 3']);
  });

  it('says what is heard late, of rooms whose connections did not wait, and of no others', async () => {
    const late: string[] = [];
    there.cluster.onLateHeard((topics) => late.push(...topics));
    await there.connect(channels.user(asUserPk('u')), channels.userReading(asUserPk('u')), channels.room('old'));
    here.publisher.addToRoom([asUserPk('u')], 'old');
    here.publisher.addToRoom([asUserPk('u')], 'new');
    await until('the room', () => late.length > 0);
    expect(late).toEqual(['r:new']);
  });

  it('asks for what many connections join with few commands, and again after Redis was away', async () => {
    const client = new Redis(redis.url, { lazyConnect: true });
    const command = kind === 'Redis Cluster' ? 'ssubscribe' : 'subscribe';
    const calls = async (): Promise<number> => {
      const stats = (await client.info('commandstats')) as string;
      return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
    };
    try {
      const before = await calls();
      const { listeners } = there.publisher;
      for (let n = 0; n < 300; n++) {
        listeners.join(
          `s${n}`,
          Array.from({ length: 20 }, (_, room) => channels.room(`${n}-${room}`)),
        );
      }
      await there.cluster.listening();
      // 6,000 topics: at most 5,000 in a command; of a Redis Cluster each command is of one slot of 256.
      expect((await calls()) - before).toBeLessThanOrEqual(kind === 'Redis Cluster' ? 256 : 2);
      expect(Object.keys(await subscribers())).toHaveLength(6_001);
      client.disconnect();
      await redis.stop();
      await until('the loss to be noticed', () => there.cluster.cutOff);
      // Nobody waits for a Redis that is away.
      listeners.join('late', [channels.room('late')]);
      await there.cluster.listening();
      await redis.restart();
      await Promise.all([here.joined(), there.joined()]);
      const again = await subscribers();
      expect([Object.keys(again).length, again['r:299-19'], again['r:late'], again['*']]).toEqual([6_002, 1, 1, 2]);
    } finally {
      client.disconnect();
    }
  });

  it('leaves what nobody listens to a while later, unless somebody comes back', async () => {
    const hasty = await new Node(redis.url, { leaveAfterMs: 120 }).start();
    try {
      await there.connect(channels.room('a'));
      await hasty.connect(channels.room('a'), channels.room('b'), channels.user(asUserPk('u')));
      expect(await subscribers()).toMatchObject({ 'r:a': 2, 'r:b': 1, 'u:u': 1 });
      there.disconnect();
      hasty.disconnect();
      const stays = await hasty.connect(channels.room('a'));
      await until('the others to be left', async () => {
        const { 'r:b': b, 'u:u': u } = await subscribers();
        return b === undefined && u === undefined;
      });
      // Of the other node, for a minute.
      expect((await subscribers())['r:a']).toBe(2);
      tellRoom(here, 'a', '1');
      await until('the event', () => stays.length === 1);
      const back = await hasty.connect(channels.room('b'));
      tellRoom(here, 'b', '2');
      await until('the room taken up again', () => back.length === 1);
    } finally {
      await hasty.stop();
    }
  });

  it('makes who joined wait until Redis has confirmed it', async () => {
    let heard = false;
    redis.pause();
    try {
      there.publisher.listeners.join('s', [channels.room('a')]);
      const waiting = there.cluster.listening().then(() => (heard = true));
      // As long as it would take, and much shorter than what a Redis that hangs is given.
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
      expect(heard).toBe(false);
      redis.resume();
      await waiting;
    } finally {
      redis.resume();
    }
    expect(await subscribers()).toMatchObject({ 'r:a': 1 });
  });

  it('keeps nobody waiting for a Redis that hangs', async () => {
    redis.pause();
    try {
      there.publisher.listeners.join('s', [channels.room('a')]);
      await there.cluster.listening();
      expect(there.cluster.cutOff).toBe(true);
    } finally {
      redis.resume();
    }
    await there.joined();
    expect(await subscribers()).toMatchObject({ 'r:a': 1 });
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
