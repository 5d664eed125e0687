import { exactly } from '../../platform/database/exactly.js';
import type { ActorType } from '../../platform/realtime/envelope.js';
import type { AttachmentDto, MentionDto } from './sending.dto.js';
import type { HiddenMessageDto, MessageDto, QuotedDto, SeenMessage } from './messages.dto.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** A mention as it is stored; without `user_pk`: everybody in the room. */
export interface StoredMention {
  type: MentionDto['type'];
  user_pk?: UserPk;
}

/** A quote as it is stored. */
export type StoredQuote = Omit<QuotedDto, 'sender_id' | 'sender_display_name'> & { sender_pk: UserPk | null };

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
  reply_to_id: string | null;
  mentions: MentionDto[];
  quoted: QuotedDto | null;
  silent: boolean;
  metadata: Record<string, unknown>;
  client_msg_id: string | null;
  // What a new message doesn't have yet.
  reply_count?: number;
  pinned_at?: Date | null;
  edited_at?: Date | null;
  deleted_at?: Date | null;
  deleted_by?: UserId | null;
}

/** Where a message stands in its room, and since when. */
export interface MessagePlace {
  seq: number;
  rev: number;
  /** The message that it is a reply to, or that one's own thread. */
  thread_id: string | null;
  created_at: Date;
  /** Left out: not changed since. */
  updated_at?: Date;
}

/** A row of `messages` with its people's own ids. */
export interface MessageRow extends Required<MessageFields & MessagePlace> {
  sender_pk: UserPk | null;
  /** Of a shadow-banned sender. */
  shadowed: boolean;
  /** When its room was truncated beyond it: then nobody sees it any more. */
  truncated_at: Date | null;
}

const MENTIONS = `case when m.mentions = '[]' then m.mentions else (
    select coalesce(jsonb_agg(case when u.user_id is null then e.one
                                   else jsonb_build_object('type', 'user', 'user_id', u.user_id) end order by e.n), '[]')
      from jsonb_array_elements(m.mentions) with ordinality as e (one, n)
      left join users u on u.client_id = m.client_id and u.user_pk = (e.one ->> 'user_pk')::uuid
     where e.one ->> 'type' = 'room' or u.user_id is not null) end as mentions`;

const QUOTED = `case when m.quoted is not null then (
    select m.quoted - 'sender_pk' || jsonb_build_object('sender_id', q.user_id, 'sender_display_name', q.display_name)
             || case when exists (select from messages x where x.client_id = m.client_id
                                   and x.id = (m.quoted ->> 'id')::uuid and x.deleted_at is not null)
                       or exists (select from rooms x where x.client_id = m.client_id and x.id = m.room_id
                                   and x.truncated_seq >= (m.quoted ->> 'seq')::bigint)
                     then '{"content": null, "attachments": []}'::jsonb else '{}' end
      from (select 1) one
      left join users q on q.client_id = m.client_id and q.user_pk = (m.quoted ->> 'sender_pk')::uuid) end as quoted`;

const COLUMNS = `m.id, m.room_id, m.seq, m.rev, m.sender_pk, s.user_id as sender_id, m.sender_type,
  s.display_name as sender_display_name, m.content_type, m.content, m.attachments, m.reply_to_id, m.thread_id,
  m.reply_count, ${MENTIONS}, ${QUOTED}, m.silent, m.shadowed, m.metadata, m.client_msg_id, m.pinned_at, m.edited_at,
  m.deleted_at, d.user_id as deleted_by, m.created_at, m.updated_at`;

/** Select list and joins that make a {@link MessageRow} of `messages m`. */
export const MESSAGE_COLUMNS = `${COLUMNS}, (
    select r.truncated_at from rooms r
     where r.client_id = m.client_id and r.id = m.room_id and r.truncated_seq >= m.seq) as truncated_at`;

/** The same of messages beyond their room's floor, which who reads them knows. */
export const COLUMNS_BEYOND_FLOOR = `${COLUMNS}, null::timestamptz as truncated_at`;

/** One by one, by its key: a page has few messages, and its plan may be older than most of the client's users. */
const personOf = (pk: string, alias: string): string => `
  left join lateral (select user_id, display_name from users
                      where client_id = m.client_id and ${exactly('user_pk', pk)} order by user_pk limit 1) ${alias} on true`;

export const MESSAGE_PEOPLE = personOf('m.sender_pk', 's') + personOf('m.deleted_by_pk', 'd');

/** Nothing that a deleted message said is shown any more; its place stays. So it is with what went with its room's truncation. */
export function toMessage(row: MessageRow): MessageDto {
  const deleted_at = row.deleted_at ?? row.truncated_at;
  return messageOf(deleted_at ? { ...row, ...SILENCED, deleted_at } : row, row);
}

const SILENCED = { content: null, attachments: [], mentions: [], quoted: null, metadata: {}, pinned_at: null };

/** All that is shown of a message to whom it is hidden from. */
export const stubOf = ({
  id,
  room_id,
  seq,
  rev,
}: Pick<MessageDto, 'id' | 'room_id' | 'seq' | 'rev'>): HiddenMessageDto => ({
  id,
  room_id,
  seq,
  rev,
  hidden: true,
});

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
    reply_to_id: from.reply_to_id,
    thread_id: place.thread_id,
    reply_count: from.reply_count ?? 0,
    mentions: from.mentions,
    quoted: from.quoted,
    // What other tables hold is added by MessageParts.
    reactions: [],
    silent: from.silent,
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

/** Events and replays of what was sent carry nothing that is the reader's own. */
export function withoutMe(message: SeenMessage): SeenMessage {
  if (!('me' in message)) return message;
  const { me: _, ...rest } = message;
  return rest;
}
