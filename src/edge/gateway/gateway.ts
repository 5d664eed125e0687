import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExtendedError, Socket } from 'socket.io';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { Problem } from '../../platform/common/problem.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { Config } from '../../platform/config/config.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { Dispatcher } from './dispatcher.js';
import { sessionDraining } from './gateway.events.js';
import { Handshake } from './handshake.js';
import { connectionsOf, type Connection } from './session.js';
import { Subscriptions } from './subscriptions.js';

/** How long clients spread their return over, when a node goes away. */
const RECONNECT_MIN_MS = 250;
const RECONNECT_SPREAD_MS = 4_750;
/** How long the last answers may take to leave. */
const FLUSH_MS = 1_000;

/** Takes Socket.IO connections at /sockets: authenticates, subscribes, hands on; and lets go in order. */
@Injectable()
export class Gateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Engine connections that hold a connection or ask for one: each may hold one. */
  private readonly taken = new WeakSet<object>();
  private draining = false;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly handshake: Handshake,
    private readonly subscriptions: Subscriptions,
    private readonly dispatcher: Dispatcher,
    private readonly http: HttpAdapterHost,
    private readonly config: Config,
  ) {}

  /** A worker takes no connections, it only emits. */
  onApplicationBootstrap(): void {
    if (!this.config.servesApi()) return;
    const { server } = this.publisher;
    server.use((socket, next) => void this.admit(socket).then(() => next(), next));
    server.on('connection', (socket) => void this.welcome(socket as Connection));
    server.attach(this.http.httpAdapter.getHttpServer() as HttpServer);
  }

  /** Before the HTTP server closes, which would wait for connections to end. */
  async beforeApplicationShutdown(): Promise<void> {
    this.draining = true;
    const { server } = this.publisher;
    for (const socket of connectionsOf(server).values()) {
      this.publisher.tell(socket, sessionDraining, {
        reconnect_after_ms: RECONNECT_MIN_MS + Math.floor(Math.random() * RECONNECT_SPREAD_MS),
      });
    }
    await this.dispatcher.finish();
    if (this.config.servesApi()) await this.cutOff();
  }

  /** Their transports only: a disconnect packet would tell clients not to come back. */
  private async cutOff(): Promise<void> {
    const { engine, sockets } = this.publisher.server;
    for (const socket of sockets.sockets.values()) socket.conn.close();
    // What is still to be written, the last answers among it, would be discarded by the engine.
    const deadline = performance.now() + FLUSH_MS;
    while (engine.clientsCount > 0 && performance.now() < deadline) await sleep(10);
    engine.close();
  }

  /** Resolves for who may connect, else rejects with what `connect_error` tells. */
  private async admit(socket: Socket): Promise<void> {
    const requestId = newId();
    const first = !this.taken.has(socket.conn);
    try {
      if (this.draining) throw new Problem('unavailable', 'This node is going away. Connect again.');
      if (!first) throw new Problem('bad_request', 'One connection serves one key.');
      this.taken.add(socket.conn);
      socket.data = await this.handshake.open(socket, requestId);
    } catch (error) {
      if (first) this.taken.delete(socket.conn);
      throw refusal(error, requestId);
    }
  }

  private async welcome(socket: Connection): Promise<void> {
    metrics.socketsConnected.inc({ transport: 'socket.io' });
    socket.on('disconnect', left);
    const { api_key } = socket.handshake.auth as { api_key: string };
    forgetHandshake(socket);
    this.dispatcher.listen(socket);
    try {
      await this.subscriptions.open(socket);
      if (this.draining) socket.conn.close();
      else if (!(await this.handshake.stillValid(api_key))) socket.disconnect(true);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.code === 'internal') logger.error({ err: error }, 'connection failed');
      // Not by a disconnect packet: the client comes back by itself.
      socket.conn.close();
    }
  }
}

const left = (): void => metrics.socketsConnected.dec({ transport: 'socket.io' });

/** The secret and the request's headers are of no use any more, and would stay as long as the connection. */
function forgetHandshake(socket: Socket): void {
  const { address, issued, headers } = socket.handshake;
  Object.assign(socket.handshake, {
    auth: {},
    query: {},
    address,
    issued,
    headers: { origin: headers.origin, host: headers.host, 'x-forwarded-for': headers['x-forwarded-for'] },
  });
}

function refusal(error: unknown, requestId: string): ExtendedError {
  const problem = toProblem(error);
  if (problem.code === 'internal') logger.error({ request_id: requestId, err: error }, 'handshake failed');
  return Object.assign(new Error(problem.message), { data: problem.toDocument('/sockets', requestId) });
}
