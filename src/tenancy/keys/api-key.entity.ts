import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Permission } from '../access/permissions.js';
import type { UserPk } from '../../platform/common/ids.js';

@Entity('api_keys')
export class ApiKeyEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text') ref: string;
  @Column('text') kind: 'master' | 'scoped';
  @Column('text', { nullable: true }) name: string | null;
  @Column('text') secret_hash: string;
  /** `user_pk` */
  @Column('uuid', { nullable: true }) user_pk: UserPk | null;
  /** null: all of them. */
  @Column('text', { array: true, nullable: true }) permissions: Permission[] | null;
  @Column('text', { nullable: true }) device_id: string | null;
  @Column('text') issued_by: 'login' | 'api';
  @Column('timestamptz', { nullable: true }) expires_at: Date | null;
  @Column('timestamptz', { nullable: true }) revoked_at: Date | null;
  @Column('timestamptz', { nullable: true }) last_used_at: Date | null;
  @Column('timestamptz') created_at: Date;
  /** It has a successor since then. */
  @Column('timestamptz', { nullable: true }) rotated_at: Date | null;
}
