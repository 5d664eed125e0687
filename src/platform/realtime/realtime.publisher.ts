import { Injectable } from '@nestjs/common';
import type { Connection } from './connection.js';
import { envelopeOf, type EventFacts, type StreamRef, type StreamType } from './envelope.js';
import type {
  Audience,
  DurableEvent,
  DurableFacts,
  EphemeralEvent,
  EphemeralFacts,
  EventDescriptor,
  SessionEvent,
} from './event.js';
import type { UserPk } from '../common/ids.js';
import { makeServer } from './socket-io.server.js';

/** What connections listen to. */
export const channels = {
  /** Readers of a room: everything in it. */
  room: (roomId: string) => `r:${roomId}`,
  /** Members whose key lacks `read_messages`: everything but messages. */
  roomWithoutMessages: (roomId: string) => `n:${roomId}`,
  user: (userPk: UserPk) => `u:${userPk}`,
  /** The user's sockets that may read messages, and those that may not. */
  userReading: (userPk: UserPk) => `ur:${userPk}`,
  userNotReading: (userPk: UserPk) => `un:${userPk}`,
  client: (clientId: string) => `c:${clientId}`,
  key: (keyId: string) => `k:${keyId}`,
};

/**
 * The only place that emits. Emitting is a trigger, never the truth: what is lost here is found again in the
 * event log. A process without sockets (role worker) emits through the cluster's adapter.
 */
@Injectable()
export class RealtimePublisher {
  readonly server = makeServer();

  /**
   * Tells the sockets that listen to the event's stream, on every node. Encoded once, whatever the number of readers.
   * @param facts of a durable event what its committed row says; of an ephemeral one who it concerns, and the body
   */
  publish<Body extends object, Stream extends StreamType>(
    event: DurableEvent<Body, Stream>,
    facts: DurableFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void;
  publish<Body extends object, Stream extends StreamType>(
    event: EphemeralEvent<Body, Stream>,
    facts: EphemeralFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void;
  publish(event: EventDescriptor, facts: EventFacts): void {
    this.server.to(socketChannelsOf(event.audience, facts.stream)).emit(event.type, envelopeOf(event, facts));
  }

  /** The same of an ephemeral event, for this node's sockets only. */
  publishHere<Body extends object, Stream extends StreamType>(
    event: EphemeralEvent<Body, Stream>,
    facts: EphemeralFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void {
    this.server.local.to(socketChannelsOf(event.audience, facts.stream)).emit(event.type, envelopeOf(event, facts));
  }

  /** Tells one connection what concerns it alone. */
  tell<Body extends object>(connection: Connection, event: SessionEvent<Body>, body: NoInfer<Body>): void {
    connection.send(event.type, body);
  }

  /** Subscribes every socket of these users, on every node, to a room that they gained. */
  addToRoom(userPks: UserPk[], roomId: string): void {
    this.server.in(userPks.map(channels.userReading)).socketsJoin(channels.room(roomId));
    this.server.in(userPks.map(channels.userNotReading)).socketsJoin(channels.roomWithoutMessages(roomId));
  }

  removeFromRoom(userPks: UserPk[], roomId: string): void {
    const left = [channels.room(roomId), channels.roomWithoutMessages(roomId)];
    this.server.in(userPks.map(channels.user)).socketsLeave(left);
  }
}

/** The Socket.IO rooms that an event of a stream goes to. */
export function socketChannelsOf(audience: Audience, stream: StreamRef): string[] {
  const readersOnly = audience === 'readers';
  switch (stream.type) {
    case 'room':
      return readersOnly
        ? [channels.room(stream.id)]
        : [channels.room(stream.id), channels.roomWithoutMessages(stream.id)];
    case 'user':
      return [readersOnly ? channels.userReading(stream.id) : channels.user(stream.id)];
    case 'client':
      return [channels.client(stream.id)];
  }
}
