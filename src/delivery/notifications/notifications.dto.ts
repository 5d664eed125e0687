import { ApiProperty } from '@nestjs/swagger';
import {
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
import { limits } from '../../platform/config/limits.js';
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
  user_id?: string;

  @Email({ optional: true, description: "One person; beside a user_id it overrides the profile's address." })
  email?: string;

  @Uuid({ optional: true, description: 'Instead of a person: everybody who is a member of this room now.' })
  room_id?: string;

  @TextList({
    optional: true,
    max: limits.recipients,
    maxChars: limits.user_id_chars,
    description: 'With room_id: not these members.',
  })
  exclude_user_ids?: string[];
}

export class EmailAttachmentInputDto {
  @Text({ max: 255, ...ONE_LINE, example: 'invoice.pdf' })
  filename: string;

  @Text({
    max: limits.notification_body_bytes,
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

  @Text({ optional: true, max: limits.notification_body_bytes, description: 'html, text or both.' })
  html?: string;

  @Text({ optional: true, max: limits.notification_body_bytes })
  text?: string;

  @Text({ ...MAILBOX, optional: true, description: "Left out, the provider's from_email and from_name." })
  from?: string;

  @Text({ ...MAILBOX, optional: true })
  reply_to?: string;

  @TextList({ optional: true, max: 50, maxChars: 320 })
  cc?: string[];

  @TextList({ optional: true, max: 50, maxChars: 320 })
  bcc?: string[];

  @NestedList(() => EmailAttachmentInputDto, { optional: true, max: limits.attachments })
  attachments?: EmailAttachmentInputDto[];

  @Json({
    optional: true,
    maxBytes: limits.metadata_bytes,
    description: 'Further headers; not those that ChatAPI writes itself.',
  })
  headers?: Record<string, string>;

  @Text({ optional: true, max: limits.name_chars, description: 'Name of the provider that must send it.' })
  provider?: string;
}

export class WebsocketInputDto {
  @Text({ optional: true, max: 1000 })
  title?: string;

  @Text({ optional: true, max: limits.content_chars })
  body?: string;

  @Json({ optional: true, maxBytes: limits.metadata_bytes })
  data?: Record<string, unknown>;
}

export class WebhookInputDto {
  @HttpUrl({ description: 'Gets one signed POST (Standard Webhooks 1.0).', example: 'https://example.com/hook' })
  url: string;

  @Json({ maxBytes: limits.body_bytes, description: 'The body, word for word.' })
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
    max: limits.recipients,
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

  @Json({ optional: true, maxBytes: limits.metadata_bytes })
  metadata?: Record<string, unknown>;

  @TextList({ optional: true, max: limits.tags, maxChars: limits.name_chars })
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

  @Text({ optional: true, max: limits.name_chars, description: 'Only those that carry this tag.' })
  tag?: string;
}

/** Deliveries by state; `total` is the sum of all states. */
export class NotificationCountsDto implements Record<DeliveryStatus | 'total', number> {
  @ApiProperty({ type: 'integer' }) total: number;
  @ApiProperty({ type: 'integer' }) pending: number;
  @ApiProperty({ type: 'integer' }) held: number;
  @ApiProperty({ type: 'integer' }) sending: number;
  @ApiProperty({ type: 'integer' }) retrying: number;
  @ApiProperty({ type: 'integer' }) sent: number;
  @ApiProperty({ type: 'integer' }) delivered: number;
  @ApiProperty({ type: 'integer' }) failed: number;
  @ApiProperty({ type: 'integer' }) suppressed: number;
  @ApiProperty({ type: 'integer' }) cancelled: number;
  @ApiProperty({ type: 'integer' }) expired: number;
  @ApiProperty({ type: 'integer' }) unknown: number;
}

export class NotificationDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ enum: NOTIFICATION_STATUSES }) status: NotificationStatus;
  @ApiProperty({ enum: PRIORITIES }) priority: Priority;
  @ApiProperty({ enum: ['all', 'fallback'] }) strategy: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) scheduled_for: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expires_at: string | null;
  @ApiProperty({ type: NotificationCountsDto }) counts: NotificationCountsDto;
  @ApiProperty({ type: 'object', additionalProperties: true }) metadata: Record<string, unknown>;
  @ApiProperty({ type: [String] }) tags: string[];
  @ApiProperty({ type: [DeliveryDto], required: false, description: 'The first 100, on GET of one notification.' })
  deliveries?: DeliveryDto[];
  @ApiProperty({ format: 'date-time' }) created_at: string;
  @ApiProperty({ format: 'date-time' }) updated_at: string;
}

/** Body of `notification.created`: what the recipient's devices show. */
export class NotificationCreatedDto {
  @Uuid()
  notification_id: string;

  @Uuid({ description: 'What `notification.ack` takes.' })
  delivery_id: string;

  @Text({ nullable: true, max: 1000 })
  title: string | null;

  @Text({ nullable: true, max: limits.content_chars })
  body: string | null;

  @Json({ nullable: true, maxBytes: limits.metadata_bytes })
  data: object | null;
}

export const noCounts = (): NotificationCountsDto =>
  Object.fromEntries([
    ['total', 0],
    ...DELIVERY_STATUSES.map((status) => [status, 0]),
  ]) as unknown as NotificationCountsDto;
