import { Injectable } from '@nestjs/common';
import { Server, type Socket } from 'socket.io';
import { limits } from '../config/limits.js';
import type { Outgoing, SessionCatalogue, StreamRef } from './catalogue.js';

/** How often an idle connection is pinged. */
export const HEARTBEAT_MS = 25_000;
/** A connection that has not presented a valid key by then is closed. */
const CONNECT_TIMEOUT_MS = 20_000;

/** Names of the Socket.IO rooms that sockets are put in. */
export const channels = {
  /** Readers of a room: everything in it. */
  room: (roomId: string) => `r:${roomId}`,
  /** Members whose key lacks `read_messages`: everything but messages. */
  roomWithoutMessages: (roomId: string) => `n:${roomId}`,
  user: (userPk: string) => `u:${userPk}`,
  /** The user's sockets that may read messages, and those that may not. */
  userReading: (userPk: string) => `ur:${userPk}`,
  userNotReading: (userPk: string) => `un:${userPk}`,
  client: (clientId: string) => `c:${clientId}`,
  key: (keyId: string) => `k:${keyId}`,
};

/** Room events that only readers of messages may see. */
const OF_MESSAGES = /^(message|reaction|typing|receipt)\./;

/**
 * The only place that emits. Emitting is a trigger, never the truth: what is lost here is found again in the
 * event log. A process without sockets (role worker) emits through the cluster's adapter.
 */
@Injectable()
export class RealtimePublisher {
  readonly server = new Server({
    path: '/sockets',
    serveClient: false,
    // WebSocket first; polling stays for networks that need it.
    transports: ['websocket', 'polling'],
    pingInterval: HEARTBEAT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxHttpBufferSize: limits.body_bytes,
    perMessageDeflate: false,
    httpCompression: false,
    cors: { origin: true, credentials: false },
  });

  /** Tells the sockets subscribed to each stream. Each envelope is encoded once, whatever the number of readers. */
  publish(events: Outgoing[]): void {
    for (const { stream, envelope } of events) {
      this.server.to(this.channelsOf(stream, envelope.type)).emit(envelope.type, envelope);
    }
  }

  /** The same for this node's sockets only. */
  publishHere(events: Outgoing[]): void {
    for (const { stream, envelope } of events) {
      this.server.local.to(this.channelsOf(stream, envelope.type)).emit(envelope.type, envelope);
    }
  }

  /** Tells one connection what concerns it alone. */
  tell<T extends keyof SessionCatalogue>(socket: Socket, event: T, body: SessionCatalogue[T]): void {
    socket.emit(event, body);
  }

  /** Subscribes every socket of a user, on every node, to a room that the user gained. */
  addToRoom(userPk: string, roomId: string): void {
    this.server.in(channels.userReading(userPk)).socketsJoin(channels.room(roomId));
    this.server.in(channels.userNotReading(userPk)).socketsJoin(channels.roomWithoutMessages(roomId));
  }

  removeFromRoom(userPk: string, roomId: string): void {
    this.server.in(channels.user(userPk)).socketsLeave([channels.room(roomId), channels.roomWithoutMessages(roomId)]);
  }

  private channelsOf(stream: StreamRef, type: string): string[] {
    switch (stream.type) {
      case 'room':
        return OF_MESSAGES.test(type)
          ? [channels.room(stream.id)]
          : [channels.room(stream.id), channels.roomWithoutMessages(stream.id)];
      case 'user':
        return [channels.user(stream.id)];
      case 'client':
        return [channels.client(stream.id)];
    }
  }
}
