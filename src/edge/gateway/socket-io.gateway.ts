import {
  WebSocketGateway,
  WebSocketServer,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExtendedError, Server, Socket } from 'socket.io';
import { newId } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { metrics } from '../../platform/common/metrics.js';
import { Problem } from '../../platform/common/problem.js';
import { toProblem } from '../../platform/common/to-problem.js';
import { Config } from '../../platform/config/config.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import { addressReader, type Arrival } from './client-address.js';
import { Departure, FLUSH_MS, type Transport } from './departure.js';
import { SocketDispatcher } from './socket-dispatcher.js';
import { Handshake } from './handshake.js';
import { SessionStart } from './session-start.js';
import { SocketIoSession, sessionOfSocket } from './socket-io.session.js';

/** Takes Socket.IO connections at /sockets: authenticates, subscribes, hands on; and lets go in order. */
@WebSocketGateway()
export class SocketIoGateway
  implements OnGatewayInit<Server>, OnGatewayConnection<Socket>, OnGatewayDisconnect<Socket>, Transport
{
  @WebSocketServer()
  private readonly server: Server;

  /** Engine connections that hold a connection or ask for one: each may hold one. */
  private readonly taken = new WeakSet<object>();
  private readonly addressOf: (arrival: Arrival) => string;
  private readonly listener: (this: Socket, ...args: unknown[]) => void;

  constructor(
    private readonly handshake: Handshake,
    private readonly starts: SessionStart,
    dispatcher: SocketDispatcher,
    private readonly ends: ConnectionEnds,
    private readonly departure: Departure,
    config: Config,
  ) {
    departure.register(this);
    this.addressOf = addressReader(config.trustProxy);
    // One for all connections: Socket.IO calls it as a method of the socket.
    this.listener = function (this: Socket, name, ...args) {
      void dispatcher.dispatch(sessionOfSocket(this), name, args);
    };
  }

  afterInit(server: Server): void {
    server.use((socket, next) => void this.admit(socket).then(() => next(), next));
  }

  async handleConnection(socket: Socket): Promise<void> {
    metrics.socketsConnected.inc({ transport: 'socket.io' });
    const session = sessionOfSocket(socket);
    const { api_key } = socket.handshake.auth as { api_key: string };
    forgetHandshake(socket);
    socket.onAny(this.listener);
    await this.starts.begin(session, api_key);
  }

  handleDisconnect(socket: Socket): void {
    metrics.socketsConnected.dec({ transport: 'socket.io' });
    this.ends.tell(sessionOfSocket(socket));
  }

  /** Their transports only: a disconnect packet would tell clients not to come back. */
  async letGo(): Promise<void> {
    const { engine, sockets } = this.server;
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
      if (this.departure.begun) throw new Problem('unavailable', 'This node is going away. Connect again.');
      if (!first) throw new Problem('bad_request', 'One connection serves one key.');
      this.taken.add(socket.conn);
      const { auth, headers } = socket.handshake;
      const address = (socket.handshake.address = this.addressOf(socket.handshake));
      const peer = { address, origin: headers.origin, host: headers.host };
      socket.data = new SocketIoSession(socket, await this.handshake.open(peer, auth, requestId));
    } catch (error) {
      if (first) this.taken.delete(socket.conn);
      throw refusal(error, requestId);
    }
  }
}

/** The secret and the request's headers are of no use any more, and would stay as long as the connection. */
function forgetHandshake(socket: Socket): void {
  const { address, issued, headers } = socket.handshake;
  Object.assign(socket.handshake, {
    auth: {},
    query: {},
    address,
    issued,
    headers: { origin: headers.origin, host: headers.host },
  });
}

function refusal(error: unknown, requestId: string): ExtendedError {
  const problem = toProblem(error);
  if (problem.code === 'internal') logger.error({ request_id: requestId, err: error }, 'handshake failed');
  return Object.assign(new Error(problem.message), { data: problem.toDocument('/sockets', requestId) });
}
