import { Injectable } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { Sessions, type Session } from './session.js';

/** This node's sessions, as the server's only namespace has them. */
@Injectable()
export class SocketIoSessions extends Sessions {
  private readonly namespace: Namespace;

  constructor({ server }: RealtimePublisher) {
    super();
    this.namespace = server.sockets;
  }

  *all(): Generator<Session> {
    for (const { data } of this.namespace.sockets.values()) yield data as Session;
  }

  channels(): Iterable<string> {
    return this.namespace.adapter.rooms.keys();
  }

  *on(channel: string): Generator<Session> {
    for (const id of this.namespace.adapter.rooms.get(channel) ?? []) {
      const socket = this.namespace.sockets.get(id);
      if (socket) yield socket.data as Session;
    }
  }
}
