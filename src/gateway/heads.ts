import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { newId } from '../common/ids.js';
import { logger } from '../common/logger.js';
import type { Outgoing } from '../realtime/catalogue.js';
import { Cluster } from '../realtime/cluster.js';
import { RealtimePublisher } from '../realtime/realtime.publisher.js';
import { SyncRepository, type RoomKey } from '../rooms/sync.repository.js';
import { sessionOf } from './session.js';
import { Subscriptions } from './subscriptions.js';

const EVERY_MS = 20_000;
const ROOMS_PER_QUERY = 1_000;

/**
 * Tells this node's connections from time to time where their rooms stand, so that they notice an event that never
 * reached them. Also repairs subscriptions while other nodes can't be heard, and once they can be heard again.
 */
@Injectable()
export class Heads implements OnApplicationBootstrap, OnModuleDestroy {
  private told = new Map<string, string>();
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly repository: SyncRepository,
    private readonly cluster: Cluster,
    private readonly subscriptions: Subscriptions,
  ) {}

  onApplicationBootstrap(): void {
    this.cluster.onRejoined(() => void this.run(true));
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One round, after the one that may be running. Never throws. */
  async run(reconcile: boolean): Promise<void> {
    while (this.running) await this.running;
    if (this.stopped) return;
    this.running = this.round(reconcile)
      .catch((error: unknown) => logger.debug({ reason: (error as Error).message }, 'Heads could not be read.'))
      .finally(() => (this.running = null));
    await this.running;
  }

  private schedule(): void {
    // Spread, so that the nodes of a cluster don't ask at the same moment.
    const wait = EVERY_MS * (0.75 + Math.random() * 0.5);
    this.timer = setTimeout(() => {
      void this.run(this.cluster.cutOff).finally(() => {
        if (!this.stopped) this.schedule();
      });
    }, wait);
    this.timer.unref();
  }

  private async round(reconcile: boolean): Promise<void> {
    if (reconcile) await this.subscriptions.reconcile();
    const rooms = this.roomsHere();
    const before = this.told;
    // Rooms that nobody listens to any more are forgotten by this.
    this.told = new Map();
    for (let at = 0; at < rooms.length; at += ROOMS_PER_QUERY) {
      await this.tell(rooms.slice(at, at + ROOMS_PER_QUERY), before);
    }
  }

  private async tell(rooms: RoomKey[], before: ReadonlyMap<string, string>): Promise<void> {
    const heads = await this.repository.findHeadsOfMany(rooms);
    const moved = heads.filter(({ room_id, epoch, rev }) => {
      const position = `${epoch} ${rev}`;
      this.told.set(room_id, position);
      return before.get(room_id) !== position;
    });
    this.publisher.publishHere(moved.map(toOutgoing));
  }

  /** Rooms with connections on this node, each with the client that one of them belongs to. */
  private roomsHere(): RoomKey[] {
    const { adapter, sockets } = this.publisher.server.sockets;
    const clients = new Map<string, string>();
    for (const [channel, ids] of adapter.rooms) {
      if (!channel.startsWith('r:') && !channel.startsWith('n:')) continue;
      const [first] = ids;
      const socket = first === undefined ? undefined : sockets.get(first);
      if (socket) clients.set(channel.slice(2), sessionOf(socket).caller.clientId);
    }
    return [...clients].map(([room_id, client_id]) => ({ room_id, client_id }));
  }
}

const toOutgoing = (head: RoomKey & { epoch: string; rev: number; last_seq: number; now: Date }): Outgoing => ({
  stream: { type: 'room', id: head.room_id },
  envelope: {
    id: newId(),
    type: 'sync.heads',
    v: 1,
    client_id: head.client_id,
    stream: `room:${head.room_id}`,
    room_id: head.room_id,
    occurred_at: head.now.toISOString(),
    actor: { id: null, type: 'system' },
    data: { rooms: [{ room_id: head.room_id, epoch: head.epoch, rev: head.rev, last_seq: head.last_seq }] },
  },
});
