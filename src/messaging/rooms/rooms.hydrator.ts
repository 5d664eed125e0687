import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { MembersRepository } from './membership/members.repository.js';
import { toMember } from './membership/member.row.js';
import { toRoom } from './room.row.js';
import type { MemberDto } from './membership/member.dto.js';
import type { RoomAddedDto, RoomDto } from './rooms.dto.js';
import {
  memberJoined,
  memberLeft,
  memberUpdated,
  roomAdded,
  roomArchived,
  roomCreated,
  roomDeactivated,
  roomDeactivating,
  roomDeleted,
  roomReactivated,
  roomUpdated,
} from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';
import type { UserPk } from '../../platform/common/ids.js';

/** Fills in the bodies of events of rooms and members when they are read: rooms as they are now. */
@Injectable()
export class RoomsHydrator implements OnModuleInit {
  constructor(
    private readonly events: EventsService,
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.events.register<RoomDto | RoomAddedDto>({
      events: [
        roomCreated,
        roomUpdated,
        roomDeactivating,
        roomDeactivated,
        roomReactivated,
        roomArchived,
        roomDeleted,
        roomAdded,
      ],
      hydrate: (clientId, rows) => this.hydrateRooms(clientId, rows),
    });
    this.events.register({
      events: [memberJoined, memberUpdated, memberLeft],
      hydrate: (clientId, rows) => this.hydrateMembers(clientId, rows),
    });
  }

  private async hydrateRooms(clientId: string, rows: EventRow[]): Promise<Map<string, RoomDto | RoomAddedDto>> {
    const [rooms, hidden] = await Promise.all([
      this.rooms.findMany(clientId, [...new Set(rows.map(({ room_id }) => room_id!))]),
      this.findGone(clientId, rows),
    ]);
    return new Map(
      rows.flatMap((event): [string, RoomDto | RoomAddedDto][] => {
        const row = rooms.get(event.room_id!);
        if (!row) return [];
        const room = toRoom(row, this.database.epochOf(row.epoch));
        if (event.type !== roomAdded.type) return [[event.id, { ...room, ...event.data }]];
        const shown = hidden.has(event) || room.status === 'deleted' ? withoutContents(room) : room;
        return [[event.id, { room: shown, epoch: room.epoch, rev: room.last_rev }]];
      }),
    );
  }

  /** Those `room.added` whose reader is no longer in the room: what it is like now is not for him. */
  private async findGone(clientId: string, rows: EventRow[]): Promise<Set<EventRow>> {
    const added = rows.filter(({ type }) => type === roomAdded.type);
    if (added.length === 0) return new Set();
    const members = await this.members.findPairs(
      clientId,
      added.map(({ room_id, stream_id }) => ({ room_id: room_id!, user_pk: stream_id as UserPk })),
    );
    return new Set(added.filter((_, at) => members[at]?.status !== 'active'));
  }

  /** Role and status as they were, so that a `member.left` still says so when the member is back. */
  private async hydrateMembers(clientId: string, rows: EventRow[]): Promise<Map<string, MemberDto>> {
    const members = await this.members.findPairs(
      clientId,
      rows.map(({ room_id, subject_id }) => ({ room_id: room_id!, user_pk: subject_id as UserPk })),
    );
    return new Map(
      rows.flatMap(({ id, data }, at) => {
        const member = members[at];
        return member ? [[id, { ...toMember(member), ...(data as object) }]] : [];
      }),
    );
  }
}

const withoutContents = (room: RoomDto): RoomDto => ({
  ...room,
  name: null,
  slug: null,
  description: null,
  metadata: {},
  last_message_at: null,
});
