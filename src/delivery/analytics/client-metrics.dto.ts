import { Int, Nested, NestedList, Text, Time, UserId } from '../../platform/common/fields.js';
import {
  ZONE,
  BUCKET,
  BUCKETS,
  PeriodQueryDto,
  AnswerPeriodDto,
  StatesDto,
  DeliveryFiguresDto,
} from './analytics.dto.js';

/** For the hours and days of the first version's routes, whose steps are their names. */
export class StepsQueryDto extends PeriodQueryDto {
  @Text({ ...ZONE, optional: true })
  timezone?: string;
}

export class MessageFiguresDto {
  @Int({ example: 1_204 })
  messages: number;

  @Int({ description: 'Users who sent a message.', example: 88 })
  active_users: number;

  @Int({ description: 'Rooms in which one was sent.', example: 31 })
  active_rooms: number;

  @Int({ description: 'The most connections of users open at once: of each process, added up.', example: 23 })
  peak_connections: number;
}

export class MessageBucketDto extends MessageFiguresDto {
  @Time(BUCKET)
  bucket: string;
}

export class MessagesAnswerDto extends AnswerPeriodDto {
  @NestedList(() => MessageBucketDto, BUCKETS)
  data: MessageBucketDto[];

  @Nested(() => MessageFiguresDto, { description: 'Of the whole time: who was active twice counts once.' })
  totals: MessageFiguresDto;
}

/** Messages and deliveries of one hour or day. */
export class MetricsBucketDto extends MessageFiguresDto {
  @Time(BUCKET)
  bucket: string;

  @Int({ description: 'Deliveries accepted.', example: 120 })
  accepted: number;

  @Int({ description: 'Of these: sent, also those reported as delivered.', example: 116 })
  sent: number;

  @Int({ description: 'Of these: failed or expired.', example: 2 })
  failed: number;

  @Int({ description: 'Of these: suppressed or cancelled.', example: 1 })
  not_sent: number;
}

export class MetricsBucketsDto extends AnswerPeriodDto {
  @NestedList(() => MetricsBucketDto, BUCKETS)
  data: MetricsBucketDto[];
}

/** What has been accepted and is not settled yet. */
export class BacklogDto {
  @Int({ description: 'Counted up to 100,000.', example: 12 })
  deliveries: number;

  @Time({ nullable: true, description: 'When the oldest of them was accepted; null where there is none.' })
  oldest_at: string | null;
}

/** A client at a glance: what there is now, and the last 24 hours. */
export class MetricsDto {
  @Int({ example: 412 })
  users: number;

  @Int({ description: 'Those that are not deleted.', example: 57 })
  rooms: number;

  @Int({ description: 'Open now, of all users.', example: 23 })
  connections: number;

  @Nested(() => MessageFiguresDto, { description: 'Of the last 24 hours.' })
  messages: MessageFiguresDto;

  @Nested(() => DeliveryFiguresDto, { description: 'Accepted in the last 24 hours.' })
  deliveries: DeliveryFiguresDto;

  @Nested(() => BacklogDto, { description: 'Deliveries that are still to be settled, of any time.' })
  backlog: BacklogDto;

  @Time()
  period_start: string;

  @Time()
  period_end: string;
}

export class UserMetricsDto {
  @UserId()
  user_id: UserId;

  @Int({ description: 'Sent in the period.', example: 31 })
  messages: number;

  @Int({ description: 'Rooms that the user is a member of.', example: 5 })
  rooms: number;

  @Nested(() => StatesDto, { description: 'Deliveries to the user that were accepted in the period.' })
  deliveries: StatesDto;

  @Time()
  period_start: string;

  @Time()
  period_end: string;
}
