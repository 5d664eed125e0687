import { Column, Entity, PrimaryColumn } from 'typeorm';

export const SUPPRESSION_REASONS = ['bounce', 'complaint', 'unsubscribe', 'manual'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

@Entity('suppressions')
export class SuppressionEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  @Column('text') channel: string;
  /** As it was given. */
  @Column('text') address: string;
  /** As it is compared. */
  @Column('text') address_key: string;
  /** Of these notifications alone; empty: of all. */
  @Column('text') category: string;
  @Column('text') reason: SuppressionReason;
  @Column('timestamptz', { nullable: true }) expires_at: Date | null;
  /** It holds no more, by the client's wish. */
  @Column('timestamptz', { nullable: true }) removed_at: Date | null;
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
