import { unnest } from '../../../platform/database/unnest.js';
import { messageCreated } from '../messages.events.js';
import type { NewMessage } from './new-message.js';

/**
 * The two statements of the gathered send. They are two because a statement's snapshot is older than its locks: only
 * a second one, begun when the rooms are locked, sees what was committed before (a member's removal, say).
 *
 * A small batch has them as named statements: parsing and planning cost more than carrying it out. A large one never:
 * the generic plan that a named statement comes to is several times slower for its arrays.
 */

/** Messages up to which a batch's statements are named. */
export const NAMED_UP_TO = 16;

interface Key {
  client_id: string;
  id: string;
}

export const ROOMS = unnest<NewMessage>()('w', { client_id: 'uuid', room_id: 'uuid' });

/** Rows by their own ids. */
export const KEYS = unnest<Key>()('w', { client_id: 'uuid', id: 'uuid' });

/** How a Set holds a room. */
export const roomKey = (clientId: string, roomId: string): string => `${clientId} ${roomId}`;

/** Messages to be judged. */
export const MESSAGES = unnest<NewMessage>()(
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
  },
  { first: 2, ordinality: 'position' },
);

/** By their keys, one by one and in order: a join reads all rooms when its plan was made while they were few. */
const lock = (how: string): string => /* sql */ `
select count(*)
  from (select distinct client_id, room_id from ${ROOMS.sql} order by 1, 2) w
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
 * from reading whole tables while their statistics are young). A room is locked by us if its row's xmax is our
 * transaction: `for update` shares a row with nobody. $1 is what epochs begin with; then come {@link MESSAGES}.
 */
export const APPEND = /* sql */ `
with input as materialized (
  select *
    from ${MESSAGES.sql}
), clock as materialized (
  select date_trunc('milliseconds', clock_timestamp()) as now
), judged as materialized (
  select i.*, r.epoch, r.last_seq, r.last_rev, original.id as original_id,
         case
           when r.id is null or r.status = 'deleted' then 'not_found'
           when not r.locked then 'held'
           when i.sender_pk is not null and m.banned then 'user_banned'
           when i.sender_pk is not null and m.role is null then 'not_found'
           when original.body_hash = i.body_hash then 'duplicate'
           when original.id is not null then 'idempotency_conflict'
           when u.banned_until > clock.now then 'user_banned'
           when r.status <> 'active' then 'room_inactive'
           when r.frozen and m.role = 'member' then 'room_frozen'
           else 'sent'
         end as verdict
    from input i
    cross join clock
    left join lateral (
      select id, status, frozen, epoch, last_seq, last_rev, xmax = pg_current_xact_id()::xid as locked from rooms
       where client_id = i.client_id and id = i.room_id limit 1
    ) r on true
    left join lateral (
      select case status when 'active' then role end as role,
             status = 'banned' and coalesce(banned_until, 'infinity') > clock.now as banned
        from room_members
       where client_id = i.client_id and room_id = i.room_id and user_pk = i.sender_pk limit 1
    ) m on true
    left join lateral (
      select banned_until from users where client_id = i.client_id and user_pk = i.sender_pk limit 1
    ) u on true
    left join lateral (
      select id, body_hash from messages
       where client_id = i.client_id and room_id = i.room_id and client_msg_id = i.client_msg_id
         and sender_pk is not distinct from i.sender_pk limit 1
    ) original on true
), sent as materialized (
  select j.*, last_seq + nth as seq, last_rev + nth as rev
    from (select *, row_number() over (partition by client_id, room_id order by position) as nth
            from judged where verdict = 'sent') j
), moved_rooms as (
  update rooms r
     set last_seq = s.seq, last_rev = s.rev, last_message_at = clock.now, updated_at = clock.now
    from (select client_id, room_id, max(seq) as seq, max(rev) as rev from sent group by 1, 2) s, clock
   where r.client_id = s.client_id and r.id = s.room_id
), moved_markers as (
  update room_members m
     set last_read_seq = s.seq, last_delivered_seq = s.seq
    from (select client_id, room_id, sender_pk, max(seq) as seq from sent where sender_pk is not null group by 1, 2, 3) s
   where m.client_id = s.client_id and m.room_id = s.room_id and m.user_pk = s.sender_pk
), written_messages as (
  insert into messages (client_id, room_id, seq, id, rev, sender_pk, sender_type, content_type, content, attachments,
                        metadata, client_msg_id, body_hash, created_at, updated_at)
  select client_id, room_id, seq, id, rev, sender_pk, sender_type, content_type, content, attachments,
         metadata, client_msg_id, body_hash, clock.now, clock.now
    from sent, clock
), written_events as (
  insert into events (client_id, stream_type, stream_id, room_id, epoch, rev, id, type, seq, subject_id, actor_pk,
                      actor_type, occurred_at)
  select client_id, 'room', room_id, room_id, $1 || epoch::text, rev, event_id, '${messageCreated.type}', seq, id, sender_pk,
         sender_type, clock.now
    from sent, clock
)
select j.verdict, j.original_id, j.epoch, s.seq, s.rev, clock.now as created_at
  from judged j cross join clock left join sent s using (position)
 order by j.position`;

/** Which of our messages are there already: asked, under the locks, when an earlier try's answer was lost. */
export const FIND_WRITTEN = /* sql */ `
select m.id, m.seq, m.rev, m.created_at, r.epoch
  from ${KEYS.sql}
  join messages m on m.client_id = w.client_id and m.id = w.id
  join rooms r on r.client_id = m.client_id and r.id = m.room_id`;
