import type { DeliveryStatus } from '../../engine/deliveries/delivery.js';
import type { NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import type { NotificationEntity } from './notification.entity.js';
import {
  noCounts,
  type NotificationCountsDto,
  type NotificationDto,
  type NotificationStatus,
} from './notifications.dto.js';

/** `source_kind` of a notification's deliveries. */
export const NOTIFICATION = 'notification';

export type NotificationRow = Omit<NotificationEntity, 'channels' | 'channel_names' | 'max_retry_attempts'>;

/** Without `channels`, which may hold attachments of megabytes. */
export const NOTIFICATION_COLUMNS = `n.client_id, n.id, n.sender_pk, n.status, n.priority, n.strategy, n.fallback, n.total,
  n.open_count, n.failed_count, n.expired_count, n.cancelled_count, n.last_delivery_at, n.category, n.scheduled_for, n.expires_at,
  n.metadata, n.tags, n.created_at, n.updated_at`;

/** @param rows what the deliveries' reader counted; one state each */
export function countsOf(rows: { status: DeliveryStatus; n: number }[] = []): NotificationCountsDto {
  const counts = noCounts();
  for (const { status, n } of rows) {
    counts[status] = n;
    counts.total += n;
  }
  return counts;
}

/** Its time has come, and none of its deliveries has ended yet. */
const statusOf = ({ status, scheduled_for }: NotificationRow): NotificationStatus =>
  status === 'scheduled' && scheduled_for !== null && scheduled_for.getTime() <= Date.now() ? 'pending' : status;

export function toNotification(row: NotificationRow, counts: NotificationCountsDto): NotificationDto {
  return {
    id: row.id,
    status: statusOf(row),
    priority: row.priority,
    strategy: row.strategy,
    ...(row.fallback && {
      fallback: row.fallback.map(({ channel, within_s, until }) => ({ channel, within_s, until })),
    }),
    category: row.category,
    scheduled_for: row.scheduled_for?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    counts,
    metadata: row.metadata,
    tags: row.tags,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** As it is answered when it was accepted: nothing but what can't be sent at all has happened yet. */
export function asAccepted(row: NotificationRow, deliveries: NewDelivery[]): NotificationDto {
  const suppressed = deliveries.filter((delivery) => delivery.suppressed !== null).length;
  const counts = countsOf([
    { status: 'pending', n: deliveries.length - suppressed },
    { status: 'suppressed', n: suppressed },
  ]);
  return toNotification(row.open_count === 0 ? { ...row, status: 'completed' } : row, counts);
}

/** What a channel sends, with what it is of: recipients may leave that alone. */
export const withCategory = <Content extends object>(content: Content, category: string | null): Content =>
  category === null ? content : { ...content, category };
