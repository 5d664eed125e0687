import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserPk } from '../../platform/common/ids.js';
import type { Role } from '../rooms/membership/member.dto.js';
import type { InviteDto } from './invites.dto.js';

@Entity('invites')
export class InviteEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') room_id: string;
  @Column('text') kind: InviteDto['kind'];
  /** Who is invited; null: whoever has the code. */
  @Column('uuid', { nullable: true }) user_pk: UserPk | null;
  @Column('bytea', { nullable: true, select: false }) code_digest: Buffer | null;
  @Column('text', { nullable: true, select: false }) code_encrypted: string | null;
  @Column('text') role: Role;
  @Column('text', { nullable: true }) message: string | null;
  /** null: the client itself. */
  @Column('uuid', { nullable: true }) invited_by_pk: UserPk | null;
  /** What is pending and past `expires_at` has expired. */
  @Column('text') status: InviteDto['status'];
  @Column('integer', { nullable: true }) max_uses: number | null;
  @Column('integer') uses: number;
  @Column('timestamptz', { nullable: true }) expires_at: Date | null;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
