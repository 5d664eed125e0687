import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { isUuid } from '../../platform/common/ids.js';
import { mergeMetadata } from '../../platform/common/metadata.js';
import {
  decodeCursor,
  decodeIdCursor,
  toPage,
  type Page,
  type PageQueryDto,
} from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { MembersRepository } from './membership/members.repository.js';
import { requirePermission, RoomAccess, rowOf } from './room-access.js';
import { RoomAnnouncer } from './room-announcer.js';
import { presenting } from './room-permissions.js';
import { DIRECT_MEMBERS } from './new-rooms.service.js';
import { toMember } from './membership/member.row.js';
import { toSeenRoom, type RoomRow } from './room.row.js';
import { roomUpdated } from './rooms.events.js';
import { RoomsRepository, type LockedRoom, type RoomChange } from './rooms.repository.js';
import type { AllRoomsQueryDto, RoomDto, RoomQueryDto, UpdateRoomDto } from './rooms.dto.js';

/** Reads rooms and changes them; {@link NewRoomsService} makes them. */
@Injectable()
export class RoomsService {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly access: RoomAccess,
    private readonly announcer: RoomAnnouncer,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  async get(caller: Caller, roomId: string, query: RoomQueryDto): Promise<RoomDto> {
    const room = this.present(await this.access.get(caller, roomId));
    if (!query.include_members) return room;
    const rows = await this.members.list(caller.clientId, room.id, limits.page, null);
    return { ...room, members: rows.slice(0, limits.page).map(toMember) };
  }

  /** The acting user's rooms, most recent activity first; without one the client's, newest first. */
  async list(caller: Caller, query: PageQueryDto): Promise<Page<RoomDto>> {
    if (!caller.user) return this.listAll(caller, query);
    const { limit = 50 } = query;
    const cursor = decodeCursor(query.cursor, 2);
    if (cursor && !(Number.isSafeInteger(cursor.key[0]) && isUuid(cursor.key[1]))) {
      throw new Problem('invalid_cursor', 'cursor: use next_cursor or prev_cursor of an earlier answer, unchanged.');
    }
    const rows = await this.rooms.listOf(caller.clientId, caller.user.user_pk, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ active, id }) => [active, id],
      (row) => this.present(row),
    );
  }

  async listAll(caller: Caller, query: AllRoomsQueryDto): Promise<Page<RoomDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const rows = await this.rooms.list(caller.clientId, query, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => this.present(row),
    );
  }

  /** RFC 7396; by owners and admins, in a direct room by both. */
  async update(request: Request, roomId: string, dto: UpdateRoomDto): Promise<RoomDto> {
    const { caller } = request;
    let events: EventRow[] = [];
    const change = async (tx: Tx): Promise<RoomDto> => {
      const locked = await this.access.lock(tx, caller, roomId);
      requirePermission(caller, locked.room_type, locked.actor_role, presenting(locked.room_type));
      await this.access.refuseBlocked(tx, caller, locked);
      const change = changeOf(dto, locked);
      if (Object.keys(change).length > 0) {
        await this.rooms.update(tx, caller.clientId, locked.id, change);
        events = await this.announcer.events.append(tx, [this.announcer.ofRoom(caller, locked.id, roomUpdated)]);
      }
      const row = await this.rooms.find(tx, caller.clientId, locked.id, caller.user?.user_pk ?? null);
      if (!row) throw notFound('room');
      return this.present(row);
    };
    const room = await this.idempotency.effect(request, change, { row: rowOf(roomId) });
    await this.announcer.committed(events);
    return room;
  }

  private present(row: RoomRow): RoomDto {
    return toSeenRoom(row, this.database.epochOf(row.epoch));
  }
}

/** @returns what is to be written; empty where all of it is so already */
function changeOf(dto: UpdateRoomDto, room: LockedRoom): RoomChange {
  const { metadata, max_members, ...plain } = dto;
  const change: RoomChange = { ...plain };
  if (max_members !== undefined) {
    if (room.room_type === 'direct' && max_members !== DIRECT_MEMBERS) {
      throw invalidField('max_members', 'must be 2 in a direct room');
    }
    if (max_members < room.member_count) throw invalidField('max_members', `there are ${room.member_count} members`);
    change.max_members = max_members;
  }
  if (metadata !== undefined) change.metadata = mergeMetadata(room.metadata, metadata);
  return differing(change, room);
}

/** What of it is not so already. */
const differing = (change: RoomChange, room: LockedRoom): RoomChange =>
  Object.fromEntries(
    Object.entries(change).filter(([field, value]) => !isDeepStrictEqual(value, room[field as keyof RoomChange])),
  );
