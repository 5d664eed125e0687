import {
  Bool,
  Email,
  HttpUrl,
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
import { CHANNELS } from '../../engine/providers/provider.js';

const ONE_LINE = {
  pattern: /^[^\u0000-\u001f\u007f]*$/u, // eslint-disable-line no-control-regex
  patternMessage: 'must be one line without control characters',
};
const MAILBOX = { max: 320, ...ONE_LINE, example: 'Acme <hello@example.com>' };

export class RecipientInputDto {
  @UserId({ optional: true, description: 'One person. A master key creates a user that it names first here.' })
  user_id?: UserId;

  @Email({ optional: true, description: "One person; beside a user_id it overrides the profile's address." })
  email?: string;

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

export class EmailAttachmentInputDto {
  @Text({ max: 255, ...ONE_LINE, example: 'invoice.pdf' })
  filename: string;

  @Text({
    max: 'notification_body_bytes',
    min: 0,
    pattern: /^[A-Za-z0-9+/]*={0,2}$/,
    patternMessage: 'must be base64',
    description: 'Base64.',
  })
  content: string;

  @Text({
    optional: true,
    max: 255,
    pattern: /^[\w.+-]+\/[\w.+-]+$/,
    patternMessage: 'must be a media type',
    example: 'application/pdf',
  })
  content_type?: string;

  @Text({ optional: true, max: 255, pattern: /^[\w.@+-]+$/, description: 'For images that the HTML shows as cid:…' })
  content_id?: string;
}

/** One mail to each recipient; who is in cc or bcc gets a copy of each. */
export class EmailInputDto {
  @Text({ max: 998, ...ONE_LINE, example: 'Your order has shipped' })
  subject: string;

  @Text({ optional: true, max: 'notification_body_bytes', description: 'html, text or both.' })
  html?: string;

  @Text({ optional: true, max: 'notification_body_bytes' })
  text?: string;

  @Text({ ...MAILBOX, optional: true, description: "Left out, the provider's from_email and from_name." })
  from?: string;

  @Text({ ...MAILBOX, optional: true })
  reply_to?: string;

  @TextList({ optional: true, max: 50, maxChars: 320 })
  cc?: string[];

  @TextList({ optional: true, max: 50, maxChars: 320 })
  bcc?: string[];

  @NestedList(() => EmailAttachmentInputDto, { optional: true, max: 'attachments' })
  attachments?: EmailAttachmentInputDto[];

  @Json({
    optional: true,
    maxBytes: 'metadata_bytes',
    description: 'Further headers; not those that ChatAPI writes itself.',
  })
  headers?: Record<string, string>;

  @Text({ optional: true, max: 'name_chars', description: 'Name of the provider that must send it.' })
  provider?: string;
}

export class WebsocketInputDto {
  @Text({ optional: true, max: 1000 })
  title?: string;

  @Text({ optional: true, max: 'content_chars' })
  body?: string;

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  data?: Record<string, unknown>;
}

export class WebhookInputDto {
  @HttpUrl({ description: 'Gets one signed POST (Standard Webhooks 1.0).', example: 'https://example.com/hook' })
  url: string;

  @Json({ maxBytes: 'body_bytes', description: 'The body, word for word.' })
  payload: Record<string, unknown>;
}

export class ChannelsInputDto {
  @Nested(() => EmailInputDto, { optional: true })
  email?: EmailInputDto;

  @Nested(() => WebsocketInputDto, { optional: true })
  websocket?: WebsocketInputDto;

  @Nested(() => WebhookInputDto, { optional: true })
  webhook?: WebhookInputDto;
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

  @OneOf(['all'], { optional: true, default: 'all' })
  strategy?: 'all';

  @OneOf([...PRIORITIES].reverse(), { optional: true, default: 'normal' })
  priority?: Priority;

  @Time({ optional: true, description: 'What is not sent by then, or not shown by a device, expires.' })
  expires_at?: string;

  @Int({ optional: true, min: 0, max: 20, description: "Instead of the channel's own number of retries." })
  max_retry_attempts?: number;

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  metadata?: Record<string, unknown>;

  @TextList({ optional: true, max: 'tags', maxChars: 'name_chars' })
  tags?: string[];
}

export const NOTIFICATION_STATUSES = [
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

  @OneOf(CHANNELS, { optional: true, description: 'Only those that go over this channel.' })
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

  @NestedList(() => DeliveryDto, {
    optional: true,
    max: 100,
    description: 'The first 100, on GET of one notification.',
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

export const noCounts = (): NotificationCountsDto =>
  Object.fromEntries([
    ['total', 0],
    ...DELIVERY_STATUSES.map((status) => [status, 0]),
  ]) as unknown as NotificationCountsDto;

/** `notification.ack` */
export class AcknowledgeDto {
  @Uuid({ description: 'delivery_id of notification.created.' })
  id: string;
}

export class AcknowledgedDto {
  @Uuid()
  id: string;

  @Bool({ description: 'false: it was acknowledged before, or its time is over.' })
  acknowledged: boolean;
}
