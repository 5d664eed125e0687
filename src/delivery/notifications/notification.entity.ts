import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Priority } from '../../engine/deliveries/delivery.js';
import type { FallbackStep } from './fallback/fallback.js';
import type { NotificationStatus } from './notifications.dto.js';
import type { UserPk } from '../../platform/common/ids.js';

/** The names of channels as one text, the same in whatever order they come. */
export const channelNamesOf = (names: string[]): string => names.toSorted().join(' ');

@Entity('notifications')
export class NotificationEntity {
  @PrimaryColumn('uuid') client_id: string;
  @PrimaryColumn('uuid') id: string;
  /** `user_pk`; null: the client itself. */
  @Column('uuid', { nullable: true }) sender_pk: UserPk | null;
  @Column('text') status: NotificationStatus;
  @Column('text') priority: Priority;
  @Column('text') strategy: 'all' | 'fallback';
  /** The channels in their order; null: all at once. */
  @Column('jsonb', { nullable: true }) fallback: FallbackStep[] | null;
  /** What is sent, by channel. May hold attachments of megabytes: read by who names it only. */
  @Column('jsonb', { select: false }) channels: Record<string, unknown>;
  /** Its channels, as lists look for them: see {@link channelNamesOf}. */
  @Column('text', { select: false }) channel_names: string;
  /** How many deliveries it has. */
  @Column('integer') total: number;
  /** How many of its deliveries are not yet settled. */
  @Column('integer') open_count: number;
  /** How many of its deliveries were settled as failed or expired. */
  @Column('integer') failed_count: number;
  /** Of these, how many expired. */
  @Column('integer') expired_count: number;
  @Column('integer') cancelled_count: number;
  /** When the last of those was made that were made later; null: none was. */
  @Column('timestamptz', { nullable: true }) last_delivery_at: Date | null;
  @Column('text', { nullable: true }) category: string | null;
  @Column('integer', { nullable: true }) max_retry_attempts: number | null;
  @Column('timestamptz', { nullable: true }) scheduled_for: Date | null;
  @Column('timestamptz', { nullable: true }) expires_at: Date | null;
  @Column('jsonb') metadata: Record<string, unknown>;
  @Column('text', { array: true }) tags: string[];
  @Column('timestamptz') created_at: Date;
  @Column('timestamptz') updated_at: Date;
}
