import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserRef } from '../access/user-ref.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

@Entity('users')
export class UserEntity implements UserRef {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') user_pk: UserPk;
  @Column('text') user_id: UserId;
  @Column('text', { nullable: true }) display_name: string | null;
  @Column('text', { nullable: true }) avatar_url: string | null;
  @Column('text', { nullable: true }) email: string | null;
  @Column('text', { nullable: true }) phone: string | null;
  @Column('jsonb') metadata: Record<string, unknown>;
  @Column('timestamptz', { nullable: true }) banned_until: Date | null;
  @Column('text', { nullable: true }) ban_reason: string | null;
  /** While the ban holds: only the user sees what it sends. */
  @Column('boolean') shadow_banned: boolean;
  /** Of the user's own stream of events, as `last_rev`. */
  @Column('integer') epoch: number;
  @Column('bigint') last_rev: number;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
