import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws';
import { metrics } from '../../platform/common/metrics.js';
import { Config } from '../../platform/config/config.js';
import { limits } from '../../platform/config/limits.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { addressReader, type Arrival } from './client-address.js';
import { Departure, FLUSH_MS, type Transport } from './departure.js';
import { closeOfEnding } from './raw-websocket.codes.js';
import { RawDoor } from './raw-websocket.door.js';
import { beat } from './raw-websocket.heartbeat.js';
import { RawSocket, type Peer } from './raw-websocket.session.js';

/** Where raw WebSockets connect. */
const PATH = '/api/v1/websocket/open';
/** Socket.IO's upgrades, which its engine takes by this beginning. */
const SOCKET_IO = '/sockets/';
/** How long an end may take to be taken note of by who does not read. */
const CLOSE_MS = 5_000;
const BEAT_EVERY_MS = 5_000;

/** Takes raw WebSockets beside Socket.IO's, keeps them alive, and lets go of them in order. */
@Injectable()
export class RawWebSocketGateway implements OnApplicationBootstrap, OnModuleDestroy, Transport {
  private readonly server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.body_bytes,
    perMessageDeflate: false,
    closeTimeout: CLOSE_MS,
    WebSocket: RawSocket,
  } as ServerOptions<typeof RawSocket>);
  private readonly addressOf: (arrival: Arrival) => string;
  private beats: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly publisher: RealtimePublisher,
    private readonly door: RawDoor,
    private readonly ends: ConnectionEnds,
    private readonly departure: Departure,
    config: Config,
  ) {
    departure.register(this);
    this.addressOf = addressReader(config.trustProxy);
  }

  onApplicationBootstrap(): void {
    const http = this.host.httpAdapter.getHttpServer() as Server;
    http.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    this.door.open({
      listeners: this.publisher.listeners,
      ended: (session) => {
        metrics.socketsConnected.dec({ transport: 'websocket' });
        this.ends.tell(session);
      },
    });
    this.beats = setInterval(() => beat(this.sessions(), performance.now()), BEAT_EVERY_MS);
    this.beats.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.beats);
  }

  async letGo(): Promise<void> {
    for (const socket of this.sockets()) {
      if (socket.session) socket.session.close('lost');
      else socket.close(...closeOfEnding('lost'));
    }
    const deadline = performance.now() + FLUSH_MS;
    while (this.server.clients.size > 0 && performance.now() < deadline) await sleep(10);
    for (const socket of this.server.clients) socket.terminate();
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = request.url ?? '';
    if (url.startsWith(SOCKET_IO)) return;
    if (url.split('?', 1)[0] !== PATH) return refuse(socket, '404 Not Found');
    if (this.departure.begun) return refuse(socket, '503 Service Unavailable');
    this.server.handleUpgrade(request, socket, head, (opened) => {
      this.door.enter(opened as unknown as RawSocket, this.peerOf(request));
    });
  }

  private peerOf({ socket, headers }: IncomingMessage): Peer {
    const address = this.addressOf({ address: socket.remoteAddress ?? '', headers });
    return { address, origin: headers.origin, host: headers.host };
  }

  private sockets(): Iterable<RawSocket> {
    return this.server.clients as unknown as Set<RawSocket>;
  }

  private *sessions() {
    for (const { session, readyState } of this.sockets()) if (session && readyState === WebSocket.OPEN) yield session;
  }
}

/** Who asks for what nobody offers is told so at once; Socket.IO's engine would hold the connection for a second. */
function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => undefined);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
