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
import type { ActorType } from '../../platform/realtime/envelope.js';
import { AttachmentDto, MentionDto, MENTIONS_FIELD, SENT_TYPES } from './sending.dto.js';

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

  @NestedList(() => MentionDto, MENTIONS_FIELD)
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
