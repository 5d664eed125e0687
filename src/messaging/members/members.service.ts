import { Injectable } from '@nestjs/common';
import { may, namedUser, refuseBanned, userOf, type Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { inItem, itemProblem } from '../../platform/common/batch.js';
import { isUuid, type UserId, type UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import type { Tx } from '../../platform/database/database.js';
import { ProfilesService } from '../../tenancy/users/profiles.service.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import { admit, type AdmissionOutcome } from './admission.js';
import type { AddedMembersDto, AddMembersDto } from './members.dto.js';
import { MemberInputDto, type MemberDto, type Role } from '../rooms/membership/member.dto.js';
import { MembersRepository } from '../rooms/membership/members.repository.js';
import { Memberships, refuseAbove } from './memberships.js';
import { refuseDirect, requirePermission, RoomAccess } from '../rooms/room-access.js';
import { RoomChanges, type ChangedRoom } from '../rooms/room-changes.js';
import { toMember, type MemberRow } from '../rooms/membership/member.row.js';
import type { LockedRoom } from '../rooms/rooms.repository.js';

/** How many one call with a scoped key adds. */
const MOST_AT_ONCE = 100;

/** What roles may stands in the permission table (room-permissions.ts); everybody may leave. */
@Injectable()
export class MembersService {
  constructor(
    private readonly members: MembersRepository,
    private readonly memberships: Memberships,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
    private readonly users: UsersService,
    profiles: ProfilesService,
  ) {
    profiles.registerNeighbours(members);
  }

  async list(caller: Caller, roomId: string, query: PageQueryDto): Promise<Page<MemberDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const room = await this.access.get(caller, roomId);
    const rows = await this.members.list(caller.clientId, room.id, limit, cursor);
    return toPage(rows, limit, cursor, ({ user_pk }) => [user_pk], toMember);
  }

  /** One who is a member now; `me` is the acting user. */
  async find(caller: Caller, roomId: string, userId: UserId): Promise<MemberDto> {
    const room = await this.access.get(caller, roomId);
    const name = userId === 'me' ? userOf(caller, 'is a member').user_id : userId;
    const member = await this.members.findByUserId(null, caller.clientId, room.id, name);
    if (!member) throw notFound('member');
    return toMember(member);
  }

  /** Each on its own; who is a member already stays as he is. Where none became or was a member, the first one's problem. */
  async add(
    request: Request,
    roomId: string,
    dto: AddMembersDto,
  ): Promise<AddedMembersDto | Existing<AddedMembersDto>> {
    const { caller } = request;
    const asked = additionsOf(caller, dto);
    const inputs = asked.filter((one): one is MemberInputDto => !(one instanceof Problem));
    // A room out of sight is not there, whoever was to be added.
    await this.access.get(caller, roomId);
    const userIds = inputs.map(({ user_id }) => user_id);
    const found = await this.users.lookUp(caller.clientId, userIds, { create: caller.kind === 'master' });
    const userPks = [...found.values()].map(({ user_pk }) => user_pk);
    const blockers = caller.user
      ? await this.users.blockersOf(caller.clientId, caller.user.user_pk, userPks)
      : new Set<UserPk>();
    return this.changes.run(
      request,
      roomId,
      async (tx): Promise<ChangedRoom<AddedMembersDto | Existing<AddedMembersDto>>> => {
        const room = await this.access.lockPeople(tx, caller, roomId, 'invite');
        const known = await this.members.findMany(tx, caller.clientId, room.id, userPks);
        const { admissions: admitted, joining } = admit(caller, room, inputs, { found, blockers, known });
        const next = admitted.values();
        const admissions = asked.map((one) => (one instanceof Problem ? one : next.next().value!));
        refuseNone(admissions);
        const events = await this.memberships.join(tx, caller, room, joining);
        const answer = answerOf(admissions, await this.members.findMany(tx, caller.clientId, room.id, userPks));
        return [joining.length > 0 ? answer : new Existing(answer), events];
      },
    );
  }

  async setRole(request: Request, roomId: string, named: UserId, role: Role): Promise<MemberDto> {
    const { caller } = request;
    const userId = namedUser(caller, named);
    return this.changes.run(request, roomId, async (tx) => {
      const room = await this.access.lockPeople(tx, caller, roomId, 'delete');
      const member = await this.get(tx, caller, room, userId);
      const events = await this.memberships.changeRole(tx, caller, room, member, role);
      return [toMember(await this.get(tx, caller, room, userId)), events];
    });
  }

  /** The owner who hands the room on becomes an admin; when the client does it, every owner does. */
  async transfer(request: Request, roomId: string, userId: UserId): Promise<MemberDto> {
    const { caller } = request;
    return this.changes.run(request, roomId, async (tx) => {
      const room = await this.access.lock(tx, caller, roomId);
      const heir = await this.members.findByUserId(tx, caller.clientId, room.id, userId);
      // Done before: who handed it on is an admin now.
      if (heir?.role === 'owner' && room.actor_role === 'admin') return [toMember(heir), []];
      refuseDirect(room);
      requirePermission(caller, room.room_type, room.actor_role, 'delete');
      if (!heir) throw notFound('member');
      const owners = await this.members.findOwners(tx, caller.clientId, room.id);
      const leaving = room.actor_role === 'owner' ? [caller.user!.user_pk] : owners;
      const events =
        heir.role === 'owner' ? [] : await this.memberships.setRole(tx, caller, room, heir.user_pk, 'owner');
      for (const userPk of leaving) {
        if (userPk !== heir.user_pk)
          events.push(...(await this.memberships.setRole(tx, caller, room, userPk, 'admin')));
      }
      return [toMember(await this.get(tx, caller, room, userId)), events];
    });
  }

  /** Removes a member, or lets the acting user leave; who has left already has, so that a call can be repeated. */
  async remove(request: Request, roomId: string, userId: UserId): Promise<void> {
    const { caller } = request;
    if (caller.user !== null && (userId === 'me' || userId === caller.user.user_id)) return this.leave(request, roomId);
    refuseBanned(caller);
    if (!may(caller, 'manage_rooms')) {
      throw new Problem('forbidden', 'Removing others needs the permission manage_rooms.');
    }
    await this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<void>> => {
      const room = await this.access.lockPeople(tx, caller, roomId, 'manage');
      if (await this.members.hasLeft(tx, caller.clientId, roomId, userId)) return [undefined, []];
      const member = await this.get(tx, caller, room, userId);
      refuseAbove(caller, room, member.role);
      return [undefined, await this.memberships.leave(tx, caller, room, member, 'removed')];
    });
  }

  /** The acting user leaves. Who has left doesn't see the room any more, and may say so again all the same. */
  async leave(request: Request, roomId: string): Promise<void> {
    const { caller } = request;
    if (!caller.user) await this.access.get(caller, roomId);
    const { user_id } = userOf(caller, 'leaves a room');
    await this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<void>> => {
      if (isUuid(roomId) && (await this.members.hasLeft(tx, caller.clientId, roomId, user_id))) return [undefined, []];
      const room = await this.access.lock(tx, caller, roomId);
      refuseDirect(room);
      const member = await this.get(tx, caller, room, user_id);
      return [undefined, await this.memberships.leave(tx, caller, room, member, 'left')];
    });
  }

  private async get(tx: Tx, caller: Caller, room: LockedRoom, userId: UserId): Promise<MemberRow> {
    const member = await this.members.findByUserId(tx, caller.clientId, room.id, userId);
    if (!member) throw notFound('member');
    return member;
  }
}

/** Who is to be added, or what is wrong with an item. @throws Problem `validation_failed` */
export function additionsOf(caller: Caller, { user_id, role, members }: AddMembersDto): (MemberInputDto | Problem)[] {
  if ((user_id === undefined) === (members === undefined)) throw invalidField('members', 'give members or user_id');
  if (members && role) throw invalidField('role', 'goes with user_id; in members each has its own');
  if (members && members.length > MOST_AT_ONCE && caller.kind === 'scoped') {
    throw invalidField('members', `must have at most ${MOST_AT_ONCE} items`);
  }
  return members?.map(inputOf) ?? [{ user_id: user_id!, role }];
}

/** Who is to be added, where all are or nobody. @throws Problem `validation_failed` */
export function soundAdditionsOf(caller: Caller, dto: AddMembersDto): MemberInputDto[] {
  return additionsOf(caller, dto).map((one) => {
    if (one instanceof Problem) throw one;
    return one;
  });
}

function inputOf(plain: unknown, index: number): MemberInputDto | Problem {
  try {
    return toDto(MemberInputDto, typeof plain === 'string' ? { user_id: plain } : plain);
  } catch (error) {
    if (error instanceof Problem) return inItem(error, `members[${index}]`);
    throw error;
  }
}

/** A call that leaves everything as it was, and nobody in the room, is a refusal. */
function refuseNone(admissions: AdmissionOutcome[]): void {
  if (admissions.every((one) => one instanceof Problem)) throw admissions[0] as Problem;
}

/** @param rows of everybody who was asked for, by `user_pk` */
function answerOf(admissions: AdmissionOutcome[], rows: Map<UserPk, MemberRow>): AddedMembersDto {
  const data = new Map<UserPk, MemberDto>();
  const results = admissions.map((one, index) => {
    if (one instanceof Problem) return { index, status: one.status, error: itemProblem(one) };
    const member = data.get(one.user_pk) ?? toMember(rows.get(one.user_pk)!);
    data.set(one.user_pk, member);
    return { index, status: one.joins ? 201 : 200, member };
  });
  return { data: [...data.values()], results };
}
