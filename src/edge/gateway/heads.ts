import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Cluster } from '../../platform/realtime/cluster.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { channelsOf } from '../../platform/realtime/topics.js';
import { factsOfRoom, factsOfUser, type HeadFacts } from '../../messaging/sync/head-facts.js';
import type { StreamPosition } from '../../messaging/sync/sync.dto.js';
import { syncHeads } from '../../messaging/sync/sync.events.js';
import { SyncRepository, type RoomKey, type SyncUser } from '../../messaging/sync/sync.repository.js';
import { roomOf, Sessions } from './session.js';

const EVERY_MS = 20_000;
const STREAMS_PER_QUERY = 1_000;

/**
 * Tells this node's connections from time to time where their streams stand, so that they notice an event that
 * never reached them; and as soon as other nodes are heard again after a silence.
 */
@Injectable()
export class Heads implements OnApplicationBootstrap, OnModuleDestroy {
  private told = new Map<string, string>();
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly publisher: RealtimePublisher,
    private readonly sessions: Sessions,
    private readonly repository: SyncRepository,
    private readonly cluster: Cluster,
  ) {}

  onApplicationBootstrap(): void {
    this.cluster.onRejoined(() => void this.run());
    this.cluster.onLateHeard((topics) => void this.tellLate(topics));
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** One round, after the one that may be running. Never throws. */
  async run(): Promise<void> {
    while (this.running) await this.running;
    if (this.stopped) return;
    this.running = this.round()
      .catch((error: unknown) => logger.debug({ reason: (error as Error).message }, 'Heads could not be read.'))
      .finally(() => (this.running = null));
    await this.running;
  }

  /** Rooms whose connections were there before other nodes were heard. Never throws. */
  private async tellLate(topics: string[]): Promise<void> {
    try {
      for (const rooms of chunksOf(this.roomsOn(topics.flatMap(channelsOf)))) {
        for (const head of await this.repository.findHeadsOfMany(rooms)) {
          this.publisher.publishHere(syncHeads, factsOfRoom(head));
        }
      }
    } catch (error) {
      logger.debug({ reason: (error as Error).message }, 'Heads of new rooms could not be read.');
    }
  }

  private schedule(): void {
    // Spread, so that the nodes of a cluster don't ask at the same moment.
    const wait = EVERY_MS * (0.75 + Math.random() * 0.5);
    this.timer = setTimeout(() => {
      void this.run().finally(() => {
        if (!this.stopped) this.schedule();
      });
    }, wait);
    this.timer.unref();
  }

  private async round(): Promise<void> {
    const before = this.told;
    // Streams that nobody listens to any more are forgotten by this.
    this.told = new Map();
    for (const rooms of chunksOf(this.roomsHere())) {
      this.tell(
        before,
        (await this.repository.findHeadsOfMany(rooms)).map((head) => positioned(factsOfRoom(head), head)),
      );
    }
    for (const users of chunksOf(this.usersHere())) {
      this.tell(
        before,
        (await this.repository.findUserHeadsOfMany(users)).map((head) => positioned(factsOfUser(head), head)),
      );
    }
  }

  private tell(before: ReadonlyMap<string, string>, heads: Head[]): void {
    for (const { position, facts } of heads) {
      const { id } = facts.stream;
      this.told.set(id, position);
      if (before.get(id) !== position) this.publisher.publishHere(syncHeads, facts);
    }
  }

  /** Rooms with connections on this node, each with the client that one of them belongs to. */
  private roomsHere(): RoomKey[] {
    return this.roomsOn(this.sessions.channels());
  }

  private roomsOn(channels: Iterable<string>): RoomKey[] {
    const clients = new Map<string, string>();
    for (const channel of channels) {
      const room = roomOf(channel);
      if (room === undefined) continue;
      const [first] = this.sessions.on(channel);
      if (first) clients.set(room, first.caller.clientId);
    }
    return [...clients].map(([room_id, client_id]) => ({ room_id, client_id }));
  }

  private usersHere(): SyncUser[] {
    const users = new Map<string, SyncUser>();
    for (const session of this.sessions.all()) {
      const { clientId, user } = session.caller;
      if (user) users.set(user.user_pk, { client_id: clientId, user_pk: user.user_pk });
    }
    return [...users.values()];
  }
}

interface Head {
  position: string;
  facts: HeadFacts;
}

const positioned = (facts: HeadFacts, { epoch, rev }: StreamPosition): Head => ({ position: `${epoch} ${rev}`, facts });

function* chunksOf<T>(items: T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += STREAMS_PER_QUERY) yield items.slice(at, at + STREAMS_PER_QUERY);
}
