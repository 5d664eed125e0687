import { ClusterAdapter, MessageType, type ClusterMessage, type ClusterResponse } from 'socket.io-adapter';

type Broadcast = Parameters<ClusterAdapter['broadcast']>;
type BroadcastOptions = Broadcast[1];

/** What the adapter needs of the cluster: a way out, and a call for everything that comes in. */
export interface ClusterBus {
  /** May reject: what is lost is found again in the event log. */
  publish(text: string): Promise<unknown>;
  /** @returns how to stop listening */
  listen(onText: (text: string) => void): () => void;
}

/**
 * Socket.IO's adapter over a bus between nodes. Unlike @socket.io/redis-adapter it acts on this node's sockets at once
 * and whatever becomes of the bus, never hears its own echo (which, late, would undo a newer join or leave), and leaves
 * no promise unhandled.
 */
export class BusAdapter extends ClusterAdapter {
  private readonly stop: () => void;

  constructor(
    namespace: unknown,
    private readonly bus: ClusterBus,
  ) {
    super(namespace);
    this.stop = bus.listen((text) => this.receive(text));
  }

  /** This node's sockets only, synchronously; then the others'. */
  override async broadcast(packet: Broadcast[0], options: BroadcastOptions): Promise<void> {
    void super.broadcast(packet, locally(options));
    if (!options.flags?.local) this.publish({ type: MessageType.BROADCAST, data: { packet, opts: plain(options) } });
  }

  override async addSockets(options: BroadcastOptions, rooms: string[]): Promise<void> {
    void super.addSockets(locally(options), rooms);
    if (!options.flags?.local) this.publish({ type: MessageType.SOCKETS_JOIN, data: { opts: plain(options), rooms } });
  }

  override async delSockets(options: BroadcastOptions, rooms: string[]): Promise<void> {
    void super.delSockets(locally(options), rooms);
    if (!options.flags?.local) this.publish({ type: MessageType.SOCKETS_LEAVE, data: { opts: plain(options), rooms } });
  }

  override close(): void {
    this.stop();
  }

  protected override async doPublish(message: ClusterMessage): Promise<string> {
    await this.bus.publish(JSON.stringify(message));
    return '';
  }

  protected override doPublishResponse(_requester: string, response: ClusterResponse): Promise<void> {
    return this.doPublish(response as unknown as ClusterMessage).then(() => undefined);
  }

  private receive(text: string): void {
    try {
      this.onMessage(JSON.parse(text) as ClusterMessage);
    } catch {
      // Not of this version of ChatAPI, or not ChatAPI's: the event log has what it may have told of.
    }
  }
}

/** What `server.adapter()` takes: called with `new`, so no arrow function. */
export const adapterOver = (bus: ClusterBus) =>
  function (namespace: unknown): BusAdapter {
    return new BusAdapter(namespace, bus);
  };

const locally = (options: BroadcastOptions): BroadcastOptions => ({
  ...options,
  flags: { ...options.flags, local: true },
});

const plain = (options: BroadcastOptions) => ({
  rooms: [...options.rooms],
  except: [...(options.except ?? [])],
  flags: options.flags ?? {},
});
