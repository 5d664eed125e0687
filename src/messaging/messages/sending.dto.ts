import { Bool, HttpUrl, Int, Json, NestedList, OneOf, Text, UserId, Uuid } from '../../platform/common/fields.js';

const CONTENT_TYPES = ['text', 'image', 'file', 'video', 'audio', 'document', 'custom'] as const;

const ATTACHMENT_TYPES = ['image', 'file', 'video', 'audio', 'document', 'link'] as const;

/** What a message is told to be by those who send it; `system`: by the client itself only. */
export const SENT_TYPES = [...CONTENT_TYPES, 'system'] as const;
export type SentType = (typeof SENT_TYPES)[number];

/** Something that lies elsewhere: ChatAPI keeps its address, not its bytes. */
export class AttachmentDto {
  @OneOf(ATTACHMENT_TYPES, { example: 'image' })
  type: string;

  @HttpUrl({ example: 'https://cdn.example.com/cat.png' })
  url: string;

  @Text({ optional: true, nullable: true, max: 'name_chars' })
  name?: string | null;

  @Int({ optional: true, nullable: true, description: 'Bytes.' })
  size?: number | null;

  @Text({ optional: true, nullable: true, max: 255, example: 'image/png' })
  mime_type?: string | null;

  @Int({ optional: true, max: 1_000_000 })
  width?: number;

  @Int({ optional: true, max: 1_000_000 })
  height?: number;

  @Int({ optional: true })
  duration_ms?: number;

  @HttpUrl({ optional: true })
  thumbnail_url?: string;

  @Bool({
    optional: true,
    description:
      'Made by ChatAPI of a link in the text. A send leaves such an attachment out; an edit may name, by its `url`, one that is there.',
    example: undefined,
  })
  preview?: boolean;

  @Text({ optional: true, max: 300, description: 'As the page says, like the next three; of previews only.' })
  title?: string;

  @Text({ optional: true, max: 1_000 })
  description?: string;

  @HttpUrl({ optional: true })
  image_url?: string;

  @Text({ optional: true, max: 100 })
  site_name?: string;
}

/** Who a message mentions: a user, or everybody in the room. */
export class MentionDto {
  @OneOf(['user', 'room'])
  type: 'user' | 'room';

  @UserId({ optional: true, description: 'Of a user who is in the room, or was.' })
  user_id?: UserId;
}

export const MENTIONS_FIELD = {
  max: 100,
  description: 'Who is mentioned, as structured data: how the text shows it is up to the app.',
  example: [{ type: 'user', user_id: 'bob' }, { type: 'room' }],
} as const;

export class SendMessageDto {
  @Text({
    optional: true,
    max: 'content_chars',
    description: 'Required unless there are attachments or the type is custom or system.',
    example: 'Hello!',
  })
  content?: string;

  @OneOf(SENT_TYPES, { optional: true, default: 'text', description: '`system`: a master key without X-User-Id only.' })
  content_type?: SentType;

  @Uuid({
    optional: true,
    description: 'The message that this one replies to; a reply to a reply joins its thread.',
    example: undefined,
  })
  reply_to_id?: string;

  @Uuid({ optional: true, description: 'A message of the room of which a copy goes along.', example: undefined })
  quoted_message_id?: string;

  @NestedList(() => MentionDto, { ...MENTIONS_FIELD, optional: true, example: undefined })
  mentions?: MentionDto[];

  @Bool({ optional: true, description: 'Moves no badge and pushes nothing.' })
  silent?: boolean;

  @Text({
    optional: true,
    max: 255,
    description: "The sender's own id of the message. Sent again, it returns the original with `deduplicated: true`.",
    example: 'c7e2f1',
  })
  client_msg_id?: string;

  @NestedList(() => AttachmentDto, { optional: true, max: 'attachments' })
  attachments?: AttachmentDto[];

  @Json({ optional: true, maxBytes: 'metadata_bytes' })
  metadata?: Record<string, unknown>;
}

/** The first version's body of `POST /messages`. */
export class SendMessageToRoomDto extends SendMessageDto {
  @Uuid()
  room_id: string;
}
