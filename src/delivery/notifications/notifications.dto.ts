import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import {
  Bool,
  Int,
  Json,
  Nested,
  NestedList,
  OneOf,
  Text,
  TextList,
  Time,
  UserId,
  Uuid,
} from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { DELIVERY_STATUSES, PRIORITIES, type DeliveryStatus, type Priority } from '../../engine/deliveries/delivery.js';
import { EmailFallbackDto, FallbackStepDto } from './fallback/fallback.dto.js';
import { declared } from '../../engine/providers/declared.js';
import { PHONE } from '../../tenancy/users/users.dto.js';

/** Channels that have addresses add theirs, below. */
export class RecipientInputDto {
  @UserId({ optional: true, description: 'One person. A master key creates a user that it names first here.' })
  user_id?: UserId;

  @Text({
    ...PHONE,
    nullable: false,
    optional: true,
    description: 'Of the person that the other fields name. No channel reaches anybody by it alone.',
  })
  phone?: string;

  @Uuid({ optional: true, description: 'Instead of a person: everybody who is a member of this room now.' })
  room_id?: string;

  @TextList({
    optional: true,
    max: 'recipients',
    maxChars: 'user_id_chars',
    description: 'With room_id: not these members.',
  })
  exclude_user_ids?: UserId[];
}

/** What to send, by channel: a field for each channel of the house, declared below. */
export class ChannelsInputDto {
  [channel: string]: object | undefined;
}

export class NotificationInputDto {
  @NestedList(() => RecipientInputDto, {
    optional: true,
    max: 'recipients',
    description: 'Not needed for a webhook alone.',
  })
  recipients?: RecipientInputDto[];

  @Nested(() => ChannelsInputDto)
  channels: ChannelsInputDto;

  @OneOf(['all', 'fallback'], {
    optional: true,
    default: 'all',
    description: 'Over all channels at once, or for each recipient over one after the other, until one succeeds.',
  })
  strategy?: 'all' | 'fallback';

  @NestedList(() => FallbackStepDto, {
    optional: true,
    max: 10,
    description: 'The channels in their order, for the strategy `fallback`.',
  })
  fallback?: FallbackStepDto[];

  @Nested(() => EmailFallbackDto, {
    optional: true,
    description: 'Short for a fallback from websocket to email.',
  })
  email_fallback?: EmailFallbackDto;

  @OneOf([...PRIORITIES].reverse(), { optional: true, default: 'normal' })
  priority?: Priority;

  @Time({ optional: true, description: 'Not before this time, which is at most a year away.' })
  scheduled_for?: string;

  @Time({ optional: true, description: 'What is not sent by then, or not shown by a device, expires.' })
  expires_at?: string;

  @Text({ optional: true, max: 'name_chars', description: 'What users can opt out of.', example: 'marketing' })
  category?: string;

  @Text({
    optional: true,
    max: 'name_chars',
    description: 'The same key again, within the window: nothing is sent, and the answer is the first notification.',
  })
  dedup_key?: string;

  @Int({
    optional: true,
    min: 1,
    max: 2_592_000,
    default: 86_400,
    description: 'How long dedup_key holds, in seconds.',
  })
  dedup_window_s?: number;

  @Bool({ optional: true, description: 'Shows what would become of it: nothing is stored, sent or counted.' })
  simulate?: boolean;

  @Int({ optional: true, min: 0, max: 20, description: "Instead of the channel's own number of retries." })
  max_retry_attempts?: number;

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  metadata?: Record<string, unknown>;

  @TextList({ optional: true, max: 'tags', maxChars: 'name_chars' })
  tags?: string[];
}

const NOTIFICATION_STATUSES = [
  'scheduled',
  'pending',
  'processing',
  'completed',
  'partially_failed',
  'failed',
  'cancelled',
  'expired',
] as const;
export type NotificationStatus = (typeof NOTIFICATION_STATUSES)[number];

export class NotificationsQueryDto extends PageQueryDto {
  @OneOf(NOTIFICATION_STATUSES, { optional: true, description: 'Only those in this state.' })
  status?: NotificationStatus;

  /** One that there is; declared below. */
  channel?: string;

  @Text({ optional: true, max: 'name_chars', description: 'Only those that carry this tag.' })
  tag?: string;
}

/** Deliveries by state; `total` is the sum of all states. */
export class NotificationCountsDto implements Record<DeliveryStatus | 'total', number> {
  @Int()
  total: number;

  @Int()
  pending: number;

  @Int()
  held: number;

  @Int()
  sending: number;

  @Int()
  retrying: number;

  @Int()
  sent: number;

  @Int()
  delivered: number;

  @Int()
  failed: number;

  @Int()
  suppressed: number;

  @Int()
  cancelled: number;

  @Int()
  expired: number;

  @Int()
  unknown: number;
}

/** One order to tell recipients something, and how far it has come. */
export class NotificationDto {
  @Uuid()
  id: string;

  @OneOf(NOTIFICATION_STATUSES)
  status: NotificationStatus;

  @OneOf(PRIORITIES)
  priority: Priority;

  @OneOf(['all', 'fallback'])
  strategy: string;

  @NestedList(() => FallbackStepDto, { optional: true, max: 10, description: 'The order, where there is one.' })
  fallback?: FallbackStepDto[];

  @Text({ nullable: true, max: 'name_chars' })
  category: string | null;

  @Time({ nullable: true })
  scheduled_for: string | null;

  @Time({ nullable: true })
  expires_at: string | null;

  @Nested(() => NotificationCountsDto)
  counts: NotificationCountsDto;

  @Json({ maxBytes: 'metadata_bytes' })
  metadata: Record<string, unknown>;

  @TextList({ max: 'tags', maxChars: 'name_chars' })
  tags: string[];

  @Bool({ optional: true, description: 'true: it was accepted before, under the same dedup_key.' })
  deduplicated?: boolean;

  @NestedList(() => DeliveryDto, {
    optional: true,
    max: 100,
    description: 'The first 100, on GET of one notification; of a simulated one all, up to 1,000.',
  })
  deliveries?: DeliveryDto[];

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

/** Body of `notification.created`: what the recipient's devices show. */
export class NotificationCreatedDto {
  @Uuid()
  notification_id: string;

  @Uuid({ description: 'What `notification.ack` takes.' })
  delivery_id: string;

  @Text({ nullable: true, max: 1000 })
  title: string | null;

  @Text({ nullable: true, max: 'content_chars' })
  body: string | null;

  @Json({ nullable: true, maxBytes: 'metadata_bytes' })
  data: object | null;
}

const NO_COUNTS = Object.fromEntries(
  ['total', ...DELIVERY_STATUSES].map((status) => [status, 0]),
) as unknown as NotificationCountsDto;

export const noCounts = (): NotificationCountsDto => ({ ...NO_COUNTS });

/** `notification.ack` */
export class AcknowledgeDto {
  @Uuid({ description: 'delivery_id of notification.created, or its notification_id.' })
  id: string;
}

export class AcknowledgedDto {
  @Uuid()
  id: string;

  @Bool({ description: 'false: it was acknowledged before, or its time is over.' })
  acknowledged: boolean;
}

// What each channel brings to requests.
fieldsLater(() => {
  for (const { name, inputSchema, address } of declared.channels) {
    addField(
      ChannelsInputDto,
      name,
      Nested(() => inputSchema, { optional: true }),
    );
    if (address) addField(RecipientInputDto, address.field, address.declare);
  }
  const names = declared.channels.map(({ name }) => name);
  const description = 'Only those that go over this channel.';
  addField(NotificationsQueryDto, 'channel', OneOf(names, { optional: true, description }));
});
