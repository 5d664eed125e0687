import { Injectable } from '@nestjs/common';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { limits } from '../../platform/config/limits.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import { RealtimePublisher } from '../../platform/realtime/realtime.publisher.js';
import type { MemberDto } from './membership/member.dto.js';
import { actorOf } from './room-access.js';
import type { RemovalReason, RoomDto } from './rooms.dto.js';
import { memberJoined, roomAdded, roomRemoved } from './rooms.events.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { UserPk } from '../../platform/common/ids.js';

/** Tells a room's sockets where its stream stands. Registered by the room of catching up, which stands above this one. */
export interface HeadsTeller {
  /** Never throws. */
  tellRoom(clientId: string, roomId: string): Promise<void>;
}

/**
 * The events of rooms and members: what is appended with a change, and what follows its commit. More who join at once
 * than an answer to a resume would tell are not told one by one to each socket, only that there is something to read.
 */
@Injectable()
export class RoomAnnouncer {
  private heads: HeadsTeller;

  constructor(
    readonly events: EventsService,
    private readonly publisher: RealtimePublisher,
  ) {}

  registerHeads(heads: HeadsTeller): void {
    this.heads = heads;
  }

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
  ofRoomRemoved(caller: Caller, roomId: string, userPk: UserPk, reason: RemovalReason): NewEvent {
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
    for (const [roomId, users] of usersByRoom(rows, roomAdded)) this.publisher.addToRoom(users, roomId);
    for (const [roomId, users] of usersByRoom(rows, roomRemoved)) this.publisher.removeFromRoom(users, roomId);
    const joined = rows.filter(({ type }) => type === memberJoined.type);
    if (joined.length <= limits.resume_events_per_stream) return this.events.publish(rows);
    await this.events.publish(rows.filter(({ type }) => type !== memberJoined.type));
    const { client_id, stream_id } = joined[0]!;
    return this.heads.tellRoom(client_id, stream_id);
  }
}

/** Whose streams tell of which room. */
function usersByRoom(rows: EventRow[], { type }: DurableEvent): Map<string, UserPk[]> {
  const users = new Map<string, UserPk[]>();
  for (const row of rows) {
    if (row.type !== type) continue;
    const known = users.get(row.room_id!);
    if (known) known.push(row.stream_id as UserPk);
    else users.set(row.room_id!, [row.stream_id as UserPk]);
  }
  return users;
}
