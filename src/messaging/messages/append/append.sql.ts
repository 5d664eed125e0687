import { exactly } from '../../../platform/database/exactly.js';
import { unnest } from '../../../platform/database/unnest.js';
import { EVERYBODY } from '../../rooms/membership/mentions.js';
import { readUpTo } from '../../rooms/membership/own-side.js';
import { mayWriteSql } from '../../rooms/room-permissions.js';
import { roomReactivated } from '../../rooms/rooms.events.js';
import { messageCreated } from '../messages.events.js';
import type { NewMessage } from './new-message.js';

/**
 * The two statements of the gathered send. They are two because a statement's snapshot is older than its locks: only
 * a second one, begun when the rooms are locked, sees what was committed before (a member's removal, say).
 *
 * A batch has them as named statements whose plans are kept: parsing and planning would cost as much as twenty messages. One
 * plan is right for all batches, since everything is looked up by its key.
 */

interface Key {
  client_id: string;
  id: string;
}

export const ROOM_ROWS = unnest<NewMessage>()('w', { client_id: 'uuid', room_id: 'uuid' });

/** Rows by their own ids. */
export const KEYS = unnest<Key>()('w', { client_id: 'uuid', id: 'uuid' });

/** How a Set holds a room. */
export const roomKey = (clientId: string, roomId: string): string => `${clientId} ${roomId}`;

/** A UUIDv7 beside another one: its last digit moved on by one. */
function nextTo(id: string): string {
  return `overlay(${id}::text placing translate(right(${id}::text, 1), '0123456789abcdef', '123456789abcdef0') from 36)::uuid`;
}

/** Messages to be judged. */
export const MESSAGE_ROWS = unnest<NewMessage>()(
  'i',
  {
    client_id: 'uuid',
    room_id: 'uuid',
    id: 'uuid',
    event_id: 'uuid',
    sender_pk: 'uuid',
    sender_type: 'text',
    content_type: 'text',
    content: 'text',
    attachments: 'jsonb',
    metadata: 'jsonb',
    client_msg_id: 'text',
    body_hash: 'bytea',
    writers: 'int',
    settings_rev: 'bigint',
    extras: 'jsonb',
  },
  { first: 2, ordinality: 'position' },
);

/** By their keys, one by one and in order: a join reads all rooms when its plan was made while they were few. */
const lock = (how: string): string => /* sql */ `
select count(*)
  from (select distinct client_id, room_id from ${ROOM_ROWS.sql} order by 1, 2) w
 cross join lateral (
   select 1 from rooms where client_id = w.client_id and id = w.room_id limit 1 for update ${how}
 ) r`;

/** Locks the rooms that are free, always in the same order. What is locked elsewhere holds nobody up. */
export const LOCK_FREE_ROOMS = lock('skip locked');

/** Locks the rooms, waiting for them (up to lock_timeout). */
export const LOCK_ROOMS = lock('');

/**
 * Judges every message under the locks and writes those that pass. One row comes back for each, in the order given.
 * Room state, membership, ban and duplicates are looked up one by one by their keys (`limit 1` keeps the planner
 * from reading whole tables while their statistics are young); what few messages have (`extras`) only for those. A room is
 * locked by us if its row's xmax is our transaction: `for update` shares a row with nobody. A room that was deactivated for
 * want of messages is reactivated: its event comes first, under an id that differs from the message's in its last digit.
 * $1 is what epochs begin with; then come {@link MESSAGE_ROWS}.
 */
export const APPEND = /* sql */ `
with input as materialized (
  select *
    from ${MESSAGE_ROWS.sql}
), clock as materialized (
  select date_trunc('milliseconds', clock_timestamp()) as now
), judged as materialized (
  select i.*, r.epoch, r.truncated_seq, r.last_seq, r.last_rev, r.dormant, r.slow_mode_s > 0 as slow, original.id as original_id,
         coalesce(parent.thread_id, parent.id) as thread_id, coalesce(u.shadow_banned and u.banned_until > clock.now, false) as shadowed,
         coalesce(extract(epoch from m.last_sent_at - clock.now) + r.slow_mode_s, r.slow_mode_s) as wait_s,
         case
           when r.id is null or r.status = 'deleted' then 'not_found'
           when not r.locked then 'held'
           when i.sender_pk is not null and m.banned then 'user_banned'
           when i.sender_pk is not null and m.role is null then 'not_found'
           when original.body_hash = i.body_hash then 'duplicate'
           when original.id is not null then 'idempotency_conflict'
           when u.banned_until > clock.now and not u.shadow_banned then 'user_banned'
           when c.settings_rev <> i.settings_rev then 'stale'
           when r.status <> 'active' and not r.dormant then 'room_inactive'
           when i.sender_pk is not null and not (${mayWriteSql('i.writers', 'r.room_type', 'm.role')}) then 'insufficient_role'
           when r.frozen and m.role = 'member' then 'room_frozen'
           when r.room_type = 'direct' and exists (
             select from room_members o
               join user_blocks b on b.client_id = o.client_id and b.user_pk = o.user_pk and b.blocked_pk = i.sender_pk
              where o.client_id = i.client_id and o.room_id = i.room_id) then 'user_unavailable'
           when i.extras ? 'reply_to_id' and parent.id is null then 'no_parent'
           when r.slow_mode_s > 0 and m.role = 'member' and (
             m.last_sent_at > clock.now - make_interval(secs => r.slow_mode_s) or exists (
               select from input e
                where e.client_id = i.client_id and e.room_id = i.room_id and e.sender_pk = i.sender_pk
                  and e.position < i.position)) then 'slow_mode'
           else 'sent'
         end as verdict
    from input i
    cross join clock
    left join lateral (
      select id, room_type, status, frozen, history, epoch, truncated_seq, last_seq, last_rev, slow_mode_s,
             status = 'inactive' and deactivated_reason = 'auto_inactive' as dormant,
             xmax = pg_current_xact_id()::xid as locked
        from rooms
       where client_id = i.client_id and id = i.room_id limit 1
    ) r on true
    left join lateral (
      select case status when 'active' then role end as role,
             status = 'banned' and coalesce(banned_until, 'infinity') > clock.now as banned, joined_seq, last_sent_at
        from room_members
       where client_id = i.client_id and room_id = i.room_id and user_pk = i.sender_pk limit 1
    ) m on true
    left join lateral (
      select banned_until, shadow_banned from users
       where client_id = i.client_id and ${exactly('user_pk', 'i.sender_pk')} order by user_pk limit 1
    ) u on true
    left join lateral (
      select settings_rev from clients where id = i.client_id limit 1
    ) c on true
    left join lateral (
      select id, body_hash from messages
       where client_id = i.client_id and room_id = i.room_id and client_msg_id = i.client_msg_id
         and sender_pk is not distinct from i.sender_pk limit 1
    ) original on true
    left join lateral (
      select id, thread_id from messages
       where client_id = i.client_id and ${exactly('id', "(i.extras ->> 'reply_to_id')::uuid")} and coalesce(room_id = i.room_id, false)
         and deleted_at is null and seq > r.truncated_seq and (r.history = 'full' or i.sender_pk is null or seq > m.joined_seq)
       order by id limit 1
    ) parent on true
), sent as materialized (
  select j.*, last_seq + nth as seq, last_rev + nth + dormant::int as rev, dormant and nth = 1 as reactivates
    from (select *, row_number() over (partition by client_id, room_id order by position) as nth
            from judged where verdict = 'sent') j
), moved_rooms as (
  update rooms r
     set last_seq = s.seq, last_rev = s.rev, last_message_at = clock.now, updated_at = clock.now,
         last_active_day = (clock.now at time zone 'UTC')::date,
         status = 'active', deactivated_at = null, deactivated_reason = null,
         lifecycle_check_at = case when s.dormant then clock.now else r.lifecycle_check_at end
    from (select client_id, room_id, max(seq) as seq, max(rev) as rev, bool_or(dormant) as dormant from sent group by 1, 2) s,
         clock
   where r.client_id = s.client_id and r.id = s.room_id
), moved_markers as (
  update room_members m
     set last_read_seq = s.seq, last_delivered_seq = s.seq, private_read_seq = null, unread_from_seq = null,
         last_sent_at = case when s.slow then clock.now else m.last_sent_at end
    from (select client_id, room_id, sender_pk, max(seq) as seq, bool_or(slow) as slow, min(last_seq) as last_seq, max(truncated_seq) as truncated_seq,
                 bool_and(coalesce(extras ? 'keep_marker', false)) as keep
            from sent where sender_pk is not null group by 1, 2, 3) s, clock
   where m.client_id = s.client_id and m.room_id = s.room_id and m.user_pk = s.sender_pk
     and (not s.keep or ${readUpTo('m', 's')} >= s.last_seq)
), written_messages as (
  insert into messages (client_id, room_id, seq, id, rev, sender_pk, sender_type, content_type, content, attachments,
                        metadata, client_msg_id, body_hash, reply_to_id, thread_id, mentions, quoted, flags, silent, shadowed,
                        created_at, updated_at)
  select client_id, room_id, seq, id, rev, sender_pk, sender_type, content_type, content, attachments,
         metadata, client_msg_id, body_hash, (extras ->> 'reply_to_id')::uuid, thread_id,
         coalesce(extras -> 'mentions', '[]'), extras -> 'quoted', extras -> 'flags', coalesce(extras ? 'silent', false), shadowed,
         clock.now, clock.now
    from sent, clock
), counted_replies as (
  update messages root set reply_count = root.reply_count + s.n
    from (select client_id, thread_id, max(truncated_seq) as truncated_seq, count(*)::int as n from sent
           where thread_id is not null and not shadowed group by 1, 2) s
   where root.client_id = s.client_id and root.id = s.thread_id and root.seq > s.truncated_seq
), written_mentions as (
  insert into room_mentions (client_id, room_id, user_pk, seq)
  select s.client_id, s.room_id, coalesce(w.user_pk, '${EVERYBODY}'), s.seq
    from sent s
   cross join lateral jsonb_to_recordset(s.extras -> 'mentions') as w (user_pk uuid)
    left join lateral (
      select status = 'active' as active from room_members
       where client_id = s.client_id and room_id = s.room_id and user_pk = w.user_pk limit 1
    ) m on true
   where not s.shadowed and not s.extras ? 'silent' and w.user_pk is distinct from s.sender_pk and (w.user_pk is null or m.active)
  on conflict do nothing
), written_events as (
  insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, seq, subject_id, actor_pk,
                      actor_type, data, traceparent, occurred_at)
  select client_id, 'room', room_id, room_id, $1 || epoch::text, rev, event_id, '${messageCreated.type}', seq, id, sender_pk,
         sender_type, case when thread_id is not null then jsonb_build_object('thread_id', thread_id) end, extras ->> 'traceparent', clock.now
    from sent, clock
   union all
  select client_id, 'room', room_id, room_id, $1 || epoch::text, rev - 1, ${nextTo('event_id')}, '${roomReactivated.type}', null,
         room_id, sender_pk, sender_type, null, extras ->> 'traceparent', clock.now
    from sent, clock where reactivates
)
select j.verdict, j.original_id, j.epoch, s.seq, s.rev, s.thread_id, coalesce(s.shadowed, false) as shadowed,
       case when s.reactivates then ${nextTo('s.event_id')} end as reactivation_id,
       case when j.verdict = 'slow_mode' then greatest(1, ceil(j.wait_s))::int end as wait_s, clock.now as created_at
  from judged j cross join clock left join sent s using (position)
 order by j.position`;

/** Which of our messages are there already: asked, under the locks, when an earlier try's answer was lost. */
export const FIND_WRITTEN = /* sql */ `
select m.id, m.seq, m.rev, m.thread_id, m.shadowed, m.created_at, r.epoch
  from ${KEYS.sql}
  join messages m on m.client_id = w.client_id and m.id = w.id
  join rooms r on r.client_id = m.client_id and r.id = m.room_id`;
