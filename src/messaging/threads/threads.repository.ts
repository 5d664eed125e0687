import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { unnest } from '../../platform/database/unnest.js';
import type { Stretch } from '../messages/messages.repository.js';
import { floorSql } from '../rooms/room-access.js';

/** Whose thread it is. */
export interface Follower {
  client_id: string;
  user_pk: UserPk;
  room_id: string;
  thread_id: string;
}

export interface StandingRow extends Follower {
  subscribed: boolean;
  last_read_seq: number;
  unread: number;
}

export interface FollowedRow extends StandingRow {
  last_reply_seq: number;
  last_reply_at: Date;
}

/** A reply that was sent, by its event. */
export interface Reply {
  client_id: string;
  id: string;
}

/** No more are counted. */
const MAX_UNREAD = 1_000;
/** Replies to threads that more users follow are not told to each of them. */
const MAX_TOLD = 100;

const FOLLOWERS = unnest<Follower>()('t', { client_id: 'uuid', user_pk: 'uuid', room_id: 'uuid', thread_id: 'uuid' });
const REPLIES = unnest<Reply>()('w', { client_id: 'uuid', id: 'uuid' });

/** Replies of others beyond the marker of `t`, that its user sees beside those which it hid. */
const UNREAD = `(
  select count(*)::int from (
    select from messages x
     where x.client_id = t.client_id and x.thread_id = t.thread_id and x.seq > greatest(t.last_read_seq, t.floor)
       and x.sender_pk is distinct from t.user_pk and x.deleted_at is null and not x.shadowed
     limit ${MAX_UNREAD}) n)`;

/** Who is in the room of `t`, and what of it they don't see. */
const IN_ROOM = `
  join rooms r on r.client_id = t.client_id and r.id = t.room_id and r.status <> 'deleted'
  join room_members m
    on m.client_id = t.client_id and m.room_id = t.room_id and m.user_pk = t.user_pk and m.status = 'active'`;
const FLOOR = `${floorSql('r', 'm')} as floor`;

/**
 * Who follows a thread by what was said in it: who is replied to, who replies, and who is mentioned. `own_seq` and `mention_seq`
 * are of the user's latest reply and of what is before its first mention, `read_seq` before all that it follows for. A reply that
 * is gone has nobody follow.
 */
const SAID = `
with replies as materialized (
  select m.client_id, m.room_id, m.thread_id, m.seq, m.sender_pk, m.mentions, root.sender_pk as root_pk, root.seq as root_seq
    from ${REPLIES.sql}
    join messages m on m.client_id = w.client_id and m.id = w.id
    join messages root on root.client_id = m.client_id and root.id = m.thread_id
   where m.thread_id is not null and not m.shadowed and m.deleted_at is null
), said as (
  select 'root' as what, client_id, room_id, thread_id, root_pk as user_pk, root_seq as seq, root_seq as read_seq from replies
   union all
  select 'own', client_id, room_id, thread_id, sender_pk, seq, seq from replies
   union all
  select 'mention', r.client_id, r.room_id, r.thread_id, (e.one ->> 'user_pk')::uuid, r.seq, r.seq - 1
    from replies r cross join lateral jsonb_array_elements(r.mentions) as e (one) where e.one ->> 'type' = 'user'
), followers as materialized (
  select s.client_id, s.user_pk, s.thread_id, s.room_id, max(s.seq) as seq, min(s.read_seq) as read_seq,
         max(s.seq) filter (where s.what = 'own') as own_seq, min(s.read_seq) filter (where s.what = 'mention') as mention_seq
    from said s
    join room_members m
      on m.client_id = s.client_id and m.room_id = s.room_id and m.user_pk = s.user_pk and m.status = 'active'
   group by 1, 2, 3, 4
)`;

const MEET = `${SAID}
insert into thread_members (client_id, user_pk, thread_id, room_id, subscribed, last_read_seq)
select client_id, user_pk, thread_id, room_id, false, 0 from followers
 order by client_id, user_pk, thread_id
on conflict do nothing`;

/**
 * A second statement, which sees what others have written meanwhile. Who said that it does not follow does so again when it
 * is mentioned or replies later on. Who replies has read what came before; whoever else begins to follow has unread what it
 * follows for.
 */
const FOLLOW = `${SAID}
update thread_members t
   set subscribed = t.subscribed or b.begins,
       last_read_seq = greatest(t.last_read_seq, b.own_seq, case when b.begins and b.own_seq is null then b.from_seq end)
  from (
    select s.client_id, s.user_pk, s.thread_id, s.last_read_seq, f.own_seq, not s.subscribed and f.seq > s.decided_seq as begins,
           case s.decided_seq when 0 then f.read_seq else f.mention_seq end as from_seq
      from followers f
      join thread_members s on s.client_id = f.client_id and s.user_pk = f.user_pk and s.thread_id = f.thread_id
     order by 1, 2, 3 for update of s
  ) b
 where t.client_id = b.client_id and t.user_pk = b.user_pk and t.thread_id = b.thread_id
   and (b.begins or b.own_seq > b.last_read_seq)
returning t.client_id, t.user_pk, t.thread_id, t.room_id, b.begins`;

@Injectable()
export class ThreadsRepository {
  constructor(private readonly database: Database) {}

  /** A thread's replies on both sides of a seq, ascending. */
  async replies(
    clientId: string,
    threadId: string,
    { at, before, after, floor }: Stretch,
  ): Promise<{ id: string; seq: number }[]> {
    return this.database.query(
      `select id, seq from (
         (select id, seq from messages where client_id = $1 and thread_id = $2 and seq > $6 and seq < $3
           order by seq desc limit $4)
         union all
         (select id, seq from messages where client_id = $1 and thread_id = $2 and seq > $6 and seq >= $3
           order by seq limit $5)
       ) m order by seq`,
      [clientId, threadId, at, before, after, floor],
    );
  }

  /** How users stand to threads, those that are still in the room. */
  async standings(followers: Follower[], on: Pick<Tx, 'query'> = this.database): Promise<StandingRow[]> {
    return on.query<StandingRow>(
      `select t.client_id, t.user_pk, t.room_id, t.thread_id, t.subscribed, t.last_read_seq, ${UNREAD} as unread
         from (
           select t.*, coalesce(s.subscribed, false) as subscribed, coalesce(s.last_read_seq, 0) as last_read_seq, ${FLOOR}
             from ${FOLLOWERS.sql} ${IN_ROOM}
             left join thread_members s
               on s.client_id = t.client_id and s.user_pk = t.user_pk and s.thread_id = t.thread_id
         ) t`,
      FOLLOWERS.values(followers),
    );
  }

  /** The user's own word. For who begins to follow, what there is already counts as read. @returns whether it changed anything */
  async decide(tx: Tx, follower: Follower, subscribed: boolean): Promise<boolean> {
    const { client_id, user_pk, room_id, thread_id } = follower;
    await tx.execute(
      `insert into thread_members (client_id, user_pk, thread_id, room_id, subscribed, last_read_seq)
       values ($1, $2, $3, $4, false, 0) on conflict do nothing`,
      [client_id, user_pk, thread_id, room_id],
    );
    // One after the other: what stands is read under the row's lock.
    const key = [client_id, user_pk, thread_id];
    const [before] = await tx.query<{ subscribed: boolean }>(
      'select subscribed from thread_members where client_id = $1 and user_pk = $2 and thread_id = $3 for update',
      key,
    );
    await tx.execute(
      `update thread_members t
          set subscribed = $4, decided_seq = r.last_seq,
              last_read_seq = case when $4 and not t.subscribed then greatest(t.last_read_seq, r.last_seq) else t.last_read_seq end
         from rooms r
        where t.client_id = $1 and t.user_pk = $2 and t.thread_id = $3 and r.client_id = $1 and r.id = t.room_id`,
      [...key, subscribed],
    );
    return before!.subscribed !== subscribed;
  }

  /** Never back, and never beyond the last reply. */
  async read({ client_id, user_pk, room_id, thread_id }: Follower, seq: number | null): Promise<void> {
    await this.database.query(
      `with last as (
         select seq from messages where client_id = $1 and thread_id = $4 order by seq desc limit 1
       )
       insert into thread_members as t (client_id, user_pk, thread_id, room_id, subscribed, last_read_seq)
       select $1, $2, $4, $3, false, least(coalesce($5::bigint, seq), seq) from last
       on conflict (client_id, user_pk, thread_id) do update
          set last_read_seq = greatest(t.last_read_seq, excluded.last_read_seq)`,
      [client_id, user_pk, room_id, thread_id, seq],
    );
  }

  /** Those that the user follows, with replies, by the latest one. Cursor: [microseconds, thread_id]. */
  async followed(
    clientId: string,
    userPk: UserPk,
    limit: number,
    cursor: Cursor | null,
  ): Promise<(FollowedRow & { at: number })[]> {
    const back = cursor?.direction === 'prev';
    return this.database.query(
      `select t.*, ${UNREAD} as unread from (
         select t.client_id, t.user_pk, t.room_id, t.thread_id, t.subscribed, t.last_read_seq, ${FLOOR},
                last.seq as last_reply_seq, last.created_at as last_reply_at,
                (extract(epoch from last.created_at) * 1000000)::bigint as at
           from thread_members t ${IN_ROOM}
          cross join lateral (
            select x.seq, x.created_at from messages x
             where x.client_id = t.client_id and x.thread_id = t.thread_id and not x.shadowed
             order by x.seq desc limit 1) last
           join messages root on root.client_id = t.client_id and root.id = t.thread_id
          where t.client_id = $1 and t.user_pk = $2 and t.subscribed
            and root.seq > ${floorSql('r', 'm')}
       ) t
        where $4::bigint is null or (at, thread_id) ${back ? '>' : '<'} ($4, $5::uuid)
        order by at ${back ? 'asc' : 'desc'}, thread_id ${back ? 'asc' : 'desc'} limit $3`,
      [clientId, userPk, limit + 1, cursor?.key[0] ?? null, cursor?.key[1] ?? null],
    );
  }

  /** Those of messages that are replies. */
  async findReplies(tx: Tx, messages: Reply[]): Promise<Reply[]> {
    return tx.query(
      `select m.client_id, m.id from ${REPLIES.sql}
         join messages m on m.client_id = w.client_id and m.id = w.id where m.thread_id is not null`,
      REPLIES.values(messages),
    );
  }

  /** What replies make of who follows their threads. @returns who begins to */
  async follow(tx: Tx, replies: Reply[]): Promise<Follower[]> {
    const values = REPLIES.values(replies);
    await tx.execute(MEET, values);
    const changed = await tx.query<Follower & { begins: boolean }>(FOLLOW, values);
    return changed.filter(({ begins }) => begins);
  }

  /** Who follows the threads of these replies; of threads that many follow nobody. */
  async followers(replies: Reply[]): Promise<Follower[]> {
    return this.database.query<Follower>(
      `select f.client_id, f.user_pk, f.room_id, f.thread_id
         from (
           select distinct m.client_id, m.thread_id from ${REPLIES.sql}
             join messages m on m.client_id = w.client_id and m.id = w.id where m.thread_id is not null and not m.shadowed
         ) t
        cross join lateral (
          select t.*, count(*) over () as n from (
            select client_id, user_pk, room_id, thread_id from thread_members s
             where s.client_id = t.client_id and s.thread_id = t.thread_id and s.subscribed limit ${MAX_TOLD + 1}) t
        ) f
        where f.n <= ${MAX_TOLD}`,
      REPLIES.values(replies),
    );
  }
}
