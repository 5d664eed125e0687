import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AuditActor } from './audit-line.js';

@Entity('audit_log')
export class AuditLogEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text') actor_type: AuditActor['type'];
  @Column('text', { nullable: true }) actor_id: string | null;
  @Column('text') action: string;
  @Column('text', { nullable: true }) subject: string | null;
  @Column('jsonb', { nullable: true }) before: object | null;
  @Column('jsonb', { nullable: true }) after: object | null;
  @Column('text', { nullable: true }) ip: string | null;
  @Column('timestamptz') at: Date;
}
