import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('providers')
export class ProviderEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text') channel: string;
  @Column('text') provider_type: string;
  @Column('integer') position: number;
  @Column('boolean') is_primary: boolean;
  @Column('boolean') is_bulk: boolean;
  @Column('integer', { nullable: true }) max_recipients: number | null;
  @Column('integer', { nullable: true }) rate_limit_per_second: number | null;
  @Column('integer', { nullable: true }) hourly_cap: number | null;
  @Column('integer', { nullable: true }) daily_cap: number | null;
  @Column('text', { nullable: true }) from_email: string | null;
  @Column('text', { nullable: true }) from_name: string | null;
  /** Encrypted. */
  @Column('text') config: string;
  @Column('timestamptz', { nullable: true }) verified_at: Date | null;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
