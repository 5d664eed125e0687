import { ItemProblemDto } from '../../platform/common/batch.js';
import { Int, Items, Json, Nested, NestedList, OneOf, TextList, Time } from '../../platform/common/fields.js';
import { PRIORITIES, type Priority } from '../../engine/deliveries/delivery.js';
import { ChannelsInputDto, NotificationDto, NotificationInputDto } from './notifications.dto.js';

export const MAX_BATCH = 100;

export class NotificationBatchDto {
  @Items(() => NotificationInputDto, {
    min: 1,
    max: MAX_BATCH,
    description: 'Each as `POST /notifications` takes it.',
    example: [
      { recipients: [{ user_id: 'alice' }], channels: { websocket: { title: 'Your order has shipped' } } },
      { recipients: [{ user_id: 'bob' }], channels: { websocket: { title: 'Your order has shipped' } } },
    ],
  })
  notifications: unknown[];
}

/** What became of one of them. */
export class NotificationResultDto {
  @Int({ description: 'Its place in `notifications`.' })
  index: number;

  @Int({ description: 'What it would have been answered alone.', example: 202 })
  status: number;

  @Nested(() => NotificationDto, { optional: true })
  notification?: NotificationDto;

  @Nested(() => ItemProblemDto, { optional: true })
  error?: ItemProblemDto;
}

export class NotificationResultsDto {
  @NestedList(() => NotificationResultDto, { max: MAX_BATCH })
  results: NotificationResultDto[];
}

/** Changes of what is still open (RFC 7396). */
export class PatchNotificationDto {
  @Nested(() => ChannelsInputDto, {
    optional: true,
    description: 'What these channels send instead, whole. Of a channel that has begun nothing can be changed.',
  })
  channels?: ChannelsInputDto;

  @Time({ optional: true, nullable: true, description: 'null: now.' })
  scheduled_for?: string | null;

  @Time({ optional: true, nullable: true, description: 'null: never.' })
  expires_at?: string | null;

  @OneOf([...PRIORITIES].reverse(), { optional: true, example: 'urgent' })
  priority?: Priority;

  @Json({ optional: true, nullable: true, maxBytes: 'metadata_bytes', description: 'Merged; null removes.' })
  metadata?: Record<string, unknown> | null;

  @TextList({ optional: true, max: 'tags', maxChars: 'name_chars' })
  tags?: string[];
}
