import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RuleActionDto } from './rules.dto.js';

@Entity('rules')
export class RuleEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid') source_id: string;
  @Column('integer') position: number;
  @Column('text', { nullable: true }) name: string | null;
  @Column('boolean') enabled: boolean;
  /** null: every event. */
  @Column('text', { nullable: true }) condition: string | null;
  @Column('jsonb') actions: RuleActionDto[];
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
  @Column('timestamptz', { nullable: true }) deleted_at: Date | null;
}
