import { Int, Json, NestedList, OneOf, Text, Time, UserId, Uuid } from '../../../platform/common/fields.js';
import { AttachmentDto, MentionDto, MENTIONS_FIELD, SENT_TYPES, type SentType } from '../sending.dto.js';

/** Fields left out stay as they are; null clears (RFC 7396). */
export class EditMessageDto {
  @Text({ optional: true, nullable: true, max: 'content_chars', example: 'Hello, world!' })
  content?: string | null;

  @OneOf(SENT_TYPES, { optional: true })
  content_type?: SentType;

  @NestedList(() => AttachmentDto, { optional: true, max: 'attachments' })
  attachments?: AttachmentDto[];

  @NestedList(() => MentionDto, { ...MENTIONS_FIELD, optional: true, example: undefined })
  mentions?: MentionDto[];

  @Json({ optional: true, nullable: true, maxBytes: 'metadata_bytes', description: 'Merged, member by member.' })
  metadata?: Record<string, unknown> | null;

  @Int({ optional: true, description: 'Only if the message still stands at this rev; else 409.', example: undefined })
  if_rev?: number;
}

/** `message.edit`. */
export class EditMessageOfRoomDto extends EditMessageDto {
  @Uuid()
  room_id: string;

  @Uuid()
  message_id: string;
}

const FOR = ['all', 'me'] as const;

export class DeleteMessageQueryDto {
  @OneOf(FOR, { optional: true, default: 'all', description: '`me`: hidden from the acting user only.' })
  for?: (typeof FOR)[number];
}

/** `message.delete`. */
export class DeleteMessageOfRoomDto extends DeleteMessageQueryDto {
  @Uuid()
  room_id: string;

  @Uuid()
  message_id: string;
}

/** One version of what a message said. */
export class MessageVersionDto {
  @Int({ min: 1, description: 'At which the message came to say so.' })
  rev: number;

  @Text({ nullable: true, max: 'content_chars' })
  content: string | null;

  @Time()
  edited_at: string;

  @UserId({ nullable: true, description: 'null: the client itself.' })
  edited_by: UserId | null;
}
