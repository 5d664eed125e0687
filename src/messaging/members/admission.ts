import type { UserId, UserPk } from '../../platform/common/ids.js';
import { Problem } from '../../platform/common/problem.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { UserRef } from '../../tenancy/access/user-ref.js';
import { userUnavailable } from '../../tenancy/users/users.service.js';
import type { MemberInputDto } from '../rooms/membership/member.dto.js';
import type { NewMember } from '../rooms/membership/members.repository.js';
import { aboveActor, roomFull } from './memberships.js';
import { mayInRoom } from '../rooms/room-access.js';
import type { MemberRow } from '../rooms/membership/member.row.js';
import type { LockedRoom } from '../rooms/rooms.repository.js';

/** What is known of those who are to be added, when the room is locked. */
export interface Applicants {
  found: Map<UserId, UserRef>;
  /** Who blocked the user that adds them. */
  blockers: Set<UserPk>;
  /** Rows of any status. */
  known: Map<UserPk, MemberRow>;
}

/** What became of one of them: a problem, or who is a member now, by this call or before. */
export type AdmissionOutcome = Problem | { user_pk: UserPk; joins: boolean };

/**
 * Judges each on its own, in the order asked, as long as there is room.
 * @returns what becomes of each, and those who join, each once
 */
export function admit(
  caller: Caller,
  room: LockedRoom,
  inputs: MemberInputDto[],
  { found, blockers, known }: Applicants,
): { admissions: AdmissionOutcome[]; joining: NewMember[] } {
  const joining = new Map<UserPk, NewMember>();
  const names = mayInRoom(caller, room.room_type, room.actor_role, 'delete');
  const judge = ({ user_id, role = 'member' }: MemberInputDto): AdmissionOutcome => {
    const user = found.get(user_id);
    if (!user) return userUnavailable([user_id]);
    const { user_pk } = user;
    const status = known.get(user_pk)?.status;
    if (role !== 'member' && !names) return aboveActor(role);
    if (status === 'active') return { user_pk, joins: false };
    if (status === 'banned' || blockers.has(user_pk)) return userUnavailable([user_id]);
    if (!joining.has(user_pk)) {
      if (room.member_count + joining.size >= room.max_members) return roomFull(room);
      joining.set(user_pk, { user_pk, role });
    }
    return { user_pk, joins: true };
  };
  return { admissions: inputs.map(judge), joining: [...joining.values()] };
}
