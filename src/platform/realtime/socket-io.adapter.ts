import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'socket.io';
import { RealtimePublisher } from './realtime.publisher.js';

/**
 * Gives Nest's gateways the publisher's server, and lets it listen. A process without gateways (role worker) never asks
 * for it, so that its server only emits. Whatever Nest would keep for each connection is left out: see
 * docs/decisions/socket-dispatcher.md.
 */
export class SocketIoAdapter extends IoAdapter {
  private readonly server: Server;

  constructor(app: INestApplicationContext) {
    super(app);
    this.server = app.get(RealtimePublisher).server;
  }

  override createIOServer(): Server {
    return this.server.attach(this.httpServer as HttpServer);
  }

  /** Events up go by the table of `@SocketEvent`, not by `@SubscribeMessage`. */
  override bindMessageHandlers(): void {}

  /** Without the wrapper that `once` would keep for each connection: a socket disconnects once by itself. */
  override bindClientDisconnect(client: Socket, callback: (reason: string) => void): void {
    client.on('disconnect', callback);
  }

  /** The gateway has let go of the connections in order, and the HTTP server is closed by who opened it. */
  override async close(): Promise<void> {}
}
