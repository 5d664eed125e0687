import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MemberDto, Role } from './member.dto.js';
import type { UserPk } from '../../../platform/common/ids.js';

@Entity('room_members')
export class RoomMemberEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') room_id: string;
  /** `user_pk` */
  @PrimaryColumn('uuid') user_pk: UserPk;
  @Column('uuid') id: string;
  @Column('text') role: Role;
  @Column('text') status: MemberDto['status'];
  @Column('bigint') last_read_seq: number;
  @Column('bigint') last_delivered_seq: number;
  @Column('boolean') muted: boolean;
  @Column('timestamptz', { nullable: true }) muted_until: Date | null;
  @Column('boolean') mentions_only: boolean;
  @Column('boolean') hidden: boolean;
  @Column('timestamptz', { nullable: true }) pinned_at: Date | null;
  /** The member's own marker, where it is ahead of what others see. */
  @Column('bigint', { nullable: true }) private_read_seq: number | null;
  /** The first place that the member marked unread. */
  @Column('bigint', { nullable: true }) unread_from_seq: number | null;
  /** Kept in rooms with slow mode only. */
  @Column('timestamptz', { nullable: true }) last_sent_at: Date | null;
  @Column('text', { nullable: true }) ban_reason: string | null;
  @Column('bigint') joined_seq: number;
  @Column('bigint') joined_rev: number;
  @Column('bigint', { nullable: true }) left_rev: number | null;
  @Column('timestamptz', { nullable: true }) banned_until: Date | null;
  @Column('timestamptz') joined_at: Date;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
