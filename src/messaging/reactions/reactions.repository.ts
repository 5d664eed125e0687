import { Injectable } from '@nestjs/common';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { newId } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import type { MessageRemain } from '../messages/changes/message-remains.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';

/** How a user stands to a key of a message, under the room's lock. */
export interface Standing {
  reacted: boolean;
  /** Of those who see what this user does, somebody reacted with this key. */
  known: boolean;
  /** How many different keys they see. */
  keys: number;
  /** Only itself sees what it does: it is shadow-banned. */
  shadowed: boolean;
  /** By the client, and everybody knows. */
  banned: boolean;
  /** By the other one in a direct room. */
  blocked: boolean;
}

export interface ReactionRow {
  id: string;
  key: string;
  user_id: UserId;
  created_at: Date;
}

/** A key of a message: who reacted with it, as everybody sees it, and what the reader did itself. */
export interface SummaryRow {
  message_id: string;
  key: string;
  count: number;
  user_ids: UserId[];
  own_id: UserId | null;
  own_shadowed: boolean | null;
}

const MESSAGES = unnest<{ client_id: string; id: string }>()('w', { client_id: 'uuid', id: 'uuid' });

/** Of those who reacted with a key, so many are named. */
export const NAMED_USERS = 10;

/** Writers hold the room's lock. */
@Injectable()
export class ReactionsRepository implements MessageRemain {
  constructor(private readonly database: Database) {}

  /**
   * @param message `direct_room_id`: its room, where that is a direct one, so that blocks are looked for there only; `shadowed`: it
   *   is its sender's only
   */
  async standing(
    tx: Tx,
    clientId: string,
    { id: messageId, direct_room_id, shadowed }: { id: string; direct_room_id: string | null; shadowed: boolean },
    key: string,
    userPk: UserPk,
  ): Promise<Standing> {
    const [row] = await tx.query<Standing>(
      `with who as materialized (
         select $5 or shadow_banned and banned as shadowed, banned and not shadow_banned as banned
           from (select shadow_banned, coalesce(banned_until > clock_timestamp(), false) as banned
                   from users where client_id = $1 and user_pk = $4) u
       ), counted as (
         select c.key, case when who.shadowed then c.shadowed else c.count end > 0 as seen
           from reaction_counts c, who where c.client_id = $1 and c.message_id = $2
       )
       select who.shadowed, who.banned,
              exists (select from room_members o
                        join user_blocks b on b.client_id = o.client_id and b.user_pk = o.user_pk and b.blocked_pk = $4
                       where o.client_id = $1 and o.room_id = $6) as blocked,
              exists (select from reactions
                       where client_id = $1 and message_id = $2 and key = $3 and user_pk = $4) as reacted,
              coalesce((select seen from counted where key = $3), false) as known,
              (select count(*)::int from counted where seen) as keys
         from who`,
      [clientId, messageId, key, userPk, shadowed, direct_room_id],
    );
    return row!;
  }

  /** @returns how many have reacted with this key, as everybody sees it */
  async add(
    tx: Tx,
    clientId: string,
    messageId: string,
    key: string,
    { userPk, shadowed }: { userPk: UserPk; shadowed: boolean },
  ): Promise<number> {
    const [row] = await tx.query<{ count: number }>(
      `with written as (
         insert into reactions (client_id, message_id, key, id, user_pk, shadowed) values ($1, $2, $3, $4, $5, $6)
       )
       insert into reaction_counts as c (client_id, message_id, key, id, count, shadowed)
       values ($1, $2, $3, $4, 1 - $6::boolean::int, $6::boolean::int)
       on conflict (client_id, message_id, key) do update
          set count = c.count + excluded.count, shadowed = c.shadowed + excluded.shadowed
       returning count`,
      [clientId, messageId, key, newId(), userPk, shadowed],
    );
    return row!.count;
  }

  /** @returns whether it was seen by others, and how many are left; null: there was none */
  async remove(
    tx: Tx,
    clientId: string,
    messageId: string,
    key: string,
    userPk: UserPk,
  ): Promise<{ shadowed: boolean; count: number } | null> {
    const [row] = await tx.query<{ shadowed: boolean; count: number; rest: number }>(
      `with gone as (
         delete from reactions where client_id = $1 and message_id = $2 and key = $3 and user_pk = $4 returning shadowed
       )
       update reaction_counts c
          set count = c.count - (not gone.shadowed)::int, shadowed = c.shadowed - gone.shadowed::int
         from gone where c.client_id = $1 and c.message_id = $2 and c.key = $3
       returning gone.shadowed, c.count, c.count + c.shadowed as rest`,
      [clientId, messageId, key, userPk],
    );
    if (row?.rest === 0) {
      await tx.execute('delete from reaction_counts where client_id = $1 and message_id = $2 and key = $3', [
        clientId,
        messageId,
        key,
      ]);
    }
    return row ?? null;
  }

  /** All of messages that nobody sees any more. */
  async forget(tx: Tx, messages: { client_id: string; id: string }[]): Promise<void> {
    await tx.execute(
      `with counts as (
         delete from reaction_counts c using ${MESSAGES.sql} where c.client_id = w.client_id and c.message_id = w.id
       )
       delete from reactions r using ${MESSAGES.sql} where r.client_id = w.client_id and r.message_id = w.id`,
      MESSAGES.values(messages),
    );
  }

  /** Of many messages, each message's keys in the order in which they came. */
  async summaries(
    on: Pick<Tx, 'query'>,
    clientId: string,
    messageIds: string[],
    viewerPk: UserPk | null,
  ): Promise<SummaryRow[]> {
    return on.query<SummaryRow>(
      `select c.message_id, c.key, c.count, coalesce(named.user_ids, '{}') as user_ids,
              own.user_id as own_id, own.shadowed as own_shadowed
         from reaction_counts c
        cross join lateral (
          select array_agg(n.user_id order by n.id) as user_ids from (
            select r.id, u.user_id
              from reactions r join users u on u.client_id = r.client_id and u.user_pk = r.user_pk
             where r.client_id = c.client_id and r.message_id = c.message_id and r.key = c.key and not r.shadowed
             order by r.id limit ${NAMED_USERS}) n
        ) named
         left join lateral (
          select u.user_id, r.shadowed
            from reactions r join users u on u.client_id = r.client_id and u.user_pk = r.user_pk
           where r.client_id = c.client_id and r.message_id = c.message_id and r.key = c.key and r.user_pk = $3
           limit 1
        ) own on true
        where c.client_id = $1 and c.message_id = any ($2::uuid[])
        order by c.message_id, c.id`,
      [clientId, messageIds, viewerPk],
    );
  }

  /** By key, the first first; the reader's own among them, whoever else may see them. Cursor: [key, id]. */
  async list(
    clientId: string,
    messageId: string,
    viewerPk: UserPk | null,
    { key, limit, cursor }: { key: string | null; limit: number; cursor: Cursor | null },
  ): Promise<ReactionRow[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query<ReactionRow>(
      `select r.id, r.key, u.user_id, r.created_at
         from reactions r join users u on u.client_id = r.client_id and u.user_pk = r.user_pk
        where r.client_id = $1 and r.message_id = $2 and ($3::text is null or r.key = $3)
          and ($5::text is null or (r.key, r.id) ${back ? '<' : '>'} ($5, $6::uuid))
          and ($7::uuid is null or not r.shadowed or r.user_pk = $7)
        order by r.key ${back ? 'desc' : 'asc'}, r.id ${back ? 'desc' : 'asc'} limit $4`,
      [clientId, messageId, key, limit + 1, cursor?.key[0] ?? null, cursor?.key[1] ?? null, viewerPk],
    );
  }
}
