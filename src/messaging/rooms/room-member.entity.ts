import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MemberDto, Role } from './members.dto.js';
import type { UserPk } from '../../platform/common/ids.js';

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
  @Column('integer') mentions: number;
  @Column('boolean') muted: boolean;
  @Column('boolean') hidden: boolean;
  @Column('bigint') joined_seq: number;
  @Column('bigint') joined_rev: number;
  @Column('bigint', { nullable: true }) left_rev: number | null;
  @Column('timestamptz', { nullable: true }) banned_until: Date | null;
  @Column('timestamptz') joined_at: Date;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
