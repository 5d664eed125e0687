import type { UserId, UserPk } from '../../../platform/common/ids.js';
import type { MemberDto } from './member.dto.js';
import type { RoomMemberEntity } from './room-member.entity.js';

/** A row of `room_members` with the user's own id. */
export interface MemberRow extends Pick<
  RoomMemberEntity,
  | 'id'
  | 'room_id'
  | 'role'
  | 'status'
  | 'last_read_seq'
  | 'last_delivered_seq'
  | 'joined_at'
  | 'banned_until'
  | 'created_at'
  | 'updated_at'
> {
  user_pk: UserPk;
  user_id: UserId;
  display_name: string | null;
}

/** Is a member `m` banned just now? */
export const bannedNow = (m: string): string =>
  `(${m}.status = 'banned' and coalesce(${m}.banned_until, 'infinity') > clock_timestamp())`;

/** Select list that makes a {@link MemberRow} of `room_members m join users u`. Whose ban is over has left. */
export const MEMBER_COLUMNS = `m.user_pk, m.id, m.room_id, u.user_id, u.display_name, m.role,
  case when m.status = 'banned' and not ${bannedNow('m')} then 'left' else m.status end as status,
  m.last_read_seq, m.last_delivered_seq, m.joined_at, case when ${bannedNow('m')} then m.banned_until end as banned_until,
  m.created_at, m.updated_at`;

export function toMember({ user_pk: _, ...row }: MemberRow): MemberDto {
  return {
    ...row,
    joined_at: row.joined_at.toISOString(),
    banned_until: row.banned_until?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
