import { Injectable } from '@nestjs/common';
import { actorTypeOf, refuseBanned, type Caller } from '../../tenancy/access/caller.js';
import type { ActorType } from '../../platform/realtime/envelope.js';
import { isUuid, type UserPk } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { Role } from './membership/member.dto.js';
import type { RoomRow } from './room.row.js';
import { roleMay, type RoomPermission } from './room-permissions.js';
import type { RoomType } from './rooms.dto.js';
import { RoomsRepository, type LockedRoom } from './rooms.repository.js';

/**
 * Who sees and changes a room: the client itself (a master key without X-User-Id) every room, a user those that it is
 * a member of. To everybody else a room is not there.
 */
@Injectable()
export class RoomAccess {
  constructor(private readonly rooms: RoomsRepository) {}

  /** The room, with the acting user's own side. @throws Problem `not_found` */
  async get(caller: Caller, roomId: string): Promise<RoomRow> {
    const row = isUuid(roomId) ? await this.rooms.read(caller.clientId, roomId, caller.user?.user_pk ?? null) : null;
    if (!row || (caller.user && row.my_role === null)) throw notFound('room');
    return row;
  }

  /**
   * Locks a room that is to be changed.
   * @param permission what the acting user's role must grant; left out: nothing, each member may
   * @throws Problem `not_found`, `insufficient_role`
   */
  async lock(tx: Tx, caller: Caller, roomId: string, permission?: RoomPermission): Promise<LockedRoom> {
    const room = isUuid(roomId)
      ? await this.rooms.lock(tx, caller.clientId, roomId, caller.user?.user_pk ?? null)
      : null;
    if (!room || (caller.user && room.actor_role === null)) throw notFound('room');
    if (permission) requirePermission(caller, room.room_type, room.actor_role, permission);
    return room;
  }

  /**
   * Locks a room whose people are to be changed. Those of a direct room are fixed, whatever a role grants.
   * @throws Problem as `lock`, `direct_room`
   */
  async lockPeople(tx: Tx, caller: Caller, roomId: string, permission: RoomPermission): Promise<LockedRoom> {
    const room = await this.lock(tx, caller, roomId);
    refuseDirect(room);
    requirePermission(caller, room.room_type, room.actor_role, permission);
    return room;
  }

  /**
   * In a direct room, whom the other one blocked changes nothing that the other one sees.
   * @param room locked by this transaction
   * @throws Problem `user_unavailable`
   */
  async refuseBlocked(tx: Tx, { clientId, user }: Caller, { id, room_type }: LockedRoom): Promise<void> {
    if (!user || room_type !== 'direct') return;
    if (await this.rooms.isBlockedIn(tx, clientId, id, user.user_pk)) {
      throw new Problem('user_unavailable', 'The user is not available.');
    }
  }

  /**
   * Locks a room that somebody wants to come into, seen or not: who asks decides what that takes.
   * @param what is not there, for who must not learn of the room
   * @throws Problem `not_found` where there is none, `user_banned`
   */
  async lockForEntry(tx: Tx, caller: Caller, roomId: string, what = 'room'): Promise<LockedRoom> {
    refuseBanned(caller);
    const room = isUuid(roomId)
      ? await this.rooms.lock(tx, caller.clientId, roomId, caller.user?.user_pk ?? null)
      : null;
    if (!room) throw notFound(what);
    return room;
  }
}

/** The last seq of a room that the caller may not see: up to where it was truncated, and to when the acting user came into it. */
export const floorOf = ({ user }: Caller, { history, my_joined_seq, truncated_seq }: RoomRow): number =>
  user && history === 'since_join' ? Math.max(my_joined_seq!, truncated_seq) : truncated_seq;

/** The same in SQL: of a room `r` and a member `m`. */
export const floorSql = (r: string, m: string): string =>
  `case ${r}.history when 'since_join' then greatest(${m}.joined_seq, ${r}.truncated_seq) else ${r}.truncated_seq end`;

/** May the caller, in this role of a room of this type? The client itself, and who acts for nobody, may everything. */
export const mayInRoom = (
  { user, settings }: Caller,
  type: RoomType,
  role: Role | null,
  permission: RoomPermission,
): boolean => !user || (role !== null && roleMay(settings, type, role, permission));

/** @throws Problem `insufficient_role` */
export function requirePermission(caller: Caller, type: RoomType, role: Role | null, permission: RoomPermission): void {
  if (mayInRoom(caller, type, role, permission)) return;
  throw new Problem('insufficient_role', `That takes a role in the room that grants ${permission}.`);
}

/** @throws Problem `direct_room` */
export function refuseDirect({ room_type }: Pick<LockedRoom, 'room_type'>): void {
  if (room_type === 'direct') throw new Problem('direct_room', 'A direct room always has the same two members.');
}

/** What changes of a room wait for each other by: its row, which each locks first. */
export const rowOf = (roomId: string): string => `room ${roomId}`;

/** Who acts, as events record it. */
export const actorOf = (caller: Pick<Caller, 'user'>): { id: UserPk | null; type: ActorType } => ({
  id: caller.user?.user_pk ?? null,
  type: actorTypeOf(caller),
});
