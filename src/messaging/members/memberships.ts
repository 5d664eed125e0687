import { Injectable } from '@nestjs/common';
import type { NewEvent } from '../../engine/events/new-event.js';
import type { UserPk } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import type { Role } from '../rooms/membership/member.dto.js';
import { MembersRepository, type NewMember } from '../rooms/membership/members.repository.js';
import { mayInRoom, refuseDirect } from '../rooms/room-access.js';
import { RoomAnnouncer } from '../rooms/room-announcer.js';
import type { MemberRow } from '../rooms/membership/member.row.js';
import type { RemovalReason } from '../rooms/rooms.dto.js';
import { memberJoined, memberLeft, memberUpdated } from '../rooms/rooms.events.js';
import type { LockedRoom } from '../rooms/rooms.repository.js';

/** Who keeps something of people who are not in a room yet, such as an invitation: registers with {@link Memberships}. */
export interface ArrivalObserver {
  /**
   * They have become members, in whichever way: in its transaction, under the room's lock. Not told of a new room's first ones.
   * @returns events to be appended after those of their joining
   */
  arrived(tx: Tx, caller: Caller, room: LockedRoom, userPks: UserPk[]): Promise<NewEvent[]>;
}

/**
 * Who comes into a room, goes, and in which role: under the room's lock, which the caller holds, so that capacity and the last
 * owner hold whatever happens at the same time. Each change answers the events that tell of it.
 */
@Injectable()
export class Memberships {
  private readonly observers: ArrivalObserver[] = [];

  constructor(
    private readonly members: MembersRepository,
    private readonly announcer: RoomAnnouncer,
  ) {}

  register(observer: ArrivalObserver): void {
    this.observers.push(observer);
  }

  /**
   * Lets one user in. Who is a member already stays as he is.
   * @throws Problem `user_banned`, `room_full`, `room_inactive`, `direct_room`
   */
  async enter(tx: Tx, caller: Caller, room: LockedRoom, user: UserRef, role: Role): Promise<NewEvent[]> {
    const member = await this.find(tx, caller, room, user.user_pk);
    if (member?.status === 'active') return [];
    if (member?.status === 'banned') throw new Problem('user_banned', 'The user is banned from this room.');
    refuseDirect(room);
    if (room.status === 'archived') throw new Problem('room_inactive', 'The room is archived.');
    if (room.member_count >= room.max_members) throw roomFull(room);
    return this.join(tx, caller, room, [{ user_pk: user.user_pk, role }]);
  }

  /** @param members for whom there is room, and who are neither members nor banned */
  async join(tx: Tx, caller: Caller, room: LockedRoom, members: NewMember[]): Promise<NewEvent[]> {
    if (members.length === 0) return [];
    members = await this.withOwner(tx, caller, room, members);
    await this.members.join(tx, caller.clientId, room.id, members, { seq: room.last_seq, rev: room.last_rev + 1 });
    const events = [
      ...members.map(({ user_pk, role }) =>
        this.announcer.ofMember(caller, room.id, memberJoined, user_pk, { role, status: 'active' }),
      ),
      ...members.map(({ user_pk }) => this.announcer.ofRoomAdded(caller, room.id, user_pk)),
    ];
    const userPks = members.map(({ user_pk }) => user_pk);
    for (const observer of this.observers) events.push(...(await observer.arrived(tx, caller, room, userPks)));
    return events;
  }

  /** A room's last owner who leaves hands it on; when somebody else removes one, the room must have another. */
  async leave(
    tx: Tx,
    caller: Caller,
    room: LockedRoom,
    { user_pk, role }: MemberRow,
    reason: RemovalReason,
  ): Promise<NewEvent[]> {
    const last = role === 'owner' && (await this.isLastOwner(tx, caller, room));
    if (last && reason !== 'left') throw lastOwner();
    await this.members.leave(tx, caller.clientId, room.id, user_pk, room.last_rev + 1);
    const status = reason === 'banned' ? 'banned' : 'left';
    return [
      this.announcer.ofMember(caller, room.id, memberLeft, user_pk, { role, status }),
      this.announcer.ofRoomRemoved(caller, room.id, user_pk, reason),
      ...(last ? await this.handOn(tx, caller, room, user_pk) : []),
    ];
  }

  /** @param room's own; a room keeps its last owner */
  async changeRole(tx: Tx, caller: Caller, room: LockedRoom, member: MemberRow, role: Role): Promise<NewEvent[]> {
    if (member.role === role) return [];
    if (member.role === 'owner' && (await this.isLastOwner(tx, caller, room))) throw lastOwner();
    return this.setRole(tx, caller, room, member.user_pk, role);
  }

  async setRole(tx: Tx, caller: Caller, room: LockedRoom, userPk: UserPk, role: Role): Promise<NewEvent[]> {
    await this.members.setRole(tx, caller.clientId, room.id, userPk, role);
    return [this.announcer.ofMember(caller, room.id, memberUpdated, userPk, { role, status: 'active' })];
  }

  /** A member of any status. */
  async find(tx: Tx, caller: Caller, room: LockedRoom, userPk: UserPk): Promise<MemberRow | null> {
    return (await this.members.findMany(tx, caller.clientId, room.id, [userPk])).get(userPk) ?? null;
  }

  /** A member of any status. @throws Problem `not_found` */
  async get(tx: Tx, caller: Caller, room: LockedRoom, userPk: UserPk): Promise<MemberRow> {
    const member = await this.find(tx, caller, room, userPk);
    if (!member) throw notFound('member');
    return member;
  }

  /** Of a room that its owner was the last to leave, the first to come is the owner. */
  private async withOwner(tx: Tx, caller: Caller, room: LockedRoom, members: NewMember[]): Promise<NewMember[]> {
    if (room.member_count > 0 || members.some(({ role }) => role === 'owner')) return members;
    if (!(await this.members.hadOwner(tx, caller.clientId, room.id))) return members;
    return members.map((member, nth) => (nth === 0 ? { ...member, role: 'owner' } : member));
  }

  private async isLastOwner(tx: Tx, caller: Caller, room: LockedRoom): Promise<boolean> {
    return (await this.members.findOwners(tx, caller.clientId, room.id)).length <= 1;
  }

  private async handOn(tx: Tx, caller: Caller, room: LockedRoom, leaverPk: UserPk): Promise<NewEvent[]> {
    const heir = await this.members.findHeir(tx, caller.clientId, room.id, leaverPk);
    return heir === null ? [] : this.setRole(tx, caller, room, heir, 'owner');
  }
}

export const roomFull = (room: LockedRoom): Problem =>
  new Problem('room_full', `The room takes ${room.max_members} members and has ${room.member_count}.`);

const lastOwner = (): Problem => new Problem('last_owner', 'Make somebody else an owner first.');

/** Who may not delete the room, as owners may, deals with plain members only. */
export function refuseAbove(caller: Caller, room: LockedRoom, role: Role): void {
  if (role !== 'member' && !mayInRoom(caller, room.room_type, room.actor_role, 'delete')) throw aboveActor(role);
}

export const aboveActor = (role: Role): Problem =>
  new Problem('insufficient_role', `Only owners may do that to or for an ${role}.`);
