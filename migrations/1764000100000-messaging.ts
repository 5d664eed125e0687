import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What messaging needs of the tables that everything is in: settings' revision, members' own sides, mentions, edits, blocks. */
export class Messaging1764000100000 implements MigrationInterface {
  name = 'Messaging1764000100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Moves with every change of what sends are judged by: what was judged by an earlier one is judged again.
alter table clients add settings_rev bigint not null default 1;

-- shadow_banned holds as long as banned_until: only the sender sees what it sends.
alter table users add ban_reason text, add shadow_banned boolean not null default false;

create table user_blocks (
  client_id  uuid not null,
  user_pk    uuid not null,
  blocked_pk uuid not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (client_id, user_pk, blocked_pk),
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade,
  foreign key (client_id, blocked_pk) references users (client_id, user_pk) on delete cascade
);
create index user_blocks_by_blocked on user_blocks (client_id, blocked_pk);

-- last_active_day moves once a day at most, so that an index may hold it.
alter table rooms add slow_mode_s integer not null default 0, add last_active_day date not null default current_date;
-- Partial, so that nobody looks a room up in it.
create index rooms_by_activity on rooms (client_id, last_active_day, id) where status <> 'deleted';

-- last_read_seq and last_delivered_seq are what others see. The member's own marker stands at unread_from_seq - 1 where that is
-- set, else at the greater of last_read_seq and private_read_seq. last_sent_at moves in rooms with slow mode only.
alter table room_members
  drop mentions,
  add muted_until timestamptz,
  add mentions_only boolean not null default false,
  add pinned_at timestamptz,
  add private_read_seq bigint,
  add unread_from_seq bigint,
  add last_sent_at timestamptz,
  add ban_reason text;
create index room_members_banned on room_members (client_id, room_id, user_pk) where status = 'banned';

-- Who is mentioned where; the nil UUID stands for everybody in the room. Counted beyond a member's own marker.
create table room_mentions (
  client_id uuid not null,
  room_id   uuid not null,
  user_pk   uuid not null,
  seq       bigint not null,
  primary key (client_id, room_id, user_pk, seq),
  foreign key (client_id, room_id) references rooms (client_id, id) on delete cascade
);

-- mentions holds users by their user_pk; quoted is a copy of another message as it was; flags name the word lists that want it
-- reviewed. A tombstone's body is blanked at purge_at.
alter table messages
  add silent boolean not null default false,
  add shadowed boolean not null default false,
  add quoted jsonb,
  add flags jsonb,
  add edited_by_pk uuid,
  add purge_at timestamptz;
create index messages_of_thread on messages (client_id, thread_id, seq) where thread_id is not null;
create index messages_silent on messages (client_id, room_id, seq) where silent;
create index messages_pinned on messages (client_id, room_id, pinned_at) where pinned_at is not null;
create index messages_quoting on messages (client_id, (quoted ->> 'id')) where quoted is not null;
create index messages_to_purge on messages (purge_at) where purge_at is not null;

-- What a message said before each of its edits, the first version included.
create table message_edits (
  client_id    uuid not null,
  message_id   uuid not null,
  rev          bigint not null,
  content_type text not null,
  content      text,
  attachments  jsonb not null,
  mentions     jsonb not null,
  metadata     jsonb not null,
  edited_at    timestamptz not null,
  edited_by_pk uuid,
  primary key (client_id, message_id, rev),
  foreign key (client_id, message_id) references messages (client_id, id) on delete cascade
);

-- "Delete for me": messages that one user does not see any more.
create table hidden_messages (
  client_id  uuid not null,
  user_pk    uuid not null,
  room_id    uuid not null,
  seq        bigint not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (client_id, user_pk, room_id, seq),
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
);
`;

const DOWN = /* sql */ `
drop table hidden_messages;
drop table message_edits;
drop index messages_to_purge, messages_quoting, messages_pinned, messages_silent, messages_of_thread;
alter table messages drop silent, drop shadowed, drop quoted, drop flags, drop edited_by_pk, drop purge_at;
drop table room_mentions;
drop index room_members_banned;
alter table room_members drop muted_until, drop mentions_only, drop pinned_at, drop private_read_seq, drop unread_from_seq,
  drop last_sent_at, drop ban_reason, add mentions integer not null default 0;
drop index rooms_by_activity;
alter table rooms drop slow_mode_s, drop last_active_day;
drop table user_blocks;
alter table users drop ban_reason, drop shadow_banned;
alter table clients drop settings_rev;
`;
