import { Injectable } from '@nestjs/common';
import { may, type Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { AddMembersDto, AddedMembersDto, MemberDto, MemberInputDto, Role } from './members.dto.js';
import { MembersRepository, type NewMember } from './members.repository.js';
import { mayInRoom, RoomAccess, rowOf } from './room-access.js';
import { RoomAnnouncer } from './room-announcer.js';
import { toMember, type MemberRow } from './room.row.js';
import { memberJoined, memberLeft, memberUpdated } from './rooms.events.js';
import type { LockedRoom } from './rooms.repository.js';
import { isUuid, type UserId } from '../../platform/common/ids.js';

/**
 * What roles may stands in the permission table (room-permissions.ts); everybody may leave. Under the room's lock, so that
 * capacity and the last owner hold whatever happens at the same time.
 */
@Injectable()
export class MembersService {
  constructor(
    private readonly members: MembersRepository,
    private readonly access: RoomAccess,
    private readonly announcer: RoomAnnouncer,
    private readonly users: UsersService,
    private readonly idempotency: Idempotency,
  ) {
    users.registerNeighbours(members);
  }

  async list(caller: Caller, roomId: string, query: PageQueryDto): Promise<Page<MemberDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const room = await this.access.get(caller, roomId);
    const rows = await this.members.list(caller.clientId, room.id, limit, cursor);
    return toPage(rows, limit, cursor, ({ user_pk }) => [user_pk], toMember);
  }

  /** Who is a member already stays as he is. */
  async add(request: Request, roomId: string, dto: AddMembersDto): Promise<AddedMembersDto> {
    const { caller } = request;
    const inputs = inputsOf(dto);
    // A room out of sight is not there, whoever was to be added.
    await this.access.get(caller, roomId);
    const found = await this.users.resolve(
      caller.clientId,
      inputs.map(({ user_id }) => user_id),
      { create: caller.kind === 'master' },
    );
    const wanted = new Map(inputs.map(({ user_id, role = 'member' }) => [found.get(user_id)!.user_pk, role]));
    const members = [...wanted].map(([user_pk, role]): NewMember => ({ user_pk, role }));
    return this.change(request, roomId, async (tx) => {
      const room = await this.access.lock(tx, caller, roomId, 'invite');
      refuseDirect(room);
      for (const { role } of members) refuseAbove(caller, room, role);
      const events = await this.join(tx, caller, room, members);
      const rows = await this.members.findMany(tx, caller.clientId, room.id, [...wanted.keys()]);
      return [{ data: [...wanted.keys()].map((user_pk) => toMember(rows.get(user_pk)!)) }, events];
    });
  }

  async setRole(request: Request, roomId: string, userId: UserId, role: Role): Promise<MemberDto> {
    const { caller } = request;
    return this.change(request, roomId, async (tx) => {
      const room = await this.access.lock(tx, caller, roomId, 'delete');
      refuseDirect(room);
      const member = await this.get(tx, caller, room, userId);
      if (member.role === role) return [toMember(member), []];
      if (member.role === 'owner') await this.refuseLastOwner(tx, caller, room);
      await this.members.setRole(tx, caller.clientId, room.id, member.user_pk, role);
      const { events } = this.announcer;
      const changed = { role, status: 'active' as const };
      return [
        toMember(await this.get(tx, caller, room, userId)),
        await events.append(tx, [this.announcer.ofMember(caller, room.id, memberUpdated, member.user_pk, changed)]),
      ];
    });
  }

  /** Removes a member, or lets the acting user leave; who has left already has, so that a call can be repeated. */
  async remove(request: Request, roomId: string, userId: UserId): Promise<void> {
    const { caller } = request;
    const leaving = caller.user !== null && (userId === 'me' || userId === caller.user.user_id);
    if (!leaving && !may(caller, 'manage_rooms')) {
      throw new Problem('forbidden', 'Removing others needs the permission manage_rooms.');
    }
    await this.change(request, roomId, async (tx) => {
      const gone = async () =>
        this.members.hasLeft(tx, caller.clientId, roomId, leaving ? caller.user!.user_id : userId);
      // Who has left doesn't see the room any more.
      if (leaving && isUuid(roomId) && (await gone())) return [undefined, []];
      const room = await this.access.lock(tx, caller, roomId, leaving ? undefined : 'manage');
      refuseDirect(room);
      if (await gone()) return [undefined, []];
      const member = await this.get(tx, caller, room, leaving ? caller.user!.user_id : userId);
      if (!leaving) refuseAbove(caller, room, member.role);
      if (member.role === 'owner') await this.refuseLastOwner(tx, caller, room);
      return [undefined, await this.leave(tx, caller, room, member, leaving ? 'left' : 'removed')];
    });
  }

  private async join(tx: Tx, caller: Caller, room: LockedRoom, members: NewMember[]): Promise<EventRow[]> {
    const known = await this.members.findMany(
      tx,
      caller.clientId,
      room.id,
      members.map(({ user_pk }) => user_pk),
    );
    const banned = [...known.values()].filter(({ status }) => status === 'banned');
    if (banned.length > 0) {
      throw new Problem(
        'user_unavailable',
        `Not available: ${banned
          .map(({ user_id }) => user_id)
          .slice(0, 3)
          .join(', ')}.`,
      );
    }
    const coming = members.filter(({ user_pk }) => known.get(user_pk)?.status !== 'active');
    if (coming.length === 0) return [];
    if (room.member_count + coming.length > room.max_members) {
      throw new Problem('room_full', `The room takes ${room.max_members} members and has ${room.member_count}.`);
    }
    await this.members.join(tx, caller.clientId, room.id, coming, { seq: room.last_seq, rev: room.last_rev + 1 });
    return this.announcer.events.append(tx, [
      ...coming.map(({ user_pk, role }) =>
        this.announcer.ofMember(caller, room.id, memberJoined, user_pk, { role, status: 'active' }),
      ),
      ...coming.map(({ user_pk }) => this.announcer.ofRoomAdded(caller, room.id, user_pk)),
    ]);
  }

  private async leave(
    tx: Tx,
    caller: Caller,
    room: LockedRoom,
    { user_pk, role }: MemberRow,
    reason: 'left' | 'removed',
  ): Promise<EventRow[]> {
    await this.members.leave(tx, caller.clientId, room.id, user_pk, room.last_rev + 1);
    return this.announcer.events.append(tx, [
      this.announcer.ofMember(caller, room.id, memberLeft, user_pk, { role, status: 'left' }),
      this.announcer.ofRoomRemoved(caller, room.id, user_pk, reason),
    ]);
  }

  /** Runs a change with its events in one transaction, then tells of it. */
  private async change<T>(request: Request, roomId: string, fn: (tx: Tx) => Promise<[T, EventRow[]]>): Promise<T> {
    let events: EventRow[] = [];
    const changed = async (tx: Tx): Promise<T> => {
      const [answer, appended] = await fn(tx);
      events = appended;
      return answer;
    };
    const answer = await this.idempotency.effect(request, changed, { row: rowOf(roomId) });
    await this.announcer.committed(events);
    return answer;
  }

  private async get(tx: Tx, caller: Caller, room: LockedRoom, userId: UserId): Promise<MemberRow> {
    const member = await this.members.findByUserId(tx, caller.clientId, room.id, userId);
    if (!member) throw notFound('member');
    return member;
  }

  private async refuseLastOwner(tx: Tx, caller: Caller, room: LockedRoom): Promise<void> {
    if ((await this.members.countOwners(tx, caller.clientId, room.id)) > 1) return;
    throw new Problem('last_owner', 'Make somebody else an owner first.');
  }
}

function inputsOf({ user_id, role, members }: AddMembersDto): MemberInputDto[] {
  if ((user_id === undefined) === (members === undefined)) throw invalidField('members', 'give members or user_id');
  if (members && role) throw invalidField('role', 'goes with user_id; in members each has its own');
  return members ?? [{ user_id: user_id!, role }];
}

function refuseDirect({ room_type }: LockedRoom): void {
  if (room_type === 'direct') throw new Problem('direct_room', 'A direct room always has the same two members.');
}

/** Who may not delete the room, as owners may, deals with plain members only. */
function refuseAbove(caller: Caller, room: LockedRoom, role: Role): void {
  if (role !== 'member' && !mayInRoom(caller, room.room_type, room.actor_role, 'delete')) {
    throw new Problem('insufficient_role', `Only owners may do that to or for an ${role}.`);
  }
}
