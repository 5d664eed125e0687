import { Injectable } from '@nestjs/common';
import { may, refuseBanned, type Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { newId, type UserPk } from '../../platform/common/ids.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { MembersRepository, type NewMember } from './membership/members.repository.js';
import { RoomAnnouncer } from './room-announcer.js';
import { toSeenRoom } from './room.row.js';
import { roomCreated } from './rooms.events.js';
import { RoomsRepository, type NewRoom } from './rooms.repository.js';
import type { CreateRoomDto, RoomDto } from './rooms.dto.js';

/** How many people a direct room has, always. */
export const DIRECT_MEMBERS = 2;

/** Makes rooms with their first members. */
@Injectable()
export class NewRoomsService {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly announcer: RoomAnnouncer,
    private readonly users: UsersService,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  /** A direct room is the same for the same two people: the second time nothing is made. */
  async create(request: Request, dto: CreateRoomDto): Promise<RoomDto | Existing<RoomDto>> {
    const { caller } = request;
    this.check(caller, dto);
    const members = await this.membersOf(caller, dto);
    const maxMembers = capacityOf(dto, members.length);
    let events: EventRow[] = [];
    const room = await this.idempotency.effect(request, async (tx) => {
      const directKey = dto.room_type === 'direct' ? directKeyOf(members) : null;
      const { roomId, made } = await this.insertOrFind(tx, caller.clientId, {
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
      if (made) events = await this.populate(tx, caller, roomId, members);
      const row = (await this.rooms.find(tx, caller.clientId, roomId, caller.user?.user_pk ?? null))!;
      const room = toSeenRoom(row, this.database.epochOf(row.epoch));
      return made ? room : new Existing(room);
    });
    await this.announcer.committed(events);
    return room;
  }

  /** What can be told before anybody is looked up. @throws Problem `forbidden`, `user_banned`, `validation_failed` */
  check(caller: Caller, dto: CreateRoomDto): void {
    const permission = dto.room_type === 'direct' ? 'send_messages' : 'manage_rooms';
    if (!may(caller, permission)) {
      throw new Problem('forbidden', `A ${dto.room_type} room needs the permission ${permission}.`);
    }
    refuseBanned(caller);
    const people = new Set(dto.members?.map(({ user_id }) => user_id));
    if (caller.user) people.add(caller.user.user_id);
    capacityOf(dto, people.size);
  }

  private async insertOrFind(tx: Tx, clientId: string, room: NewRoom): Promise<{ roomId: string; made: boolean }> {
    // A direct room may be deleted between the two statements: then there is room for a new one.
    for (let tries = 0; tries < 3; tries++) {
      const inserted = await this.rooms.insert(tx, clientId, room);
      if (inserted !== null) return { roomId: inserted, made: true };
      const found = await this.rooms.findDirect(tx, clientId, room.direct_key!);
      if (found !== null) return { roomId: found, made: false };
    }
    throw new Problem('overloaded', 'The direct room of these two people keeps changing. Try again.', {
      retryAfterS: 1,
    });
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
      { create: caller.kind === 'master', asker: caller.user },
    );
    const direct = dto.room_type === 'direct';
    const roles = new Map<UserPk, NewMember['role']>();
    for (const { user_id, role } of listed)
      roles.set((found.get(user_id) as UserRef).user_pk, direct ? 'owner' : (role ?? 'member'));
    if (caller.user) roles.set(caller.user.user_pk, 'owner');
    return [...roles].map(([user_pk, role]) => ({ user_pk, role }));
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
