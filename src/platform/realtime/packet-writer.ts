import type { Server } from 'socket.io';
import type { Listeners } from './listeners.js';
import type { Packet } from './packet.js';

/** What Engine.IO's socket takes, and its types keep to themselves. */
interface EngineSocket {
  transport: { name: string };
  /** @param data what transports other than WebSocket send, and what a backlog is counted by */
  write(data: string | Buffer, options: { wsPreEncodedFrame: Buffer[] }): void;
}

/**
 * Writes packets to this node's sockets. What goes to one socket together is written together, in one piece that all
 * sockets with the same packets share: the writes are two thirds of what a broadcast costs.
 */
export class PacketWriter {
  constructor(
    private readonly server: Server,
    private readonly listeners: Listeners,
  ) {}

  /** Does any socket of this node listen to one of them? */
  isHeard(channels: readonly string[]): boolean {
    return channels.some((channel) => this.listeners.has(channel));
  }

  /** In this order, each packet once to a socket, by whichever of its channels. */
  write(packets: readonly Packet[]): void {
    const { sockets } = this.server.sockets;
    for (const [id, bundle] of this.bundlesOf(packets)) {
      const socket = sockets.get(id);
      if (socket) bundle.writeTo(socket.conn as unknown as EngineSocket);
      else this.listeners.others.get(id)?.takeFrames(bundle.bareFrames);
    }
  }

  /** What each socket gets. */
  private bundlesOf(packets: readonly Packet[]): Map<string, Bundle> {
    const first = new Map<Packet, Bundle>();
    const bundles = new Map<string, Bundle>();
    for (const packet of packets) {
      const excepted = this.exceptedFrom(packet);
      for (const channel of packet.channels) {
        for (const id of this.listeners.on(channel) ?? []) {
          if (excepted?.has(id)) continue;
          const before = bundles.get(id);
          if (before?.last !== packet) bundles.set(id, followerOf(before, first, packet));
        }
      }
    }
    return bundles;
  }

  private exceptedFrom({ except }: Packet): Set<string> | null {
    return except.length === 0 ? null : new Set(except.flatMap((channel) => [...(this.listeners.on(channel) ?? [])]));
  }
}

/** Packets for one socket. All sockets with the same packets have the same bundle. */
class Bundle {
  readonly followers = new Map<Packet, Bundle>();
  private joined: Buffer | undefined;
  private joinedBare: Buffer | undefined;

  constructor(
    private readonly before: Bundle | undefined,
    readonly last: Packet,
  ) {}

  writeTo(socket: EngineSocket): void {
    const { before, last } = this;
    if (!before) socket.write(last.text, { wsPreEncodedFrame: [last.frame] });
    else if (socket.transport.name === 'websocket') socket.write(this.frames, { wsPreEncodedFrame: [this.frames] });
    else {
      // Other transports carry packets, no frames.
      before.writeTo(socket);
      socket.write(last.text, { wsPreEncodedFrame: [last.frame] });
    }
  }

  /** For raw WebSockets. */
  get bareFrames(): Buffer {
    if (!this.before) return this.last.bareFrame;
    return (this.joinedBare ??= Buffer.concat(this.all().map(({ bareFrame }) => bareFrame)));
  }

  private get frames(): Buffer {
    return (this.joined ??= Buffer.concat(this.all().map(({ frame }) => frame)));
  }

  private all(): Packet[] {
    const packets = [this.last];
    for (let at = this.before; at; at = at.before) packets.push(at.last);
    return packets.reverse();
  }
}

function followerOf(before: Bundle | undefined, first: Map<Packet, Bundle>, packet: Packet): Bundle {
  const followers = before?.followers ?? first;
  let bundle = followers.get(packet);
  if (!bundle) followers.set(packet, (bundle = new Bundle(before, packet)));
  return bundle;
}
