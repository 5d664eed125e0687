import { Injectable, type OnModuleDestroy } from '@nestjs/common';
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
import type { BusMessage, Move, News } from './bus-message.js';
import { Listeners } from './listeners.js';
import { Packet } from './packet.js';
import { PacketWriter } from './packet-writer.js';
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
  /** Nodes with connections that hear of the user's presence: not those connections. */
  presence: (userPk: UserPk) => `p:${userPk}`,
};

/** Socket.IO's mark of an event without binary parts, in its only namespace here (its protocol, version 5). */
const EVENT = '2';

/** The way to the other nodes, where there are any. */
export interface Bus {
  /** Never throws: what is lost is found again in the event log, and in the database's memberships. */
  publish(message: BusMessage): void;
  /** Connections here joined these without waiting for other nodes to be heard on them. */
  joined(channels: readonly string[]): void;
}

/** What another node told. Must not wait or throw. @param from the same for all that this node tells */
type NewsListener = (body: unknown, from: string) => void;

/**
 * The only place that emits. Emitting is a trigger, never the truth: what is lost here is found again in the
 * event log. What is published in one turn of the event loop goes out at its end, together. A process without sockets
 * (role worker) tells only the other nodes.
 */
@Injectable()
export class RealtimePublisher implements OnModuleDestroy {
  readonly server = makeServer();
  /** This node's connections, of every transport, and what they listen to. */
  readonly listeners = new Listeners(this.server);
  private readonly writer = new PacketWriter(this.server, this.listeners);
  private bus: Bus | undefined;
  private durable: (() => void) | undefined;
  private readonly news = new Map<string, NewsListener>();
  private overhears: ((packets: readonly Packet[]) => void) | undefined;
  /** Of this turn: for sockets here, and for the other nodes. */
  private here: Packet[] = [];
  private elsewhere: BusMessage = [];
  private turn: NodeJS.Immediate | undefined;

  /** Who tells the other nodes, and hands on to {@link receive} what they tell. */
  connect(bus: Bus): void {
    this.bus = bus;
  }

  /** One listener, called for each durable event that this process tells of: something was committed. It returns at once. */
  onDurable(listener: () => void): void {
    this.durable = listener;
  }

  /**
   * Hears what {@link tellNodes} says on other nodes.
   * @throws Error for a subject that another listens to
   */
  onNews(subject: string, listener: NewsListener): void {
    if (this.news.has(subject)) throw new Error(`Two listen to the news of ${subject}.`);
    this.news.set(subject, listener);
  }

  /**
   * One listener, or none, that sees what is sent to sockets of this node, after it was written: for who says the same in
   * other words. While there is none it costs nothing. It must not wait or throw.
   */
  overhear(listener: ((packets: readonly Packet[]) => void) | undefined): void {
    this.overhears = listener;
  }

  /** Tells the other nodes that listen to the channel, not their sockets: something small that may be lost, such as who types. */
  tellNodes(subject: string, channel: string, body?: unknown): void {
    if (this.bus) this.tellElsewhere({ kind: 'news', channel, subject, body });
  }

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
    if (event.durable) this.durable?.();
    this.everywhere(event, facts, socketChannelsOf(event.audience, facts.stream));
  }

  /** False where nobody can hear such an event: what it would say need not be found out. Of other nodes it is not known. */
  mayBeHeard(event: EventDescriptor, stream: Parameters<typeof socketChannelsOf>[1]): boolean {
    return this.bus !== undefined || this.writer.isHeard(socketChannelsOf(event.audience, stream));
  }

  /** The same, but to no socket of these users: {@link publishToUser} tells them something else of the same rev. */
  publishToOthers<Body extends object, Stream extends StreamType>(
    userPks: readonly UserPk[],
    event: DurableEvent<Body, Stream>,
    facts: DurableFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void {
    this.durable?.();
    this.everywhere(event, facts, socketChannelsOf(event.audience, facts.stream), userPks.map(channels.user));
  }

  /** Tells one user's sockets only: {@link publishToOthers} tells something else of the same rev. */
  publishToUser<Body extends object, Stream extends StreamType>(
    userPk: UserPk,
    event: DurableEvent<Body, Stream>,
    facts: DurableFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void {
    const to = [event.audience === 'readers' ? channels.userReading(userPk) : channels.user(userPk)];
    this.everywhere(event, facts, to);
  }

  /** The same of an ephemeral event, for this node's sockets only. */
  publishHere<Body extends object, Stream extends StreamType>(
    event: EphemeralEvent<Body, Stream>,
    facts: EphemeralFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void {
    this.add(event, facts, false, socketChannelsOf(event.audience, facts.stream));
  }

  /** The same of an ephemeral event, for one connection of this node, which need not listen to the stream. */
  publishTo<Body extends object, Stream extends StreamType>(
    connection: Connection,
    event: EphemeralEvent<Body, Stream>,
    facts: EphemeralFacts<NoInfer<Body>, NoInfer<Stream>>,
  ): void {
    connection.send(event.type, envelopeOf(event, facts as EventFacts));
  }

  /** Tells one connection what concerns it alone. */
  tell<Body extends object>(connection: Connection, event: SessionEvent<Body>, body: NoInfer<Body>): void {
    connection.send(event.type, body);
  }

  /** Tells one connection the same in the words of its own language: an event that is none of this version. */
  tellInWords(connection: Connection, name: string, body: object): void {
    connection.send(name, body);
  }

  /** Subscribes every socket of these users, on every node, to a room that they gained. */
  addToRoom(userPks: UserPk[], roomId: string): void {
    this.move({ kind: 'join', who: userPks.map(channels.userReading), rooms: [channels.room(roomId)] });
    this.move({
      kind: 'join',
      who: userPks.map(channels.userNotReading),
      rooms: [channels.roomWithoutMessages(roomId)],
    });
  }

  removeFromRoom(userPks: UserPk[], roomId: string): void {
    const rooms = [channels.room(roomId), channels.roomWithoutMessages(roomId)];
    this.move({ kind: 'leave', who: userPks.map(channels.user), rooms });
  }

  /** What another node told. */
  receive(message: BusMessage, from: string): void {
    for (const part of message) {
      if (part instanceof Packet) {
        if (this.writer.isHeard(part.channels)) this.here.push(part);
      } else if (part.kind === 'news') this.news.get(part.subject)?.(part.body, from);
      else this.moveHere(part);
    }
    // What another node told in one turn comes in several messages, one for each topic: they are written together, too.
    if (this.here.length > 0) this.turn ??= setImmediate(() => this.flush());
  }

  /** Sends out now what this turn has published so far. */
  flush(): void {
    clearImmediate(this.turn);
    this.turn = undefined;
    this.flushHere();
    const message = this.elsewhere;
    this.elsewhere = [];
    if (message.length > 0) this.bus!.publish(message);
  }

  onModuleDestroy(): void {
    this.flush();
  }

  private everywhere(event: EventDescriptor, facts: EventFacts, to: string[], except?: string[]): void {
    const packet = this.add(event, facts, this.bus !== undefined, to, except);
    if (packet && this.bus) this.elsewhere.push(packet);
  }

  /** @param always also when nobody listens here */
  private add(
    event: EventDescriptor,
    facts: EventFacts,
    always: boolean,
    to: string[],
    except?: string[],
  ): Packet | null {
    const heard = this.writer.isHeard(to);
    if (!heard && !always) return null;
    const packet = new Packet(to, EVENT + JSON.stringify([event.type, envelopeOf(event, facts)]), except);
    if (heard) this.here.push(packet);
    this.turn ??= setImmediate(() => this.flush());
    return packet;
  }

  private move(move: Move): void {
    this.moveHere(move);
    if (this.bus) this.tellElsewhere(move);
  }

  private tellElsewhere(part: Move | News): void {
    this.elsewhere.push(part);
    this.turn ??= setImmediate(() => this.flush());
  }

  /** Whoever leaves still gets what was published before, and whoever enters nothing of it. */
  private moveHere({ kind, who, rooms }: Move): void {
    this.flushHere();
    let found = false;
    for (const channel of who) {
      for (const id of this.listeners.on(channel) ?? []) {
        found = true;
        if (kind === 'join') this.listeners.join(id, rooms);
        else for (const room of rooms) this.listeners.leave(id, room);
      }
    }
    if (found && kind === 'join') this.bus?.joined(rooms);
  }

  private flushHere(): void {
    const packets = this.here;
    if (packets.length === 0) return;
    this.here = [];
    this.writer.write(packets);
    this.overhears?.(packets);
  }
}

/** The channels that an event of a stream goes to. */
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
