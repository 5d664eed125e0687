import {
  Bool,
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
import type { ActorType } from '../../platform/realtime/envelope.js';

const CONTENT_TYPES = ['text', 'image', 'file', 'video', 'audio', 'document', 'custom'] as const;

const ATTACHMENT_TYPES = ['image', 'file', 'video', 'audio', 'document', 'link'] as const;

/** What a message is told to be by those who send it; `system`: by the client itself only. */
export const SENT_TYPES = [...CONTENT_TYPES, 'system'] as const;
type SentType = (typeof SENT_TYPES)[number];

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
}

/** Who a message mentions: a user, or everybody in the room. */
export class MentionDto {
  @OneOf(['user', 'room'])
  type: 'user' | 'room';

  @UserId({ optional: true, description: 'Of a user who is in the room, or was.' })
  user_id?: UserId;
}

const MENTIONS = {
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

  @NestedList(() => MentionDto, { ...MENTIONS, optional: true, example: undefined })
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

/** Fields left out stay as they are; null clears (RFC 7396). */
export class EditMessageDto {
  @Text({ optional: true, nullable: true, max: 'content_chars', example: 'Hello, world!' })
  content?: string | null;

  @OneOf(SENT_TYPES, { optional: true })
  content_type?: SentType;

  @NestedList(() => AttachmentDto, { optional: true, max: 'attachments' })
  attachments?: AttachmentDto[];

  @NestedList(() => MentionDto, { ...MENTIONS, optional: true, example: undefined })
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

/** Oldest first, the present one last. */
export class MessageVersionsDto {
  @NestedList(() => MessageVersionDto, { max: 1_001 })
  data: MessageVersionDto[];
}

/** The first version's body of `POST /messages`. */
export class SendMessageToRoomDto extends SendMessageDto {
  @Uuid()
  room_id: string;
}

/** Where to read a room's messages: at most one of the three; without any, the newest. */
export class MessagesQueryDto {
  @Int({ optional: true, min: 1, max: 'page', default: 50, query: true, description: 'Messages per page.' })
  limit?: number;

  @Int({ optional: true, query: true, description: 'Messages before this seq.' })
  before_seq?: number;

  @Int({ optional: true, query: true, description: 'Messages after this seq.' })
  after_seq?: number;

  @Int({ optional: true, query: true, description: 'The message at this seq in the middle of the page.' })
  around_seq?: number;

  @Text({ optional: true, max: 1024, description: '`next_cursor` or `prev_cursor` of an earlier answer.' })
  cursor?: string;
}

/** `message.list`. */
export class ListMessagesDto extends MessagesQueryDto {
  @Uuid()
  room_id: string;
}

/** A copy of another message, as it was when it was quoted. */
export class QuotedDto {
  @Uuid()
  id: string;

  @Int({ min: 1 })
  seq: number;

  @UserId({ nullable: true })
  sender_id: UserId | null;

  @Text({ nullable: true, max: 'name_chars' })
  sender_display_name: string | null;

  @OneOf(SENT_TYPES)
  content_type: string;

  @Text({ nullable: true, max: 'content_chars', description: 'null, with no attachments, once it was deleted.' })
  content: string | null;

  @NestedList(() => AttachmentDto, { max: 'attachments' })
  attachments: AttachmentDto[];

  @Time()
  created_at: string;
}

export class ReactionSummaryDto {
  @Text({ max: 64 })
  key: string;

  @Int({})
  count: number;

  @TextList({ max: 10, maxChars: 'user_id_chars', description: 'At most ten of those who reacted.' })
  user_ids: UserId[];
}

/** What is the acting user's own of a message. Events never carry it. */
export class MessageMeDto {
  @TextList({ max: 100, maxChars: 64, description: 'The keys of its own reactions.' })
  reactions: string[];
}

export class MessageDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @Int({ min: 1, description: 'Its fixed, gapless place in the room.' })
  seq: number;

  @Int({ min: 1, description: "The room's position at which it was last changed." })
  rev: number;

  @UserId({ nullable: true, description: 'null: sent by the client itself.' })
  sender_id: UserId | null;

  @OneOf(['user', 'client', 'system', 'bot'])
  sender_type: ActorType;

  @Text({ nullable: true, max: 'name_chars' })
  sender_display_name: string | null;

  @OneOf(SENT_TYPES)
  content_type: string;

  @Text({ nullable: true, max: 'content_chars' })
  content: string | null;

  @NestedList(() => AttachmentDto, { max: 'attachments' })
  attachments: AttachmentDto[];

  @Uuid({ nullable: true })
  reply_to_id: string | null;

  @Uuid({ nullable: true })
  thread_id: string | null;

  @Int({})
  reply_count: number;

  @NestedList(() => MentionDto, MENTIONS)
  mentions: MentionDto[];

  @Nested(() => QuotedDto, { nullable: true })
  quoted: QuotedDto | null;

  @Bool({ description: 'Moves no badge.' })
  silent: boolean;

  @NestedList(() => ReactionSummaryDto, { max: 100 })
  reactions: ReactionSummaryDto[];

  @Json({ maxBytes: 'metadata_bytes' })
  metadata: Record<string, unknown>;

  @Text({ nullable: true, max: 255 })
  client_msg_id: string | null;

  @Time({ nullable: true })
  pinned_at: string | null;

  @Time({ nullable: true })
  edited_at: string | null;

  @Time({ nullable: true })
  deleted_at: string | null;

  @UserId({ nullable: true })
  deleted_by: UserId | null;

  @Time()
  created_at: string;

  @Time()
  updated_at: string;

  @Bool({ optional: true, description: 'This client_msg_id was sent before: here is the original.' })
  deduplicated?: boolean;

  @Nested(() => MessageMeDto, { optional: true, description: 'Where a user reads a message that has reactions.' })
  me?: MessageMeDto;
}

/** In place of a message that is hidden from who reads: deleted for it, or sent by somebody it blocked. */
export class HiddenMessageDto {
  @Uuid()
  id: string;

  @Uuid()
  room_id: string;

  @Int({ min: 1 })
  seq: number;

  @Int({ min: 1 })
  rev: number;

  @Bool({ description: 'Always true.' })
  hidden: boolean;
}

/** A message as somebody sees it. */
export type SeenMessage = MessageDto | HiddenMessageDto;

/** Body of `message.hidden`. */
export class MessageHiddenDto {
  @Uuid()
  room_id: string;

  @Uuid()
  message_id: string;
}

export class MessagePageInfoDto {
  @Text({ nullable: true, max: 1024 })
  next_cursor: string | null;

  @Text({ nullable: true, max: 1024 })
  prev_cursor: string | null;

  @Bool({ description: 'The same as has_more_after.' })
  has_more: boolean;

  @Bool()
  has_more_before: boolean;

  @Bool()
  has_more_after: boolean;
}

/** Ascending by seq. */
export class MessagePageDto {
  @NestedList(() => MessageDto, { max: 'page', or: HiddenMessageDto })
  data: SeenMessage[];

  @Nested(() => MessagePageInfoDto)
  page: MessagePageInfoDto;
}
