import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserPk } from '../../platform/common/ids.js';
import type { JoinRequestDto } from './join-requests.dto.js';

@Entity('join_requests')
export class JoinRequestEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') room_id: string;
  @PrimaryColumn('uuid') user_pk: UserPk;
  @Column('uuid') id: string;
  @Column('text', { nullable: true }) message: string | null;
  @Column('text') status: JoinRequestDto['status'];
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
