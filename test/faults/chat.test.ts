import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, type TestApp, type TestClient } from '../support/app.js';
import { makeRoom, ok } from '../support/chat.js';
import { TestDatabase } from '../support/postgres.js';
import { Proxy } from '../support/proxy.js';
import { TestRedis } from '../support/redis.js';
import { Replica } from '../support/replica.js';
import { closeSockets, connect, type TestSocket } from '../support/socket.js';
import { until } from '../support/until.js';

const SENDERS = process.env.TEST_FULL ? 200 : 60;
const MESSAGES = process.env.TEST_FULL ? 10 : 6;
const ROOMS = 4;
/** An ack that is later is given up; the message is sent again under its id. */
const ACK_MS = 4_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  closeSockets();
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

interface Acked {
  id: string;
  seq: number;
  client_msg_id: string;
}

/** Two API nodes, a worker's part in each, with a proxy before the second one's PostgreSQL. */
async function startCluster() {
  const database = await TestDatabase.create();
  cleanups.push(() => database.drop());
  const redis = await TestRedis.start();
  cleanups.push(() => redis.stop());
  const path = await Proxy.start(database.url);
  cleanups.push(() => path.stop());
  const env = { REDIS_URL: redis.url };
  const first = await startApp({ database, env });
  cleanups.push(() => first.stop());
  const second = await startApp({ database, env: { ...env, DATABASE_URL: path.through(database.url) } });
  cleanups.push(() => second.stop());
  return { redis, path, nodes: [first, second], client: await first.client() };
}

type Cluster = Awaited<ReturnType<typeof startCluster>>;

/** Users who send one message after the other, each until it is acknowledged, over whichever node answers. */
class Senders {
  readonly acked: Acked[][] = [];
  private readonly dead = new Set<TestApp>();

  constructor(
    private readonly nodes: TestApp[],
    private readonly client: TestClient,
    private readonly rooms: string[],
  ) {}

  /** No more connections to a node that is gone. */
  bury(node: TestApp): void {
    this.dead.add(node);
  }

  get count(): number {
    return this.acked.reduce((sum, of) => sum + of.length, 0);
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: SENDERS }, (_, n) => this.sendAll(n)));
  }

  private async sendAll(n: number): Promise<void> {
    const acked: Acked[] = (this.acked[n] = []);
    const { key } = await this.client.login(`sender${n}`);
    let socket = await this.dial(key, n);
    for (let m = 0; m < MESSAGES; m++) {
      const message = { room_id: this.rooms[n % ROOMS]!, content: `${n}.${m}`, client_msg_id: `${n}.${m}` };
      for (let tries = 0; ; tries++) {
        const answer = await socket.socket
          .timeout(ACK_MS)
          .emitWithAck('message.send', message)
          .catch(() => null);
        if (answer?.ok) {
          acked.push({ id: answer.data.id, seq: answer.data.seq, client_msg_id: message.client_msg_id });
          break;
        }
        if (answer && !answer.error.retryable) throw new Error(JSON.stringify(answer.error));
        socket.socket.disconnect();
        socket = await this.dial(key, n + tries);
      }
    }
    socket.socket.disconnect();
  }

  /** One node after the other: what does not let one in soon is left to itself. */
  private dial(key: string, first: number): Promise<TestSocket> {
    let n = first;
    return until('a node to connect to', () => {
      const alive = this.nodes.filter((node) => !this.dead.has(node));
      const dialled = connect(alive[n++ % alive.length]!, key).catch(() => undefined);
      return Promise.race([dialled, sleep(ACK_MS, undefined, { ref: false })]);
    }) as Promise<TestSocket>;
  }
}

async function begin({ nodes, client }: Cluster) {
  const members = ['reader', ...Array.from({ length: SENDERS }, (_, n) => `sender${n}`)];
  const rooms: string[] = [];
  for (let n = 0; n < ROOMS; n++) rooms.push((await makeRoom(client, members)).id);
  const reader = await client.login('reader');
  const replicas = [new Replica(nodes[0]!.requester(reader.key)), new Replica(nodes[0]!.requester(reader.key))];
  for (const replica of replicas) await replica.begin();
  await replicas[0]!.attach(await connect(nodes[0]!, reader.key));
  await replicas[1]!.attach(await connect(nodes[1]!, reader.key));
  return { rooms, reader, replicas, senders: new Senders(nodes, client, rooms) };
}

/** Every acknowledged message is in history once, in its sender's order; and whoever reads has all of it. */
async function expectWhole(
  { client, nodes }: Cluster,
  { rooms, reader, replicas, senders }: Awaited<ReturnType<typeof begin>>,
) {
  expect(senders.count).toBe(SENDERS * MESSAGES);
  for (const [at, room] of rooms.entries()) {
    const history: any[] = [];
    for (let after = 0, more = true; more;) {
      const { data, page } = ok(await client.request('GET', `/rooms/${room}/messages?after_seq=${after}&limit=100`));
      history.push(...data);
      more = page.has_more_after;
      after = data.at(-1)?.seq ?? after;
    }
    const expected = senders.acked.filter((_, n) => n % ROOMS === at);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, n) => n + 1));
    expect(history).toHaveLength(expected.flat().length);
    const byId = new Map(history.map((message) => [message.id, message]));
    for (const of of expected) {
      expect(of.map(({ id }) => byId.get(id)?.client_msg_id)).toEqual(of.map(({ client_msg_id }) => client_msg_id));
      expect(of.map(({ seq }) => seq)).toEqual(of.map(({ seq }) => seq).toSorted((a, b) => a - b));
    }
  }
  const fresh = new Replica(nodes[0]!.requester(reader.key));
  await fresh.begin();
  await fresh.settle();
  for (const replica of replicas) {
    await replica.settle();
    expect(replica.state()).toEqual(fresh.state());
    replica.detach();
  }
}

describe('while many send', () => {
  it('a node is killed: nothing that was acknowledged is lost, doubled or out of order', async () => {
    const cluster = await startCluster();
    const chat = await begin(cluster);
    const sending = chat.senders.run();
    await until('the middle of it', () => chat.senders.count > (SENDERS * MESSAGES) / 3);
    chat.senders.bury(cluster.nodes[1]!);
    await cluster.nodes[1]!.kill();
    // Its reader goes on elsewhere from the positions that it knows.
    await chat.replicas[1]!.attach(await connect(cluster.nodes[0]!, chat.reader.key));
    await sending;
    await expectWhole(cluster, chat);
  });

  it('Redis is restarted, empty', async () => {
    const cluster = await startCluster();
    const chat = await begin(cluster);
    const sending = chat.senders.run();
    await until('the middle of it', () => chat.senders.count > (SENDERS * MESSAGES) / 3);
    await cluster.redis.stop();
    await cluster.redis.restart();
    await sending;
    await expectWhole(cluster, chat);
  });

  it('one node’s connections to PostgreSQL stand still', async () => {
    const cluster = await startCluster();
    const chat = await begin(cluster);
    const sending = chat.senders.run();
    await until('the middle of it', () => chat.senders.count > (SENDERS * MESSAGES) / 3);
    cluster.path.hang();
    await sending;
    await expectWhole(cluster, chat);
    // Its connections end nowhere: it could only be forced to stop.
    await cluster.nodes[1]!.kill();
  });
});
