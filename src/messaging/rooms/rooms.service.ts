import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { isUuid, newId, type UserPk } from '../../platform/common/ids.js';
import { mergePatch } from '../../platform/common/merge-patch.js';
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
import { UsersService } from '../../tenancy/users/users.service.js';
import { MembersRepository, type NewMember } from './members.repository.js';
import { RoomAccess } from './room-access.js';
import { RoomAnnouncer } from './room-announcer.js';
import { toMember, toRoom, toRoomMe, type RoomRow } from './room.row.js';
import { roomCreated, roomUpdated } from './rooms.events.js';
import { RoomsRepository, type LockedRoom, type RoomChange } from './rooms.repository.js';
import type { AllRoomsQueryDto, CreateRoomDto, RoomDto, RoomQueryDto, UpdateRoomDto } from './rooms.dto.js';

const DIRECT_MEMBERS = 2;

@Injectable()
export class RoomsService {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly access: RoomAccess,
    private readonly announcer: RoomAnnouncer,
    private readonly users: UsersService,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  /** A direct room is the same for the same two people: the second time nothing is made. */
  async create(request: Request, dto: CreateRoomDto): Promise<RoomDto | Existing<RoomDto>> {
    const { caller } = request;
    const permission = dto.room_type === 'direct' ? 'send_messages' : 'manage_rooms';
    if (!may(caller, permission)) {
      throw new Problem('forbidden', `A ${dto.room_type} room needs the permission ${permission}.`);
    }
    const members = await this.membersOf(caller, dto);
    const maxMembers = capacityOf(dto, members.length);
    let events: EventRow[] = [];
    const room = await this.idempotency.effect(request, async (tx) => {
      const directKey = dto.room_type === 'direct' ? directKeyOf(members) : null;
      const id = await this.rooms.insert(tx, caller.clientId, {
        id: newId(),
        room_type: dto.room_type,
        name: dto.name ?? null,
        description: dto.description ?? null,
        privacy: dto.privacy ?? 'private',
        history: dto.history ?? 'full',
        max_members: maxMembers,
        metadata: dto.metadata ?? {},
        created_by_pk: caller.user?.user_pk ?? null,
        direct_key: directKey,
      });
      const roomId = id ?? (await this.rooms.getDirect(tx, caller.clientId, directKey!));
      if (id !== null) events = await this.populate(tx, caller, roomId, members);
      const room = this.present((await this.rooms.find(tx, caller.clientId, roomId, caller.user?.user_pk ?? null))!);
      return id === null ? new Existing(room) : room;
    });
    await this.announcer.committed(events);
    return room;
  }

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

  /** RFC 7396; by owners and admins. */
  async update(request: Request, roomId: string, dto: UpdateRoomDto): Promise<RoomDto> {
    const { caller } = request;
    let events: EventRow[] = [];
    const room = await this.idempotency.effect(request, async (tx) => {
      const locked = await this.access.lock(tx, caller, roomId, ['owner', 'admin']);
      const change = changeOf(dto, locked);
      if (Object.keys(change).length > 0) {
        await this.rooms.update(tx, caller.clientId, locked.id, change);
        events = await this.announcer.events.append(tx, [this.announcer.ofRoom(caller, locked.id, roomUpdated)]);
      }
      const row = await this.rooms.find(tx, caller.clientId, locked.id, caller.user?.user_pk ?? null);
      if (!row) throw notFound('room');
      return this.present(row);
    });
    await this.announcer.committed(events);
    return room;
  }

  /** Its members, and the events of the new room: each member learns of it on its own stream. */
  private async populate(tx: Tx, caller: Caller, roomId: string, members: NewMember[]): Promise<EventRow[]> {
    // rev 1 is room.created, which everybody in it may see.
    if (members.length > 0) await this.members.join(tx, caller.clientId, roomId, members, { seq: 0, rev: 1 });
    return this.announcer.events.append(tx, [
      this.announcer.ofRoom(caller, roomId, roomCreated),
      ...members.map(({ user_pk }) => this.announcer.ofRoomAdded(caller, roomId, user_pk)),
    ]);
  }

  /** Who is listed, and who creates, each once. */
  private async membersOf(caller: Caller, dto: CreateRoomDto): Promise<NewMember[]> {
    const listed = dto.members ?? [];
    const found = await this.users.resolve(
      caller.clientId,
      listed.map(({ user_id }) => user_id),
      { create: caller.kind === 'master' },
    );
    const direct = dto.room_type === 'direct';
    const roles = new Map<UserPk, NewMember['role']>();
    for (const { user_id, role } of listed)
      roles.set((found.get(user_id) as UserRef).user_pk, direct ? 'owner' : (role ?? 'member'));
    if (caller.user) roles.set(caller.user.user_pk, 'owner');
    return [...roles].map(([user_pk, role]) => ({ user_pk, role }));
  }

  private present(row: RoomRow): RoomDto {
    const room = toRoom(row, this.database.epochOf(row.epoch));
    return row.my_role === null ? room : { ...room, me: toRoomMe(row) };
  }
}

/** The two people, in one order whoever asks first. */
const directKeyOf = (members: NewMember[]): string =>
  members
    .map(({ user_pk }) => user_pk)
    .sort()
    .join(' ');

function capacityOf(dto: CreateRoomDto, members: number): number {
  if (dto.room_type === 'direct') {
    if (members !== DIRECT_MEMBERS) throw invalidField('members', 'a direct room has exactly two people');
    if ((dto.max_members ?? DIRECT_MEMBERS) !== DIRECT_MEMBERS)
      throw invalidField('max_members', 'must be 2 in a direct room');
    return DIRECT_MEMBERS;
  }
  const capacity = dto.max_members ?? limits.room_members;
  if (members > capacity) throw invalidField('members', `${members} members are more than max_members (${capacity})`);
  return capacity;
}

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
  if (metadata !== undefined) {
    change.metadata = metadata === null ? {} : mergePatch(room.metadata, metadata);
    if (Buffer.byteLength(JSON.stringify(change.metadata)) > limits.metadata_bytes) {
      throw invalidField('metadata', `must be at most ${limits.metadata_bytes} bytes of JSON once merged`);
    }
  }
  return change;
}
