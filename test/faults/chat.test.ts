import { Api, startApp, type TestApp } from '../support/app.js';
import { makeRoom, ok } from '../support/chat.js';
import { Cleanups } from '../support/cleanups.js';
import { inParallel } from '../support/in-parallel.js';
import { Doors, Messenger } from '../support/messenger.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { Replica } from '../support/replica.js';
import { closeSockets } from '../support/socket.js';
import { until } from '../support/until.js';

const FULL = process.env.TEST_FULL !== undefined;
const SENDERS = FULL ? 200 : 40;
const MESSAGES = FULL ? 10 : 6;
const ROOMS = 4;
const ALL = SENDERS * MESSAGES;

/** Against hangs only: everybody is told of every message by one process, and this one hears all of it. */
const HANGS_MS = FULL ? 600_000 : 180_000;
jest.setTimeout(HANGS_MS);

let redis: TestRedis;
/** It lives through all of them; the second one of each test may not. */
let first: TestApp;

beforeAll(async () => {
  redis = await TestRedis.start();
  first = await startApp({ env: { REDIS_URL: redis.url } });
});
afterAll(async () => {
  await first?.stop();
  await redis?.stop();
});

const cleanups = new Cleanups();
afterEach(async () => {
  closeSockets();
  await cleanups.run();
});

/** Two nodes, a worker's part in each. The second one is reached through a proxy, and reaches its PostgreSQL through another. */
async function startCluster() {
  const { database } = first;
  const toDatabase = await Proxy.start(database.url);
  cleanups.add(() => toDatabase.stop());
  const env = { REDIS_URL: redis.url, DATABASE_URL: toDatabase.through(database.url) };
  const second = await startApp({ database, env });
  cleanups.add(() => second.stop());
  const toSecond = await Proxy.start(second.url);
  cleanups.add(() => toSecond.stop());
  const door = new Api(toSecond.through(second.url).replace(/\/$/, ''));
  return { second, toDatabase, toSecond, door, client: await first.client() };
}

type Cluster = Awaited<ReturnType<typeof startCluster>>;

/** Users in rooms that all of them are in, half of them on each node; and one who only reads, on both. */
async function gather({ client, door }: Cluster) {
  const users = Array.from({ length: SENDERS }, (_, n) => `sender${n}`);
  const rooms: string[] = [];
  for (let n = 0; n < ROOMS; n++) rooms.push((await makeRoom(client, ['reader', ...users])).id);

  const doors = new Doors([first, door]);
  cleanups.add(() => doors.end());
  const begin = async (key: string, at: number) => {
    const messenger = new Messenger(new Replica(first.requester(key)), key, doors, at);
    await messenger.begin();
    return messenger;
  };
  const { key: readerKey } = await client.login('reader');
  const readers = [await begin(readerKey, 0), await begin(readerKey, 1)];
  const senders: Messenger[] = [];
  await inParallel(users.entries(), async ([n, user]) => {
    senders[n] = await begin((await client.login(user)).key, n);
  });
  return { rooms, doors, readerKey, readers, senders };
}

type Gathering = Awaited<ReturnType<typeof gather>>;

const acknowledgedBy = (senders: Messenger[]): number =>
  senders.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);

/** Waits until so many of all messages are acknowledged. */
const reached = (part: number, { doors, senders }: Gathering) => {
  const look = (): boolean => {
    doors.check();
    return acknowledgedBy(senders) > ALL * part;
  };
  return until(`${part} of all messages`, look, { timeout: HANGS_MS });
};

/** Everybody sends one message after the other, each until it is acknowledged; in the middle of it something happens. */
async function sendWhile(gathering: Gathering, fault: () => unknown): Promise<void> {
  const { rooms, senders } = gathering;
  const sendAll = async (sender: Messenger, n: number): Promise<void> => {
    for (let m = 0; m < MESSAGES; m++) await sender.send(rooms[n % ROOMS]!, `${n}.${m}`);
  };
  await Promise.all([reached(1 / 3, gathering).then(fault), ...senders.map(sendAll)]);
}

/** Every acknowledged message is in history once, in its sender's order; and everybody has come to know exactly that. */
async function expectWhole(
  { client }: Cluster,
  { rooms, doors, readerKey, readers, senders }: Gathering,
): Promise<void> {
  expect(acknowledgedBy(senders)).toBe(ALL);
  const histories: Record<string, [seq: number, said: string][]> = {};
  const heads: [room: string, rev: number][] = [];
  for (const [at, room] of rooms.entries()) {
    const history: any[] = [];
    for (let after = 0, more = true; more;) {
      const { data, page } = ok(await client.request('GET', `/rooms/${room}/messages?after_seq=${after}&limit=100`));
      history.push(...data);
      more = page.has_more_after;
      after = data.at(-1)?.seq ?? after;
    }
    const expected = senders.filter((_, n) => n % ROOMS === at).map(({ acknowledged }) => acknowledged);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, n) => n + 1));
    expect(history).toHaveLength(expected.flat().length);
    const byId = new Map(history.map((message) => [message.id, message]));
    for (const of of expected) {
      expect(of.map(({ id }) => byId.get(id)?.client_msg_id)).toEqual(of.map(({ client_msg_id }) => client_msg_id));
      expect(of.map(({ id }) => byId.get(id)?.seq)).toEqual(of.map(({ seq }) => seq));
      expect(of.map(({ seq }) => seq)).toEqual(of.map(({ seq }) => seq).toSorted((a, b) => a - b));
    }
    histories[room] = history.map(({ seq, content }) => [seq, `says ${content}`]);
    heads.push([room, ok(await client.request('GET', `/rooms/${room}`)).last_rev]);
  }

  // Nobody is made to look: what got lost on the way must be noticed by what still comes.
  const everybody = [...readers, ...senders];
  await Promise.all(everybody.map((messenger) => messenger.stay()));
  const late = () =>
    everybody.filter(({ replica }) => heads.some(([room, rev]) => !(replica.rooms.get(room)!.rev >= rev)));
  const look = (): boolean => {
    doors.check();
    return late().length === 0;
  };
  await until('everybody to have heard everything', look, { timeout: HANGS_MS });

  const fresh = new Replica(first.requester(readerKey));
  await fresh.begin();
  await fresh.settle();
  const whole = fresh.state();
  expect(messagesOf(whole)).toEqual(histories);
  for (const { replica } of everybody) expect(withoutMarkers(replica.state())).toEqual(withoutMarkers(whole));
  for (const { replica } of readers) {
    await replica.settle();
    expect(replica.state()).toEqual(whole);
  }
  for (const { replica } of everybody) replica.detach();
}

const mapped = (state: object, change: (room: any) => unknown) =>
  Object.fromEntries(Object.entries(state).map(([id, room]) => [id, change(room)]));

const messagesOf = (state: object) => mapped(state, ({ messages }) => messages);
/** One's own markers are told with the answers of a resume, not by the room's events. */
const withoutMarkers = (state: object) => mapped(state, ({ me: _, ...room }) => room);

describe('while many send, nothing that was acknowledged is lost, doubled or out of order, and everybody gets it', () => {
  let cluster: Cluster;
  let gathering: Gathering;
  beforeEach(async () => {
    cluster = await startCluster();
    gathering = await gather(cluster);
  });

  it('a node is killed', async () => {
    await sendWhile(gathering, async () => {
      gathering.doors.shut(cluster.door);
      await cluster.second.kill();
    });
    await expectWhole(cluster, gathering);
  });

  it('Redis is restarted, empty', async () => {
    await sendWhile(gathering, async () => {
      await redis.stop();
      await redis.restart();
    });
    await expectWhole(cluster, gathering);
  });

  it('Redis stands still for a while', async () => {
    await sendWhile(gathering, async () => {
      redis.pause();
      try {
        await reached(2 / 3, gathering);
      } finally {
        redis.resume();
      }
    });
    await expectWhole(cluster, gathering);
  });

  it('one node’s connections to PostgreSQL stand still', async () => {
    await sendWhile(gathering, () => cluster.toDatabase.hang());
    await expectWhole(cluster, gathering);
    // Its connections end nowhere: it could only be forced to stop.
    await cluster.second.kill();
  });

  it('everybody’s connections to one node stand still', async () => {
    await sendWhile(gathering, () => cluster.toSecond.hang());
    await expectWhole(cluster, gathering);
  });
});
