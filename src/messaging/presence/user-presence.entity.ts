import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { UserPk } from '../../platform/common/ids.js';
import type { ChosenState } from './presence.dto.js';

@Entity('user_presence')
export class UserPresenceEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') user_pk: UserPk;
  /** What the user chose to show while there. */
  @Column('text') state: ChosenState;
  @Column('text', { nullable: true }) text: string | null;
  /** What others see of it: while the user is invisible, what it was before. */
  @Column('text', { nullable: true }) shown_text: string | null;
  @Column('timestamptz', { nullable: true }) last_seen_at: Date | null;
}
