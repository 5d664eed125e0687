import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import type { Tenant } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';

const BARE = fileURLToPath(new URL('../floors/bare-sockets.js', import.meta.url));

const CONTENT = 'A message of some forty characters length.';

/** One room whose members all listen; measures deliveries per second of messages sent into it. */
export class FanOut {
  private constructor(
    private readonly roomId: string,
    private readonly listeners: LoadSocket[],
    private readonly bare: Child,
    private readonly bareListeners: LoadSocket[],
  ) {}

  static async prepare(tenant: Tenant, members: number): Promise<FanOut> {
    const users = Array.from({ length: members }, (_, index) => `listener-${index}`);
    const room = await tenant.room('Fan-out', users);
    for (const user of users) await tenant.login(user);
    const listeners = await openSockets(members, async (index) =>
      LoadSocket.open(tenant.port, '/sockets', { api_key: await tenant.login(users[index]!) }),
    );
    // The floor emits the very envelope that the product does.
    const seen = new Promise<string>((resolve) => (listeners[1]!.onEvent = resolve));
    await listeners[0]!.emit('message.send', {
      room_id: room.id,
      content: 'A message of some forty characters length.',
    });
    const packet = JSON.parse((await seen).slice(1)) as [string, object];
    const bare = await Child.start([BARE], { MESSAGE: JSON.stringify(packet[1]) });
    await bare.ready('/');
    const bareListeners = await openSockets(members, () => LoadSocket.open(bare.port, '/sockets'));
    return new FanOut(room.id, listeners, bare, bareListeners);
  }

  /** @returns deliveries per second to all members, of `messages` messages sent by one of them over its socket */
  measure(messages: number): Promise<number> {
    return broadcast(this.listeners, this.roomId, messages);
  }

  /** @returns the same of a bare Socket.IO server that emits the same payload as often, asked the same way */
  floor(messages: number): Promise<number> {
    return broadcast(this.bareListeners, this.roomId, messages);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.listeners, ...this.bareListeners].map((socket) => socket.close()));
    await this.bare.stop();
  }
}

/** Sends in flight at once: enough that neither side waits for the other. */
const WINDOW = 64;

async function broadcast(listeners: LoadSocket[], roomId: string, messages: number): Promise<number> {
  const finished = allSeen(listeners, messages);
  const started = performance.now();
  let sent = 0;
  await Promise.all(
    Array.from({ length: WINDOW }, async () => {
      while (sent < messages) {
        sent++;
        await listeners[0]!.emit('message.send', { room_id: roomId, content: CONTENT });
      }
    }),
  );
  await finished;
  return (messages * listeners.length) / ((performance.now() - started) / 1000);
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
