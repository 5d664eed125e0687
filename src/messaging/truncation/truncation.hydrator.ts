import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { EventsService } from '../../engine/events/events.service.js';
import { toRoom } from '../rooms/room.row.js';
import { RoomsRepository } from '../rooms/rooms.repository.js';
import type { RoomTruncatedDto } from './truncation.dto.js';
import { roomTruncated } from './truncation.events.js';

/** Fills the room into events of its truncation; up to where stands in the log. */
@Injectable()
export class TruncationHydrator implements OnModuleInit {
  constructor(
    private readonly events: EventsService,
    private readonly rooms: RoomsRepository,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.events.register({
      events: [roomTruncated],
      hydrate: async (clientId, rows) => {
        const rooms = await this.rooms.findMany(clientId, [...new Set(rows.map(({ stream_id }) => stream_id))]);
        return new Map(
          rows.flatMap(({ id, stream_id, data }) => {
            const room = rooms.get(stream_id);
            if (!room) return [];
            const { before_seq } = data as Pick<RoomTruncatedDto, 'before_seq'>;
            return [[id, { ...toRoom(room, this.database.epochOf(room.epoch)), before_seq }]];
          }),
        );
      },
    });
  }
}
