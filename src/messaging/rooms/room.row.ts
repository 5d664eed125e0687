import type { MemberDto, Role } from './members.dto.js';
import type { RoomMemberEntity } from './room-member.entity.js';
import type { RoomEntity } from './room.entity.js';
import type { RoomDto, RoomMeDto } from './rooms.dto.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** A row of `rooms` with its creator's own id, and the membership of whoever looks. */
export interface RoomRow extends Omit<RoomEntity, 'client_id' | 'created_by_pk' | 'direct_key' | 'lifecycle_check_at'> {
  /** The client's own string; null: the client itself. */
  created_by: UserId | null;
  /** null: no user, or not a member. */
  my_role: Role | null;
  my_last_read_seq: number | null;
  my_mentions: number | null;
  my_muted: boolean | null;
  my_hidden: boolean | null;
  my_joined_seq: number | null;
}

/** Select list and joins that make a {@link RoomRow} of `rooms r`, seen by the user of `viewer` (an expression). */
export const ROOM_COLUMNS = `r.id, r.room_type, r.name, r.slug, r.description, r.privacy, r.status, r.frozen, r.history,
  c.user_id as created_by, r.max_members, r.member_count, r.epoch, r.last_seq, r.last_rev, r.last_message_at,
  r.deactivated_at, r.deactivated_reason, r.metadata, r.created_at, r.updated_at, me.role as my_role,
  me.last_read_seq as my_last_read_seq, me.mentions as my_mentions, me.muted as my_muted, me.hidden as my_hidden,
  me.joined_seq as my_joined_seq`;

export const roomPeople = (viewer: string): string => `
  left join users c on c.client_id = r.client_id and c.user_pk = r.created_by_pk
  left join room_members me
    on me.client_id = r.client_id and me.room_id = r.id and me.user_pk = ${viewer} and me.status = 'active'`;

const iso = (time: Date | null): string | null => time?.toISOString() ?? null;

/** The room as everybody sees it. */
export function toRoom(row: RoomRow, epoch: string): RoomDto {
  return {
    id: row.id,
    room_type: row.room_type,
    name: row.name,
    slug: row.slug,
    description: row.description,
    privacy: row.privacy,
    status: row.status,
    frozen: row.frozen,
    history: row.history,
    created_by: row.created_by,
    max_members: row.max_members,
    member_count: row.member_count,
    epoch,
    last_seq: row.last_seq,
    last_rev: row.last_rev,
    last_message_at: iso(row.last_message_at),
    deactivated_at: iso(row.deactivated_at),
    deactivated_reason: row.deactivated_reason,
    metadata: row.metadata,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The room as whoever looked sees it: members have their own side under `me`. */
export function toSeenRoom(row: RoomRow, epoch: string): RoomDto {
  const room = toRoom(row, epoch);
  return row.my_role === null ? room : { ...room, me: toRoomMe(row) };
}

/** The looking user's own side. */
function toRoomMe(row: RoomRow): RoomMeDto {
  return {
    role: row.my_role!,
    last_read_seq: row.my_last_read_seq!,
    unread: Math.max(0, row.last_seq - row.my_last_read_seq!),
    mentions: row.my_mentions!,
    muted: row.my_muted!,
    hidden: row.my_hidden!,
  };
}

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

/** Select list that makes a {@link MemberRow} of `room_members m join users u`. */
export const MEMBER_COLUMNS = `m.user_pk, m.id, m.room_id, u.user_id, u.display_name, m.role, m.status,
  m.last_read_seq, m.last_delivered_seq, m.joined_at, m.banned_until, m.created_at, m.updated_at`;

export function toMember({ user_pk: _, ...row }: MemberRow): MemberDto {
  return {
    ...row,
    joined_at: row.joined_at.toISOString(),
    banned_until: iso(row.banned_until),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
