import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf } from '../support/cpu.js';
import { Product } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';
import { prepareSenders, restSend, type Senders } from './sends.js';

const ROOMS = 20;
const READERS = 5;
/** Few, so that a turn of the sender tells of few messages, as under a load that does not fill it. */
const CONNECTIONS = 16;
const IDLE_S = 8;

/** Microseconds of CPU for one message, net of what an idle process takes. */
export interface NodeCosts {
  /** The node that takes the messages. */
  sender: number;
  /** The node that has all readers of their rooms. */
  reader: number;
  /** Each of the others, which have sockets in other rooms. */
  bystander: number;
}

/** Several api processes over one PostgreSQL and one Redis: messages come to the first, their readers are on the second. */
export class Nodes {
  private constructor(
    private readonly nodes: Product[],
    private readonly senders: Senders,
    private readonly sockets: LoadSocket[],
  ) {}

  static async start(place: { databaseUrl: string; redisUrl: string }, count: number): Promise<Nodes> {
    const env = {
      REDIS_URL: place.redisUrl,
      ADMIN_API_KEY: randomBytes(32).toString('hex'),
      ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
      CHATAPI_ROLE: 'api',
      DATABASE_POOL_SIZE: '5',
    };
    const nodes: Product[] = [];
    for (let n = 0; n < count; n++) nodes.push(await Product.start(place.databaseUrl, { env }));
    const tenant = await nodes[0]!.tenant();
    const readers = Array.from({ length: READERS }, (_, n) => `reader-${n}`);
    const rooms = [];
    for (let n = 0; n < ROOMS; n++) rooms.push(await tenant.room(`Room ${n}`, readers));
    const senders = await prepareSenders(tenant, rooms);
    const sockets: LoadSocket[] = [];
    for (const [nth, { port }] of nodes.entries()) {
      if (nth === 0) continue;
      const users = nth === 1 ? readers : readers.map((user) => `${user}-of-${nth}`);
      if (nth > 1) for (let n = 0; n < ROOMS; n++) await tenant.room(`Room ${nth}-${n}`, users);
      const keys = await Promise.all(users.map((user) => tenant.login(user)));
      sockets.push(
        ...(await openSockets(READERS, (index) => LoadSocket.open(port, '/sockets', { api_key: keys[index]! }))),
      );
    }
    // Rooms' newcomers are told of by further ways for some seconds.
    await sleep(6_000);
    return new Nodes(nodes, senders, sockets);
  }

  async measure(count: number): Promise<NodeCosts> {
    await restSend(this.senders, Math.ceil(count / 4), CONNECTIONS);
    await sleep(1_000);
    const idleBefore = this.cpu();
    await sleep(IDLE_S * 1_000);
    const idle = this.cpu().map((after, nth) => (after - idleBefore[nth]!) / IDLE_S);
    const before = this.cpu();
    const started = performance.now();
    await restSend(this.senders, count, CONNECTIONS);
    await sleep(500);
    const seconds = (performance.now() - started) / 1_000;
    const costs = this.cpu().map((after, nth) => Math.max(0, after - before[nth]! - idle[nth]! * seconds) / count);
    const others = costs.slice(2);
    return {
      sender: costs[0]!,
      reader: costs[1]!,
      bystander: others.length > 0 ? others.reduce((sum, cost) => sum + cost, 0) / others.length : NaN,
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.sockets.map((socket) => socket.close()));
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  private cpu(): number[] {
    return this.nodes.map(({ child }) => cpuOf([child.process.pid!]));
  }
}
