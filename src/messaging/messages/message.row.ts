import type { ActorType } from '../../platform/realtime/envelope.js';
import type { AttachmentDto, MentionDto, MessageDto } from './messages.dto.js';
import type { UserId } from '../../platform/common/ids.js';

/** What a message says, before it has its place: of one that is being written all there is, of a row a part. */
export interface MessageFields {
  id: string;
  room_id: string;
  sender_id: UserId | null;
  sender_type: ActorType;
  sender_display_name: string | null;
  content_type: string;
  content: string | null;
  attachments: AttachmentDto[];
  metadata: Record<string, unknown>;
  client_msg_id: string | null;
  // What a new message doesn't have yet.
  reply_to_id?: string | null;
  thread_id?: string | null;
  reply_count?: number;
  mentions?: MentionDto[];
  pinned_at?: Date | null;
  edited_at?: Date | null;
  deleted_at?: Date | null;
  deleted_by?: UserId | null;
}

/** Where a message stands in its room, and since when. */
export interface MessagePlace {
  seq: number;
  rev: number;
  created_at: Date;
  /** Left out: not changed since. */
  updated_at?: Date;
}

/** A row of `messages` with its people's own ids. */
export type MessageRow = Required<MessageFields & MessagePlace>;

/** Select list and joins that make a {@link MessageRow} of `messages m`. */
export const MESSAGE_COLUMNS = `m.id, m.room_id, m.seq, m.rev, s.user_id as sender_id, m.sender_type,
  s.display_name as sender_display_name, m.content_type, m.content, m.attachments, m.reply_to_id, m.thread_id,
  m.reply_count, m.mentions, m.metadata, m.client_msg_id, m.pinned_at, m.edited_at, m.deleted_at,
  d.user_id as deleted_by, m.created_at, m.updated_at`;

export const MESSAGE_PEOPLE = `
  left join users s on s.client_id = m.client_id and s.user_pk = m.sender_pk
  left join users d on d.client_id = m.client_id and d.user_pk = m.deleted_by_pk`;

export const toMessage = (row: MessageRow): MessageDto => messageOf(row, row);

/**
 * The message as everybody sees it. One object literal, because sends go through here: what was just written is mapped
 * from what it was made of and the place that it got, without reading its row.
 */
export function messageOf(from: MessageFields, place: MessagePlace): MessageDto {
  const created_at = place.created_at.toISOString();
  return {
    id: from.id,
    room_id: from.room_id,
    seq: place.seq,
    rev: place.rev,
    sender_id: from.sender_id,
    sender_type: from.sender_type,
    sender_display_name: from.sender_display_name,
    content_type: from.content_type,
    content: from.content,
    attachments: from.attachments,
    reply_to_id: from.reply_to_id ?? null,
    thread_id: from.thread_id ?? null,
    reply_count: from.reply_count ?? 0,
    mentions: from.mentions ?? [],
    // What other tables hold is added by MessageParts.
    reactions: [],
    metadata: from.metadata,
    client_msg_id: from.client_msg_id,
    pinned_at: iso(from.pinned_at),
    edited_at: iso(from.edited_at),
    deleted_at: iso(from.deleted_at),
    deleted_by: from.deleted_by ?? null,
    created_at,
    updated_at: place.updated_at?.toISOString() ?? created_at,
  };
}

const iso = (time: Date | null | undefined): string | null => time?.toISOString() ?? null;
