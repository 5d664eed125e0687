import { Injectable } from '@nestjs/common';
import type { Namespace } from 'socket.io';
import type { Listeners } from '../../platform/realtime/listeners.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { Sessions, type Session } from './session.js';

/** This node's sessions: those that the Socket.IO server's only namespace has, and those of other transports. */
@Injectable()
export class NodeSessions extends Sessions {
  private readonly namespace: Namespace;
  private readonly listeners: Listeners;

  constructor({ server, listeners }: RealtimePublisher) {
    super();
    this.namespace = server.sockets;
    this.listeners = listeners;
  }

  *all(): Generator<Session> {
    for (const { data } of this.namespace.sockets.values()) yield data as Session;
    // What a transport of the gateway lets listen is its session.
    for (const other of this.listeners.others.values()) yield other as unknown as Session;
  }

  channels(): Iterable<string> {
    return this.listeners.channels;
  }

  *on(channel: string): Generator<Session> {
    for (const id of this.listeners.on(channel) ?? []) {
      const session = this.namespace.sockets.get(id)?.data ?? this.listeners.others.get(id);
      if (session) yield session as Session;
    }
  }
}
