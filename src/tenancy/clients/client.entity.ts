import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientSettings } from '../access/caller.js';

@Entity('clients')
export class ClientEntity {
  @PrimaryColumn('uuid') id: string;
  @Column('text') ref: string;
  @Column('text') name: string;
  @Column('text') slug: string;
  @Column('timestamptz', { nullable: true }) suspended_at: Date | null;
  @Column('jsonb') limits: Record<string, number>;
  @Column('jsonb') settings: ClientSettings;
  @Column('bigint') settings_rev: number;
  @Column('text', { array: true }) allowed_origins: string[];
  /** Encrypted, as the previous one; read by who names them only. */
  @Column('text', { select: false }) signing_secret: string;
  @Column('text', { nullable: true, select: false }) previous_signing_secret: string | null;
  @Column('timestamptz', { nullable: true, select: false }) previous_signing_secret_expires_at: Date | null;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
