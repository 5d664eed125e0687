import { Bool, Json, NestedList, OneOf, Text, Time, UserId, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { AttachmentDto, MentionDto, SendMessageDto, SENT_TYPES } from '../messages/sending.dto.js';

export const STATUSES = ['scheduled', 'sent', 'failed', 'cancelled'] as const;
export type ScheduledStatus = (typeof STATUSES)[number];

const SEND_AT = {
  description: 'When it is to be sent: in the future, within a year.',
  example: '2030-01-31T12:00:00Z',
};

/** A message's body, and when it is to be sent. */
export class ScheduleMessageDto extends SendMessageDto {
  @Time(SEND_AT)
  send_at: string;
}

/** Fields left out stay as they are; null clears (RFC 7396). */
export class UpdateScheduledMessageDto {
  @Time({ ...SEND_AT, optional: true })
  send_at?: string;

  @Text({ optional: true, nullable: true, max: 'content_chars', example: 'Happy new year!' })
  content?: string | null;

  @OneOf(SENT_TYPES, { optional: true, nullable: true })
  content_type?: string | null;

  @Uuid({ optional: true, nullable: true, example: undefined })
  reply_to_id?: string | null;

  @Uuid({ optional: true, nullable: true, example: undefined })
  quoted_message_id?: string | null;

  @NestedList(() => MentionDto, { optional: true, nullable: true, max: 100, example: undefined })
  mentions?: MentionDto[] | null;

  @NestedList(() => AttachmentDto, { optional: true, nullable: true, max: 'attachments' })
  attachments?: AttachmentDto[] | null;

  @Bool({ optional: true, nullable: true })
  silent?: boolean | null;

  @Json({ optional: true, nullable: true, maxBytes: 'metadata_bytes', description: 'Merged, member by member.' })
  metadata?: Record<string, unknown> | null;
}

export class ScheduledQueryDto extends PageQueryDto {
  @OneOf(STATUSES, { optional: true, description: 'Only those that stand so.' })
  status?: ScheduledStatus;
}

/** Body of `scheduled_message.failed`. */
export class ScheduledFailureDto {
  @Uuid({ description: 'Of the scheduled message.' })
  id: string;

  @Uuid()
  room_id: string;

  @Time()
  send_at: string;

  @OneOf(['failed'])
  status: 'failed';

  @Text({ max: 100, description: 'The code of what the send was refused with.' })
  reason: string;
}

/** With what it will say, or said. */
export class ScheduledMessageDto extends SendMessageDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @UserId({ nullable: true, description: 'null: the client itself.' })
  sender_id: UserId | null;

  @Time()
  send_at: string;

  @OneOf(STATUSES)
  status: ScheduledStatus;

  @Uuid({ optional: true, description: 'Once it is sent: the message.' })
  message_id?: string;

  @Text({ optional: true, max: 100, description: 'Why it failed: the code of what a send was refused with.' })
  reason?: string;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}
