import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { cpuOf } from '../support/cpu.js';
import type { Tenant } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';

const BARE = fileURLToPath(new URL('../floors/bare-sockets.js', import.meta.url));

const CONTENT = 'A message of some forty characters length.';

/** What one delivery of a message to one socket took. */
export interface Deliveries {
  perSecond: number;
  /** Microseconds of the server's CPU for each; PostgreSQL's not among it. */
  cpu: number;
}

/** Sends in flight at once: enough that neither side waits for the other, or one, seen by all before the next. */
export type Load = 'stream' | 'lone';
const WINDOW = 64;

interface Side {
  server: Child;
  listeners: LoadSocket[];
  roomId: string;
}

/** One room whose members all listen; measures what it takes to deliver messages to them. */
export class FanOut {
  private constructor(
    private readonly product: Side,
    /** The same with a room in which only the sender is. */
    private readonly alone: Side,
    private readonly bare: Side,
  ) {}

  static async prepare(tenant: Tenant, members: number): Promise<FanOut> {
    const users = Array.from({ length: members }, (_, index) => `listener-${index}`);
    const room = await tenant.room(`Fan-out to ${members}`, users);
    const empty = await tenant.room('Alone', users.slice(0, 1));
    const listeners = await openSockets(members, async (index) =>
      LoadSocket.open(tenant.port, '/sockets', { api_key: await tenant.login(users[index]!) }),
    );
    // The floor emits the very envelope that the product does.
    const seen = new Promise<string>((resolve) => (listeners[1]!.onEvent = resolve));
    await listeners[0]!.emit('message.send', { room_id: room.id, content: CONTENT });
    const packet = JSON.parse((await seen).slice(1)) as [string, object];
    const bare = await Child.start([BARE], { MESSAGE: JSON.stringify(packet[1]) });
    await bare.ready('/');
    const bareListeners = await openSockets(members, () => LoadSocket.open(bare.port, '/sockets'));
    const { server } = tenant;
    return new FanOut(
      { server, listeners, roomId: room.id },
      { server, listeners: listeners.slice(0, 1), roomId: empty.id },
      { server: bare, listeners: bareListeners, roomId: room.id },
    );
  }

  /** Deliveries of `messages` messages to all members, sent by one of them over its socket. */
  measure(messages: number, load: Load): Promise<Deliveries> {
    return broadcast(this.product, messages, load);
  }

  /**
   * CPU of a delivery of a lone message, beyond what the product takes to write a message that only its sender hears: a
   * commit for each, which the floor has not.
   */
  async measureLone(messages: number): Promise<Deliveries> {
    const { cpu: alone } = await broadcast(this.alone, messages, 'lone');
    const { perSecond, cpu } = await broadcast(this.product, messages, 'lone');
    return { perSecond, cpu: cpu - alone / this.product.listeners.length };
  }

  /** The same of a bare Socket.IO server that emits the same payload as often, asked the same way. */
  floor(messages: number, load: Load): Promise<Deliveries> {
    return broadcast(this.bare, messages, load);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.product.listeners, ...this.bare.listeners].map((socket) => socket.close()));
    await this.bare.server.stop();
  }
}

async function broadcast({ server, listeners, roomId }: Side, messages: number, load: Load): Promise<Deliveries> {
  const pid = server.process.pid!;
  const send = () => listeners[0]!.emit('message.send', { room_id: roomId, content: CONTENT });
  const before = cpuOf([pid]);
  const started = performance.now();
  await (load === 'lone' ? oneByOne(listeners, messages, send) : inFlight(listeners, messages, send));
  const seconds = (performance.now() - started) / 1000;
  const deliveries = messages * listeners.length;
  return { perSecond: deliveries / seconds, cpu: (cpuOf([pid]) - before) / deliveries };
}

async function inFlight(listeners: LoadSocket[], messages: number, send: () => Promise<unknown>): Promise<void> {
  const finished = allSeen(listeners, messages);
  let sent = 0;
  await Promise.all(
    Array.from({ length: WINDOW }, async () => {
      while (sent < messages) {
        sent++;
        await send();
      }
    }),
  );
  await finished;
}

async function oneByOne(listeners: LoadSocket[], messages: number, send: () => Promise<unknown>): Promise<void> {
  for (let sent = 0; sent < messages; sent++) {
    const finished = allSeen(listeners, 1);
    await Promise.all([send(), finished]);
  }
}

/** Resolves when every socket has seen `messages` new messages. */
function allSeen(sockets: LoadSocket[], messages: number): Promise<void> {
  let left = sockets.length * messages;
  return new Promise((resolve) => {
    for (const socket of sockets) {
      socket.onEvent = (packet) => {
        if (packet.startsWith('2["message.created"') && --left === 0) resolve();
      };
    }
  });
}
