import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoomDto } from './rooms.dto.js';
import type { UserPk } from '../../platform/common/ids.js';

@Entity('rooms')
export class RoomEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text') room_type: RoomDto['room_type'];
  @Column('text', { nullable: true }) name: string | null;
  @Column('text', { nullable: true }) slug: string | null;
  @Column('text', { nullable: true }) description: string | null;
  @Column('text') privacy: RoomDto['privacy'];
  @Column('text') status: RoomDto['status'];
  @Column('boolean') frozen: boolean;
  @Column('text') history: RoomDto['history'];
  /** `user_pk`; null: the client itself. */
  @Column('uuid', { nullable: true }) created_by_pk: UserPk | null;
  @Column('integer') max_members: number;
  @Column('integer') member_count: number;
  /** Both people of a direct room; null for others. */
  @Column('text', { nullable: true }) direct_key: string | null;
  @Column('integer') epoch: number;
  @Column('bigint') last_seq: number;
  @Column('bigint') last_rev: number;
  @Column('timestamptz', { nullable: true }) last_message_at: Date | null;
  @Column('timestamptz', { nullable: true }) deactivated_at: Date | null;
  @Column('text', { nullable: true }) deactivated_reason: RoomDto['deactivated_reason'];
  /** Why, as who last changed the room's state said. */
  @Column('text', { nullable: true }) status_reason: string | null;
  /** When it was last made active by hand, or restored: counts as activity. */
  @Column('timestamptz', { nullable: true }) activated_at: Date | null;
  /** Kept while it is deleted, to be restored by. */
  @Column('timestamptz', { nullable: true }) archived_at: Date | null;
  @Column('timestamptz', { nullable: true }) deleted_at: Date | null;
  /** From then on it cannot be restored. */
  @Column('timestamptz', { nullable: true }) purge_started_at: Date | null;
  /** When its deactivation was last announced. */
  @Column('timestamptz', { nullable: true }) deactivating_at: Date | null;
  /** Its own, in place of its client's; 0: never. */
  @Column('integer', { nullable: true }) inactive_after_days: number | null;
  @Column('integer', { nullable: true }) warn_before_hours: number | null;
  /** When the lifecycle looks at it next; null: only when something about it changes. */
  @Column('timestamptz', { nullable: true }) lifecycle_check_at: Date | null;
  /** Seconds that a plain member waits between messages; 0: no slow mode. */
  @Column('integer') slow_mode_s: number;
  /** Messages up to here are gone for everybody. */
  @Column('bigint') truncated_seq: number;
  @Column('timestamptz', { nullable: true }) truncated_at: Date | null;
  /** Of those, what messages up to here said is purged. */
  @Column('bigint') purged_seq: number;
  /** When the rest is; null: there is none. */
  @Column('timestamptz', { nullable: true }) truncation_purge_at: Date | null;
  /** Moved once a day by sends: what lists may be ordered by. */
  @Column('date') last_active_day: string;
  @Column('jsonb') metadata: Record<string, unknown>;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
