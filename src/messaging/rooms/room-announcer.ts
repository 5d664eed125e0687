import { Injectable } from '@nestjs/common';
import type { EventRow, NewEvent } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import { actorOf } from './room-access.js';
import type { Caller } from '../../tenancy/access/caller.js';

/** The events of rooms and members: what is appended with a change, and what follows its commit. */
@Injectable()
export class RoomAnnouncer {
  constructor(
    readonly events: EventsService,
    private readonly publisher: RealtimePublisher,
  ) {}

  ofRoom(caller: Caller, roomId: string, type: 'room.created' | 'room.updated'): NewEvent {
    return {
      client_id: caller.clientId,
      stream: { type: 'room', id: roomId },
      type,
      subject_id: roomId,
      actor: actorOf(caller),
    };
  }

  /** `data` holds what the member was then; names and markers are filled in when it is read. */
  ofMember(
    caller: Caller,
    roomId: string,
    type: 'member.joined' | 'member.updated' | 'member.left',
    userPk: string,
    data: { role: string; status: 'active' | 'left' },
  ): NewEvent {
    return {
      client_id: caller.clientId,
      stream: { type: 'room', id: roomId },
      type,
      subject_id: userPk,
      actor: actorOf(caller),
      data,
    };
  }

  /** On the user's own stream. */
  ofUser(caller: Caller, roomId: string, userPk: string, type: 'room.added' | 'room.removed', data?: object): NewEvent {
    return {
      client_id: caller.clientId,
      stream: { type: 'user', id: userPk },
      type,
      room_id: roomId,
      subject_id: roomId,
      actor: actorOf(caller),
      data,
    };
  }

  /** After the commit: sockets enter and leave the room before anybody is told, so that nobody hears too little or too much. */
  async committed(rows: EventRow[]): Promise<void> {
    for (const row of rows) {
      if (row.type === 'room.added') this.publisher.addToRoom(row.stream_id, row.room_id!);
      if (row.type === 'room.removed') this.publisher.removeFromRoom(row.stream_id, row.room_id!);
    }
    await this.events.publish(rows);
  }
}
