import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../../platform/common/ids.js';
import type { Cursor } from '../../../platform/common/pagination.js';
import { Database, type Tx } from '../../../platform/database/database.js';
import { MentionsRepository } from '../../rooms/membership/mentions.repository.js';
import { MESSAGE_COLUMNS, MESSAGE_PEOPLE, type MessageRow, type StoredMention } from '../message.row.js';
import type { GoneMessage } from './message-remains.js';
import type { AttachmentDto } from '../sending.dto.js';
import type { Draft } from '../pre-send.js';

/** A message under its room's lock. */
export interface LockedMessage extends MessageRow {
  stored_mentions: StoredMention[];
  /** The body of a deleted message is blanked then; null: it is not deleted, or blank already. */
  purge_at: Date | null;
  purge_due: boolean;
}

export interface VersionRow {
  rev: number;
  content: string | null;
  edited_at: Date;
  edited_by: UserId | null;
}

/** What a draft sets of a message's row. */
export type NewBody = Omit<Draft, 'mentions'> & { mentions: StoredMention[] };

/** More edits of one message are refused. */
export const MAX_EDITS = 1_000;

/** Nothing of what it said is left in the row. That it is to be looked at stays. */
const BLANK = `content = null, attachments = '[]', metadata = '{}', mentions = '[]', quoted = null, purge_at = null`;

/** Changes of messages that exist. Their callers hold the room's lock. */
/** Another rev, $3, with which it says what it said before. */
const MOVES_ON = 'said_rev = coalesce(said_rev, rev), rev = $3';

@Injectable()
export class ChangesRepository {
  constructor(
    private readonly database: Database,
    private readonly mentions: MentionsRepository,
  ) {}

  /** The rows of messages change under their rooms' locks only. */
  async find(tx: Tx, clientId: string, roomId: string, id: string): Promise<LockedMessage | null> {
    const [row] = await tx.query<LockedMessage>(
      `select ${MESSAGE_COLUMNS}, m.mentions as stored_mentions, m.purge_at,
              coalesce(m.purge_at <= clock_timestamp(), m.deleted_at is not null) as purge_due
         from messages m ${MESSAGE_PEOPLE} where m.client_id = $1 and m.id = $2 and m.room_id = $3`,
      [clientId, id, roomId],
    );
    return row && !row.truncated_at ? row : null;
  }

  /**
   * @param directRoomId the room, where it is a direct one: blocks are looked for there only
   * @returns is the user banned by the client, other than by shadow, and did the other one in the room block it?
   */
  async standing(
    tx: Tx,
    clientId: string,
    userPk: UserPk,
    directRoomId: string | null,
  ): Promise<{ banned: boolean; blocked: boolean }> {
    const [row] = await tx.query<{ banned: boolean; blocked: boolean }>(
      `select exists (select from users where client_id = $1 and user_pk = $2
                         and banned_until > clock_timestamp() and not shadow_banned) as banned,
              exists (select from room_members o
                        join user_blocks b on b.client_id = o.client_id and b.user_pk = o.user_pk and b.blocked_pk = $2
                       where o.client_id = $1 and o.room_id = $3) as blocked`,
      [clientId, userPk, directRoomId],
    );
    return row!;
  }

  /** Keeps what the message said until now, and has it say something else. @param rev that of the event to come */
  async edit(
    tx: Tx,
    clientId: string,
    message: LockedMessage,
    body: NewBody,
    { rev, editorPk }: { rev: number; editorPk: UserPk | null },
  ): Promise<void> {
    const { id } = message;
    await tx.execute(
      `insert into message_edits (client_id, message_id, rev, content_type, content, attachments, mentions, metadata,
                                  edited_at, edited_by_pk)
       select client_id, id, coalesce(said_rev, rev), content_type, content, attachments, mentions, metadata,
              coalesce(edited_at, created_at), case when edited_at is null then sender_pk else edited_by_pk end
         from messages where client_id = $1 and id = $2`,
      [clientId, id],
    );
    await tx.execute(
      `update messages set rev = $3, said_rev = null, content_type = $4, content = $5, attachments = $6, mentions = $7, metadata = $8,
              flags = nullif(coalesce(flags, '[]') || coalesce($9::jsonb, '[]'), '[]'), edited_by_pk = $10, edited_at = clock_timestamp(), updated_at = clock_timestamp()
        where client_id = $1 and id = $2`,
      [
        clientId,
        id,
        rev,
        body.content_type,
        body.content,
        JSON.stringify(body.attachments),
        JSON.stringify(body.mentions),
        JSON.stringify(body.metadata),
        body.flags ? JSON.stringify(body.flags) : null,
        editorPk,
      ],
    );
    await this.mention(tx, clientId, message, body.mentions);
  }

  async countEdits(tx: Tx, clientId: string, id: string): Promise<number> {
    const [row] = await tx.query<{ n: number }>(
      'select count(*)::int as n from message_edits where client_id = $1 and message_id = $2',
      [clientId, id],
    );
    return row!.n;
  }

  /** @param keepDays for how long what it said is kept; 0: not at all */
  async delete(
    tx: Tx,
    clientId: string,
    message: LockedMessage,
    { rev, deleterPk, keepDays }: { rev: number; deleterPk: UserPk | null; keepDays: number },
  ): Promise<void> {
    const blank = keepDays === 0 ? `, ${BLANK}` : `, purge_at = clock_timestamp() + make_interval(days => $5)`;
    await tx.execute(
      `update messages set ${MOVES_ON}, deleted_at = clock_timestamp(), deleted_by_pk = $4, pinned_at = null,
              updated_at = clock_timestamp() ${blank}
        where client_id = $1 and id = $2`,
      [clientId, message.id, rev, deleterPk, ...(keepDays === 0 ? [] : [keepDays])],
    );
    if (keepDays === 0) await this.forget(tx, clientId, [message.id]);
    await this.mention(tx, clientId, message, []);
    await this.countReply(tx, clientId, message, -1);
  }

  async undelete(tx: Tx, clientId: string, message: LockedMessage, rev: number): Promise<void> {
    await tx.execute(
      `update messages set ${MOVES_ON}, deleted_at = null, deleted_by_pk = null, purge_at = null, updated_at = clock_timestamp()
        where client_id = $1 and id = $2`,
      [clientId, message.id, rev],
    );
    await this.mention(tx, clientId, message, message.stored_mentions);
    await this.countReply(tx, clientId, message, 1);
  }

  async setPinned(tx: Tx, clientId: string, id: string, pinned: boolean, rev: number): Promise<void> {
    await tx.execute(
      `update messages set ${MOVES_ON}, pinned_at = case when $4 then clock_timestamp() end, updated_at = clock_timestamp()
        where client_id = $1 and id = $2`,
      [clientId, id, rev, pinned],
    );
  }

  /** It says the same as before: no edit. */
  async setAttachments(tx: Tx, clientId: string, id: string, attachments: AttachmentDto[], rev: number): Promise<void> {
    await tx.execute(
      `update messages set ${MOVES_ON}, attachments = $4, updated_at = clock_timestamp() where client_id = $1 and id = $2`,
      [clientId, id, rev, JSON.stringify(attachments)],
    );
  }

  /** @returns false when it was hidden already */
  async hide(tx: Tx, clientId: string, userPk: UserPk, { room_id, seq }: MessageRow): Promise<boolean> {
    const hidden = await tx.execute(
      `insert into hidden_messages (client_id, user_pk, room_id, seq) values ($1, $2, $3, $4) on conflict do nothing`,
      [clientId, userPk, room_id, seq],
    );
    return hidden > 0;
  }

  /** What a message said, the first version first; the last is what it says. */
  async versions(clientId: string, id: string, limit: number, cursor: Cursor | null): Promise<VersionRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<VersionRow>(
      `select v.rev, v.content, v.edited_at, u.user_id as edited_by from (
         select rev, content, edited_at, edited_by_pk from message_edits where client_id = $1 and message_id = $2
          union all
         select coalesce(said_rev, rev), content, coalesce(edited_at, created_at), case when edited_at is null then sender_pk else edited_by_pk end
           from messages where client_id = $1 and id = $2
       ) v left join users u on u.client_id = $1 and u.user_pk = v.edited_by_pk
        where $4::bigint is null or v.rev ${back ? '<' : '>'} $4
        order by v.rev ${back ? 'desc' : 'asc'} limit $3`,
      [clientId, id, limit + 1, cursor?.key[0] ?? null],
    );
  }

  /** Blanks messages whose time to be undeleted is over. @returns how many of at most `limit` */
  async purge(limit: number): Promise<number> {
    return this.database.transaction(async (tx) => {
      const purged = await tx.query<{ client_id: string; id: string }>(
        `with due as (
           select client_id, room_id, seq from messages
            where purge_at <= statement_timestamp() order by purge_at limit $1 for update skip locked)
         update messages m set ${BLANK} from due
          where m.client_id = due.client_id and m.room_id = due.room_id and m.seq = due.seq returning m.client_id, m.id`,
        [limit],
      );
      const byClient = new Map<string, string[]>();
      for (const { client_id, id } of purged) byClient.set(client_id, [...(byClient.get(client_id) ?? []), id]);
      for (const [clientId, ids] of byClient) await this.forget(tx, clientId, ids);
      return purged.length;
    });
  }

  /**
   * Blanks a stretch of a room's messages, which nobody sees any more: tombstones are left. No lock of the room's is held: nobody
   * else changes them.
   * @param truncated_at since when
   */
  async blank(
    tx: Tx,
    clientId: string,
    roomId: string,
    { after, upto, truncated_at }: { after: number; upto: number; truncated_at: Date },
  ): Promise<GoneMessage[]> {
    const gone = await tx.query<GoneMessage & { mentions: StoredMention[] }>(
      `with gone as materialized (
         select client_id, room_id, seq, id, created_at, mentions from messages
          where client_id = $1 and room_id = $2 and seq > $3 and seq <= $4 order by seq for no key update)
       update messages m
          set ${BLANK}, flags = null, pinned_at = null, reply_count = 0, deleted_at = coalesce(m.deleted_at, $5)
         from gone g where m.client_id = g.client_id and m.room_id = g.room_id and m.seq = g.seq
       returning g.client_id, g.room_id, g.seq, g.id, g.created_at, g.mentions`,
      [clientId, roomId, after, upto, truncated_at],
    );
    const ids = gone.map(({ id }) => id);
    await this.forget(tx, clientId, ids);
    const mentioned = gone.flatMap(({ seq, mentions }) => mentions.map(({ user_pk = null }) => ({ seq, user_pk })));
    await this.mentions.remove(tx, clientId, roomId, mentioned);
    return gone.map(({ mentions: _, ...message }) => message);
  }

  /** What messages said that is kept elsewhere: earlier versions, and copies in others. */
  private async forget(tx: Tx, clientId: string, ids: string[]): Promise<void> {
    await tx.execute(`delete from message_edits where client_id = $1 and message_id = any ($2::uuid[])`, [
      clientId,
      ids,
    ]);
    await tx.execute(
      `update messages set quoted = quoted || '{"content": null, "attachments": []}'
        where client_id = $1 and quoted ->> 'id' = any ($2::text[]) and quoted is not null`,
      [clientId, ids],
    );
  }

  /** Those who are mentioned from now on, in place of those who were: of what everybody sees, not of what is silent, and never who says it. */
  private async mention(tx: Tx, clientId: string, message: LockedMessage, mentions: StoredMention[]): Promise<void> {
    const { sender_pk, shadowed, silent, stored_mentions } = message;
    const pksOf = (all: StoredMention[]): (UserPk | null)[] => all.map(({ user_pk }) => user_pk ?? null);
    const wanted = shadowed || silent ? [] : pksOf(mentions).filter((pk) => pk === null || pk !== sender_pk);
    await this.mentions.replace(tx, clientId, message, pksOf(stored_mentions), wanted);
  }

  /** Of those that everybody sees. */
  private async countReply(tx: Tx, clientId: string, { thread_id, shadowed }: MessageRow, by: 1 | -1): Promise<void> {
    if (thread_id === null || shadowed) return;
    await tx.execute(
      `update messages root set reply_count = reply_count + $3 from rooms r
        where root.client_id = $1 and root.id = $2 and r.client_id = root.client_id and r.id = root.room_id
          and root.seq > r.truncated_seq`,
      [clientId, thread_id, by],
    );
  }
}
