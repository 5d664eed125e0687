import type { Problem } from '../../../platform/common/problem.js';
import { Existing, type Request } from '../../../tenancy/access/request.js';
import type { UserRef } from '../../../tenancy/access/user-ref.js';
import type { AttachmentDto, MessageDto } from '../messages.dto.js';

/** A message on its way in: validated, with the ids that we made for it, not yet judged. */
export interface NewMessage {
  client_id: string;
  room_id: string;
  id: string;
  event_id: string;
  /** null: the client itself sends. */
  sender: UserRef | null;
  content_type: string;
  content: string | null;
  attachments: AttachmentDto[];
  metadata: Record<string, unknown>;
  client_msg_id: string | null;
  /** What makes two bodies under one client_msg_id equal; null without one. */
  body_hash: Buffer | null;
  /** What it was asked with: its Idempotency-Key is completed in the transaction of the message. */
  request: Request;
}

/** Written: `epoch` is the room's. */
export interface Sent {
  verdict: 'sent';
  message: MessageDto;
  epoch: string;
}

/** The client_msg_id was there before, with this message. */
export interface Duplicate {
  verdict: 'duplicate';
  message: MessageDto;
}

/** What the sender is told. */
export const answerOf = ({ verdict, message }: Sent | Duplicate): MessageDto | Existing<MessageDto> =>
  verdict === 'duplicate' ? new Existing({ ...message, deduplicated: true }) : message;

/** What became of a message; a Problem is for the sender. */
export type SendVerdict = Sent | Duplicate | Problem;

/** The room could not be locked at once: nothing is decided. */
export const HELD = Symbol('held');

/** The message as everybody will see it, once its place is known. */
export function messageOf(from: NewMessage, place: { seq: number; rev: number; at: Date }): MessageDto {
  const at = place.at.toISOString();
  return {
    id: from.id,
    room_id: from.room_id,
    seq: place.seq,
    rev: place.rev,
    sender_id: from.sender?.user_id ?? null,
    sender_type: from.sender ? 'user' : 'client',
    sender_display_name: from.sender?.display_name ?? null,
    content_type: from.content_type,
    content: from.content,
    attachments: from.attachments,
    reply_to_id: null,
    thread_id: null,
    reply_count: 0,
    mentions: [],
    reactions: [],
    metadata: from.metadata,
    client_msg_id: from.client_msg_id,
    pinned_at: null,
    edited_at: null,
    deleted_at: null,
    deleted_by: null,
    created_at: at,
    updated_at: at,
  };
}
