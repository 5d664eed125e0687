import { isMember, OWN_SIDE, toRoomMe, type OwnSideRow } from './membership/own-side.js';
import type { RoomEntity } from './room.entity.js';
import type { RoomDto } from './rooms.dto.js';
import type { UserId } from '../../platform/common/ids.js';

/** A row of `rooms` with its creator's own id, and the membership of whoever looks. */
export interface RoomRow
  extends
    Omit<
      RoomEntity,
      | 'client_id'
      | 'created_by_pk'
      | 'direct_key'
      | 'activated_at'
      | 'archived_at'
      | 'deleted_at'
      | 'purge_started_at'
      | 'deactivating_at'
      | 'inactive_after_days'
      | 'warn_before_hours'
      | 'lifecycle_check_at'
      | 'last_active_day'
      | 'truncated_at'
      | 'purged_seq'
      | 'truncation_purge_at'
    >,
    OwnSideRow {
  /** The client's own string; null: the client itself. */
  created_by: UserId | null;
}

/** Select list and joins that make a {@link RoomRow} of `rooms r`, seen by the user of `viewer` (an expression). */
export const ROOM_COLUMNS = `r.id, r.room_type, r.name, r.slug, r.description, r.privacy, r.status, r.frozen, r.history,
  c.user_id as created_by, r.max_members, r.member_count, r.epoch, r.truncated_seq, r.last_seq, r.last_rev, r.last_message_at,
  r.deactivated_at, r.deactivated_reason, r.status_reason, r.slow_mode_s, r.metadata, r.created_at, r.updated_at,
  ${OWN_SIDE}`;

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
    first_seq: row.truncated_seq + 1,
    last_seq: row.last_seq,
    last_rev: row.last_rev,
    last_message_at: iso(row.last_message_at),
    deactivated_at: iso(row.deactivated_at),
    deactivated_reason: row.deactivated_reason,
    status_reason: row.status_reason,
    slow_mode_s: row.slow_mode_s,
    metadata: row.metadata,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The room as whoever looked sees it: members have their own side under `me`. */
export function toSeenRoom(row: RoomRow, epoch: string): RoomDto {
  const room = toRoom(row, epoch);
  return isMember(row) ? { ...room, me: toRoomMe(row, row.last_seq) } : room;
}
