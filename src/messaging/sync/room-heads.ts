import { Injectable } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { RoomAnnouncer, type HeadsTeller } from '../rooms/room-announcer.js';
import { factsOfRoom } from './head-facts.js';
import { syncHeads } from './sync.events.js';
import { SyncRepository } from './sync.repository.js';

/** Tells the sockets of a room, on every node, where it stands: they resume, or read it again. */
@Injectable()
export class RoomHeads implements HeadsTeller {
  constructor(
    private readonly repository: SyncRepository,
    private readonly publisher: RealtimePublisher,
    announcer: RoomAnnouncer,
  ) {
    announcer.registerHeads(this);
  }

  async tellRoom(client_id: string, room_id: string): Promise<void> {
    try {
      const heads = await this.repository.findHeadsOfMany([{ client_id, room_id }]);
      for (const head of heads) this.publisher.publish(syncHeads, factsOfRoom(head));
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'A room changed, but sockets could not be told.');
    }
  }
}
