import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { cpuOf } from '../support/cpu.js';
import type { HttpRequest } from '../support/http-load.js';
import { OpenLoop, timesOf, type Times } from '../support/open-loop.js';
import type { Tenant } from '../support/product.js';
import { LoadSocket, openSockets } from '../support/socket-load.js';
import type { Senders } from './sends.js';

const BARE = fileURLToPath(new URL('../floors/bare-sends.js', import.meta.url));

const CONTENT = 'A message of some forty characters length.';

/** Of {@link USERS} users, so many listen: each room of twenty neighbours has exactly one of them. */
const LISTENERS = 25;
const USERS = 500;

export interface Latency {
  rate: number;
  ack: Times;
  /** Until another socket has the message. */
  seen: Times;
  pace: number;
  /** Microseconds of all server processes, PostgreSQL's among them. */
  cpuPerMessage: number;
}

/** A server under open-loop load: how to ask it, who listens, and whose CPU time counts. */
interface Target {
  port: number;
  request: (n: number) => HttpRequest;
  listeners: LoadSocket[];
  pids: number[];
}

/** One message at a time, by many who do not wait for each other: the product, and the bare server beside it. */
export class LatencyPath {
  private sent = 0;

  private constructor(
    private readonly ours: Target,
    private readonly bare: Target,
    private readonly bareServer: Child,
  ) {}

  /** Call when the floor's rooms are prepared (TransactionFloor). */
  static async prepare(
    tenant: Tenant,
    { port, senders }: Senders,
    options: { databaseUrl: string; productPid: number; postmasterPid: number },
  ): Promise<LatencyPath> {
    const bareServer = await Child.start([BARE], {
      DATABASE_URL: options.databaseUrl,
      LISTENERS: String(LISTENERS),
    });
    await bareServer.ready('/');
    const listeners = await openSockets(LISTENERS, async (index) =>
      LoadSocket.open(port, '/sockets', { api_key: await tenant.login(`user-${(index * USERS) / LISTENERS}`) }),
    );
    const bareListeners = await openSockets(LISTENERS, () => LoadSocket.open(bareServer.port, '/sockets'), 1);
    const ours: Target = {
      port,
      request: (n) => {
        const { roomId, key } = senders[n % senders.length]!;
        const headers = { authorization: `Bearer ${key}` };
        return { method: 'POST', path: `/api/v1/rooms/${roomId}/messages`, headers, body: bodyOf(n) };
      },
      listeners,
      pids: [options.productPid, options.postmasterPid],
    };
    const bare: Target = {
      port: bareServer.port,
      request: (n) => ({ method: 'POST', path: `/${n}`, body: bodyOf(n) }),
      listeners: bareListeners,
      pids: [bareServer.process.pid!, options.postmasterPid],
    };
    return new LatencyPath(ours, bare, bareServer);
  }

  measure(rate: number, seconds: number): Promise<Latency> {
    return this.run(this.ours, rate, seconds);
  }

  floor(rate: number, seconds: number): Promise<Latency> {
    return this.run(this.bare, rate, seconds);
  }

  async stop(): Promise<void> {
    for (const { listeners } of [this.ours, this.bare]) {
      await Promise.all(listeners.map((socket) => socket.close()));
    }
    await this.bareServer.stop();
  }

  private async run({ port, request, listeners, pids }: Target, rate: number, seconds: number): Promise<Latency> {
    const dueAt = new Map<number, number>();
    const seen: number[] = [];
    for (const socket of listeners) {
      socket.onEvent = (packet) => {
        const n = Number(/"client_msg_id":"seen-(\d+)"/.exec(packet)?.[1]);
        const since = dueAt.get(n);
        if (since !== undefined) seen.push(performance.now() - since);
      };
    }
    const loop = await OpenLoop.connect(port);
    const before = cpuOf(pids);
    const { ack, pace } = await loop.run(rate, seconds, (since) => {
      dueAt.set(this.sent, since);
      return request(this.sent++);
    });
    loop.close();
    const cpuPerMessage = (cpuOf(pids) - before) / dueAt.size;
    return { rate, ack, seen: timesOf(seen), pace, cpuPerMessage };
  }
}

const bodyOf = (n: number): string => `{"content":"${CONTENT}","client_msg_id":"seen-${n}"}`;
