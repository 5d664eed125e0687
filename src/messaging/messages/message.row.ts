import type { AttachmentDto, MentionDto, MessageDto } from './messages.dto.js';

/** A row of `messages` with its people's own ids. */
export interface MessageRow {
  id: string;
  room_id: string;
  seq: number;
  rev: number;
  sender_id: string | null;
  sender_type: MessageDto['sender_type'];
  sender_display_name: string | null;
  content_type: string;
  content: string | null;
  attachments: AttachmentDto[];
  reply_to_id: string | null;
  thread_id: string | null;
  reply_count: number;
  mentions: MentionDto[];
  metadata: Record<string, unknown>;
  client_msg_id: string | null;
  pinned_at: Date | null;
  edited_at: Date | null;
  deleted_at: Date | null;
  deleted_by: string | null;
  created_at: Date;
  updated_at: Date;
}

/** Select list and joins that make a {@link MessageRow} of `messages m`. */
export const MESSAGE_COLUMNS = `m.id, m.room_id, m.seq, m.rev, s.user_id as sender_id, m.sender_type,
  s.display_name as sender_display_name, m.content_type, m.content, m.attachments, m.reply_to_id, m.thread_id,
  m.reply_count, m.mentions, m.metadata, m.client_msg_id, m.pinned_at, m.edited_at, m.deleted_at,
  d.user_id as deleted_by, m.created_at, m.updated_at`;

export const MESSAGE_PEOPLE = `
  left join users s on s.client_id = m.client_id and s.user_pk = m.sender_pk
  left join users d on d.client_id = m.client_id and d.user_pk = m.deleted_by_pk`;

export function toMessage(row: MessageRow): MessageDto {
  return {
    ...row,
    reactions: [],
    pinned_at: row.pinned_at?.toISOString() ?? null,
    edited_at: row.edited_at?.toISOString() ?? null,
    deleted_at: row.deleted_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
