import type { Server } from 'socket.io';

/** A connection that takes what it hears as WebSocket frames, whole and ready to be written. */
export interface FrameTaker {
  takeFrames(frames: Buffer): void;
}

type Adapter = Server['sockets']['adapter'];

/**
 * Who listens to what on this node, whatever carries it. Socket.IO's own index has them all, because it knows
 * connections by nothing but their ids: so a further transport costs Socket.IO's connections nothing, and what is said
 * to a channel finds everybody by one look.
 */
export class Listeners {
  /** Connections that Socket.IO does not carry, by their ids. */
  readonly others = new Map<string, FrameTaker>();
  private readonly adapter: Adapter;

  constructor(private readonly server: Server) {
    this.adapter = server.sockets.adapter;
  }

  /** What transports keep of each connection. */
  *all(): Generator<unknown> {
    for (const { data } of this.server.sockets.sockets.values()) yield data;
    yield* this.others.values();
  }

  /** The same of one, by its id. */
  find(id: string): unknown {
    return this.server.sockets.sockets.get(id)?.data ?? this.others.get(id);
  }

  /** Channels that one connection at least listens to; among them the id of each connection of Socket.IO. */
  get channels(): Iterable<string> {
    return this.adapter.rooms.keys();
  }

  has(channel: string): boolean {
    return this.adapter.rooms.has(channel);
  }

  /** Ids of the connections on a channel. */
  on(channel: string): ReadonlySet<string> | undefined {
    return this.adapter.rooms.get(channel);
  }

  /** What one connection listens to. */
  of(id: string): ReadonlySet<string> | undefined {
    return this.adapter.sids.get(id);
  }

  join(id: string, channels: readonly string[]): void {
    this.adapter.addAll(id, new Set(channels));
  }

  leave(id: string, channel: string): void {
    this.adapter.del(id, channel);
  }

  /** @param first a channel has its first connection here; `last`: it lost its last */
  watch(first: (channel: string) => void, last: (channel: string) => void): void {
    this.adapter.on('create-room', first);
    this.adapter.on('delete-room', last);
  }

  /** A connection that Socket.IO does not carry is there. */
  add(id: string, taker: FrameTaker): void {
    this.others.set(id, taker);
  }

  /** It has ended, and listens to nothing any more. */
  remove(id: string): void {
    this.others.delete(id);
    this.adapter.delAll(id);
  }
}
