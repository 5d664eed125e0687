import { Injectable } from '@nestjs/common';
import type { NewEvent } from '../../engine/events/new-event.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { userOf, type Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { UsersService, userUnavailable } from '../../tenancy/users/users.service.js';
import type { MemberDto } from '../rooms/membership/member.dto.js';
import { MembersRepository } from '../rooms/membership/members.repository.js';
import { Memberships, type ArrivalObserver } from '../members/memberships.js';
import { requirePermission, RoomAccess } from '../rooms/room-access.js';
import { RoomChanges, type ChangedRoom } from '../rooms/room-changes.js';
import { rolesThatMay } from '../rooms/room-permissions.js';
import { toMember, type MemberRow } from '../rooms/membership/member.row.js';
import type { LockedRoom } from '../rooms/rooms.repository.js';
import { joinRequestApproved, joinRequestCreated, joinRequestRejected } from './invitations.events.js';
import type { AskToJoinDto, JoinRequestDto, JoinRequestsQueryDto } from './join-requests.dto.js';
import { JoinRequestsRepository, toJoinRequest, type JoinRequestRow } from './join-requests.repository.js';
import { ofRequest } from './new-events.js';

/** Requests that wait in one room. */
const MOST_PENDING = 1_000;
/** Of many who may decide, so many are told. */
const DECIDERS_TOLD = 20;

/** Users ask to join private rooms; who manages the room decides. */
@Injectable()
export class JoinRequestsService implements ArrivalObserver {
  constructor(
    private readonly requests: JoinRequestsRepository,
    private readonly members: MembersRepository,
    private readonly memberships: Memberships,
    private readonly access: RoomAccess,
    private readonly changes: RoomChanges,
    private readonly users: UsersService,
  ) {
    memberships.register(this);
  }

  async list(caller: Caller, roomId: string, query: JoinRequestsQueryDto): Promise<Page<JoinRequestDto>> {
    const { limit = 50, status = 'pending' } = query;
    const cursor = decodeIdCursor(query.cursor);
    const room = await this.access.get(caller, roomId);
    requirePermission(caller, room.room_type, room.my_role, 'manage');
    const rows = await this.requests.list(caller.clientId, room.id, status, limit, cursor);
    return toPage(rows, limit, cursor, ({ id }) => [id], toJoinRequest);
  }

  /** Who asks need not see the room. A request that waits stays as it is. */
  async ask(request: Request, roomId: string, dto: AskToJoinDto): Promise<JoinRequestDto | Existing<JoinRequestDto>> {
    const { caller } = request;
    if (!caller.user) await this.access.get(caller, roomId);
    const user = userOf(caller, 'asks to join');
    return this.changes.run(
      request,
      roomId,
      async (tx): Promise<ChangedRoom<JoinRequestDto | Existing<JoinRequestDto>>> => {
        const room = await this.access.lockForEntry(tx, caller, roomId);
        refuseUnlessAsked(room);
        const before = await this.requests.find(tx, caller.clientId, room.id, user.user_pk);
        const member = await this.memberships.find(tx, caller, room, user.user_pk);
        if (isIdle(before, member)) return [new Existing(toJoinRequest(before!)), []];
        refuseMember(member);
        await this.refuseTooMany(tx, caller, room);
        await this.requests.ask(tx, caller.clientId, room.id, user.user_pk, dto.message ?? null);
        const row = (await this.requests.find(tx, caller.clientId, room.id, user.user_pk))!;
        const deciders = await this.findDeciders(tx, caller, room);
        return [toJoinRequest(row), ofRequest(caller, joinRequestCreated, row, 'pending', deciders)];
      },
    );
  }

  async approve(request: Request, roomId: string, userId: UserId): Promise<MemberDto> {
    const { caller } = request;
    const user = await this.findAsker(caller, roomId, userId);
    return this.changes.run(request, roomId, async (tx) => {
      const room = await this.access.lock(tx, caller, roomId, 'manage');
      const row = await this.get(tx, caller, room, user);
      const events: NewEvent[] = [];
      if (row.status !== 'approved') {
        refuseDecided(row);
        const member = await this.memberships.find(tx, caller, room, user.user_pk);
        if (member?.status === 'banned') throw userUnavailable([user.user_id]);
        events.push(...(await this.memberships.enter(tx, caller, room, user, 'member')));
      }
      return [toMember(await this.memberships.get(tx, caller, room, user.user_pk)), events];
    });
  }

  /** Who comes in, in whichever way, asks no more. */
  async arrived(tx: Tx, caller: Caller, room: LockedRoom, userPks: UserPk[]): Promise<NewEvent[]> {
    const approved = await this.requests.approve(tx, caller.clientId, room.id, userPks);
    if (approved.length === 0) return [];
    const deciders = await this.findDeciders(tx, caller, room);
    return approved.flatMap((row) => ofRequest(caller, joinRequestApproved, row, 'approved', deciders));
  }

  async reject(request: Request, roomId: string, userId: UserId): Promise<JoinRequestDto> {
    const { caller } = request;
    const user = await this.findAsker(caller, roomId, userId);
    return this.changes.run(request, roomId, async (tx): Promise<ChangedRoom<JoinRequestDto>> => {
      const room = await this.access.lock(tx, caller, roomId, 'manage');
      const row = await this.get(tx, caller, room, user);
      if (row.status === 'rejected') return [toJoinRequest(row), []];
      refuseDecided(row);
      await this.requests.reject(tx, caller.clientId, row.id);
      const rejected = await this.get(tx, caller, room, user);
      const deciders = await this.findDeciders(tx, caller, room);
      return [toJoinRequest(rejected), ofRequest(caller, joinRequestRejected, row, 'rejected', deciders)];
    });
  }

  /** A room out of sight is not there, whoever asked. */
  private async findAsker(caller: Caller, roomId: string, userId: UserId): Promise<UserRef> {
    await this.access.get(caller, roomId);
    const user = (await this.users.lookUp(caller.clientId, [userId], { create: false })).get(userId);
    if (!user) throw notFound('request');
    return user;
  }

  private async get(tx: Tx, caller: Caller, room: LockedRoom, user: UserRef): Promise<JoinRequestRow> {
    const row = await this.requests.find(tx, caller.clientId, room.id, user.user_pk);
    if (!row) throw notFound('request');
    return row;
  }

  private findDeciders(tx: Tx, caller: Caller, room: LockedRoom): Promise<UserPk[]> {
    const roles = rolesThatMay(caller.settings, room.room_type, 'manage');
    return this.members.findInRoles(tx, caller.clientId, room.id, roles, DECIDERS_TOLD);
  }

  private async refuseTooMany(tx: Tx, caller: Caller, room: LockedRoom): Promise<void> {
    if ((await this.requests.countPending(tx, caller.clientId, room.id, MOST_PENDING)) < MOST_PENDING) return;
    throw new Problem('conflict', `${MOST_PENDING} requests wait for a decision in this room: try again later.`);
  }
}

/** Rooms by invitation only and direct ones take no requests, and are not there for who asks. */
function refuseUnlessAsked(room: LockedRoom): void {
  if (room.room_type === 'direct' || room.privacy === 'invite_only' || room.status === 'archived')
    throw notFound('room');
  if (room.privacy === 'public') throw new Problem('conflict', 'The room is public: join it.');
}

/** Does the request wait still, or has it led to the membership that there is? */
const isIdle = (request: JoinRequestRow | null, member: MemberRow | null): boolean =>
  member?.status === 'active' ? request?.status === 'approved' : request?.status === 'pending';

function refuseMember(member: MemberRow | null): void {
  if (member?.status === 'active') throw new Problem('conflict', 'The user is a member already.');
  if (member?.status === 'banned') throw new Problem('user_banned', 'The user is banned from this room.');
}

function refuseDecided({ status }: JoinRequestRow): void {
  if (status !== 'pending') throw new Problem('conflict', `The request was ${status}.`);
}
