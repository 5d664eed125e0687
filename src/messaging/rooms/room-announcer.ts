import { Injectable } from '@nestjs/common';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { MemberDto } from './members.dto.js';
import { actorOf } from './room-access.js';
import type { RoomDto, RoomRemovedDto } from './rooms.dto.js';
import { roomAdded, roomRemoved } from './rooms.events.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { UserPk } from '../../platform/common/ids.js';

/** The events of rooms and members: what is appended with a change, and what follows its commit. */
@Injectable()
export class RoomAnnouncer {
  constructor(
    readonly events: EventsService,
    private readonly publisher: RealtimePublisher,
  ) {}

  ofRoom(caller: Caller, roomId: string, event: DurableEvent<RoomDto, 'room', true>): NewEvent {
    return newEvent({
      event,
      client_id: caller.clientId,
      stream: { type: 'room', id: roomId },
      subject_id: roomId,
      actor: actorOf(caller),
    });
  }

  /** `data` holds what the member was then; names and markers are filled in when it is read. */
  ofMember(
    caller: Caller,
    roomId: string,
    event: DurableEvent<MemberDto, 'room', true>,
    userPk: UserPk,
    data: Pick<MemberDto, 'role' | 'status'>,
  ): NewEvent {
    return newEvent({
      event,
      client_id: caller.clientId,
      stream: { type: 'room', id: roomId },
      subject_id: userPk,
      actor: actorOf(caller),
      data,
    });
  }

  /** On the user's own stream. */
  ofRoomAdded(caller: Caller, roomId: string, userPk: UserPk): NewEvent {
    return newEvent({
      event: roomAdded,
      client_id: caller.clientId,
      stream: { type: 'user', id: userPk },
      room_id: roomId,
      subject_id: roomId,
      actor: actorOf(caller),
    });
  }

  /** On the user's own stream. */
  ofRoomRemoved(caller: Caller, roomId: string, userPk: UserPk, reason: RoomRemovedDto['reason']): NewEvent {
    return newEvent({
      event: roomRemoved,
      client_id: caller.clientId,
      stream: { type: 'user', id: userPk },
      room_id: roomId,
      subject_id: roomId,
      actor: actorOf(caller),
      data: { room_id: roomId, reason },
    });
  }

  /** After the commit: sockets enter and leave the room before anybody is told, so that nobody hears too little or too much. */
  async committed(rows: EventRow[]): Promise<void> {
    for (const row of rows) {
      if (row.type === roomAdded.type) this.publisher.addToRoom(row.stream_id as UserPk, row.room_id!);
      if (row.type === roomRemoved.type) this.publisher.removeFromRoom(row.stream_id as UserPk, row.room_id!);
    }
    await this.events.publish(rows);
  }
}
