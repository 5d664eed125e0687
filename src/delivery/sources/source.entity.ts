import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { TemplateName } from './verification.dto.js';

@Entity('sources')
export class SourceEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') slug: string;
  @Column('text') template: TemplateName;
  /** What may be shown of it. */
  @Column('jsonb') verification: Record<string, unknown>;
  /** The rest, encrypted; null once it is deleted. */
  @Column('text', { nullable: true, select: false }) secrets: string | null;
  @Column('integer') tolerance_s: number;
  @Column('boolean') enabled: boolean;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
  @Column('timestamptz', { nullable: true }) deleted_at: Date | null;
}
