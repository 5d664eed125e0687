import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tenants, keys, users, rooms, messages, the event log, notifications, deliveries and attempts. */
export class Foundation1764000000000 implements MigrationInterface {
  name = 'Foundation1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- One row: which database cluster the epochs of this installation were written on.
create table installation (
  id                smallint primary key default 1 check (id = 1),
  system_identifier text not null,
  timeline          integer not null,
  generation        integer not null default 1
);

create table clients (
  id                 uuid primary key,
  ref                text not null unique,
  name               text not null,
  slug               text not null unique,
  suspended_at       timestamptz,
  limits             jsonb not null default '{}',
  settings           jsonb not null default '{}',
  allowed_origins    text[] not null default '{}',
  signing_secret     text not null,
  previous_signing_secret            text,
  previous_signing_secret_expires_at timestamptz,
  created_at         timestamptz not null default clock_timestamp(),
  updated_at         timestamptz not null default clock_timestamp()
);

-- A client's own stream. Apart from clients, because every settled delivery moves it.
create table client_streams (
  client_id uuid primary key references clients (id) on delete cascade,
  epoch     integer not null default 1,
  last_rev  bigint not null default 0
) with (fillfactor = 70);

create table users (
  client_id    uuid not null references clients (id) on delete cascade,
  user_pk      uuid not null,
  user_id      text not null,
  display_name text,
  avatar_url   text,
  email        text,
  phone        text,
  metadata     jsonb not null default '{}',
  last_seen_at timestamptz,
  banned_until timestamptz,
  epoch        integer not null default 1,
  last_rev     bigint not null default 0,
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp(),
  primary key (client_id, user_pk),
  unique (client_id, user_id)
) with (fillfactor = 70);

create table api_keys (
  client_id    uuid not null references clients (id) on delete cascade,
  id           uuid not null,
  ref          text not null,
  kind         text not null check (kind in ('master', 'scoped')),
  name         text,
  secret_hash  text not null,
  user_pk      uuid,
  permissions  text[],
  device_id    text,
  issued_by    text not null check (issued_by in ('login', 'api')),
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz,
  created_at   timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  unique (client_id, ref),
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade,
  check ((kind = 'scoped') = (user_pk is not null))
) with (fillfactor = 80);
create index api_keys_of_user on api_keys (client_id, user_pk, id) where revoked_at is null;
-- When a key ended or will end, for pruning; what never ends is not in it.
create index api_keys_by_end on api_keys ((least(revoked_at, expires_at))) where least(revoked_at, expires_at) is not null;

-- What every node polls to forget keys it trusts. key_id null: every key of the client.
create table auth_changes (
  id         bigint generated always as identity primary key,
  client_id  uuid not null,
  key_id     uuid,
  tx         xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null default clock_timestamp()
);
create index auth_changes_by_tx on auth_changes (tx);
create index auth_changes_recent on auth_changes (created_at);

-- client_id is the nil UUID for the operator's own requests, so it references nothing.
create table idempotency_keys (
  client_id     uuid not null,
  scope         bytea not null,
  fingerprint   bytea not null,
  claim         uuid not null default gen_random_uuid(),
  lease_until   timestamptz not null,
  status        smallint,
  body          text,
  resource_type text,
  resource_id   uuid,
  completed_at  timestamptz,
  expires_at    timestamptz not null,
  primary key (client_id, scope)
) with (fillfactor = 80);
create index idempotency_keys_expiry on idempotency_keys (expires_at);

-- last_seq, last_rev, last_message_at and updated_at move with every send: no index may hold them.
create table rooms (
  client_id          uuid not null references clients (id) on delete cascade,
  id                 uuid not null,
  room_type          text not null check (room_type in ('direct', 'group', 'channel', 'support')),
  name               text,
  slug               text,
  description        text,
  privacy            text not null default 'private' check (privacy in ('public', 'private', 'invite_only')),
  status             text not null default 'active' check (status in ('active', 'inactive', 'archived', 'deleted')),
  frozen             boolean not null default false,
  history            text not null default 'full' check (history in ('full', 'since_join')),
  created_by_pk      uuid,
  max_members        integer not null,
  member_count       integer not null default 0,
  direct_key         text,
  epoch              integer not null default 1,
  last_seq           bigint not null default 0,
  last_rev           bigint not null default 0,
  last_message_at    timestamptz,
  deactivated_at     timestamptz,
  deactivated_reason text check (deactivated_reason in ('manual', 'auto_inactive')),
  lifecycle_check_at timestamptz,
  metadata           jsonb not null default '{}',
  created_at         timestamptz not null default clock_timestamp(),
  updated_at         timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  foreign key (client_id, created_by_pk) references users (client_id, user_pk)
) with (fillfactor = 70);
create unique index rooms_direct on rooms (client_id, direct_key) where direct_key is not null;
create unique index rooms_slug on rooms (client_id, slug) where slug is not null;

-- The read and delivered markers move with sends and receipts: no index may hold them.
create table room_members (
  client_id          uuid not null,
  room_id            uuid not null,
  user_pk            uuid not null,
  id                 uuid not null default gen_random_uuid(),
  role               text not null default 'member' check (role in ('owner', 'admin', 'member')),
  status             text not null default 'active' check (status in ('active', 'left', 'banned')),
  last_read_seq      bigint not null default 0,
  last_delivered_seq bigint not null default 0,
  mentions           integer not null default 0,
  muted              boolean not null default false,
  hidden             boolean not null default false,
  joined_seq         bigint not null default 0,
  joined_rev         bigint not null default 0,
  left_rev           bigint,
  banned_until       timestamptz,
  joined_at          timestamptz not null default clock_timestamp(),
  created_at         timestamptz not null default clock_timestamp(),
  updated_at         timestamptz not null default clock_timestamp(),
  primary key (client_id, room_id, user_pk),
  foreign key (client_id, room_id) references rooms (client_id, id) on delete cascade,
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
) with (fillfactor = 70);
create index room_members_of_user on room_members (client_id, user_pk) where status = 'active';

-- What every node with sockets looks at: who gained or lost which room. Of a room and user the row with the highest id holds.
create table membership_changes (
  tx         xid8 not null default pg_current_xact_id(),
  id         bigint generated always as identity,
  client_id  uuid not null,
  room_id    uuid not null,
  user_pk    uuid not null,
  active     boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (tx, id)
);
create index membership_changes_recent on membership_changes (created_at);

-- No foreign keys: the send has looked both rows up under the room's lock (docs/decisions/gathered-send.md).
create table messages (
  client_id     uuid not null,
  room_id       uuid not null,
  seq           bigint not null,
  id            uuid not null,
  rev           bigint not null,
  sender_pk     uuid,
  sender_type   text not null check (sender_type in ('user', 'client', 'system', 'bot')),
  content_type  text not null,
  content       text,
  attachments   jsonb not null default '[]',
  reply_to_id   uuid,
  thread_id     uuid,
  reply_count   integer not null default 0,
  mentions      jsonb not null default '[]',
  metadata      jsonb not null default '{}',
  client_msg_id text,
  body_hash     bytea,
  pinned_at     timestamptz,
  edited_at     timestamptz,
  deleted_at    timestamptz,
  deleted_by_pk uuid,
  created_at    timestamptz not null,
  updated_at    timestamptz not null,
  primary key (client_id, room_id, seq)
);
create unique index messages_id on messages (client_id, id);
-- sender_pk last: who looks a client_msg_id up can't name a null sender to an index.
create unique index messages_client_msg_id on messages (client_id, room_id, client_msg_id, sender_pk)
  nulls not distinct where client_msg_id is not null;

-- The one event log. stream_id is the id of the room, user or client whose stream it is.
-- A message's body lives in messages only; data is null there and filled in when read.
create table events (
  client_id   uuid not null,
  stream_type text not null check (stream_type in ('room', 'user', 'client')),
  stream_id   uuid not null,
  room_id     uuid,
  epoch       text not null,
  rev         bigint not null,
  id          uuid not null,
  type        text not null,
  v           smallint not null default 1,
  seq         bigint,
  subject_id  uuid,
  actor_pk    uuid,
  actor_type  text not null,
  data        jsonb,
  tx          xid8 not null default pg_current_xact_id(),
  occurred_at timestamptz not null,
  primary key (client_id, stream_id, rev, occurred_at)
) partition by range (occurred_at);
create index events_in_commit_order on events (tx, stream_id, rev);

create table providers (
  client_id     uuid not null references clients (id) on delete cascade,
  id            uuid not null,
  name          text not null,
  channel       text not null,
  provider_type text not null,
  position      integer not null,
  is_primary    boolean not null default false,
  from_email    text,
  from_name     text,
  config        text not null,
  verified_at   timestamptz,
  created_at    timestamptz not null default clock_timestamp(),
  updated_at    timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  unique (client_id, channel, name)
);

-- open_count: deliveries not yet settled; failed_count: settled as failed or expired. The client was looked up with its key:
-- a foreign key to it would look again for every row.
create table notifications (
  client_id          uuid not null,
  id                 uuid not null,
  sender_pk          uuid,
  status             text not null check (status in
    ('scheduled', 'pending', 'processing', 'completed', 'partially_failed', 'failed', 'cancelled', 'expired')),
  priority           text not null check (priority in ('low', 'normal', 'high', 'urgent')),
  strategy           text not null check (strategy in ('all', 'fallback')),
  channels           jsonb not null,
  -- Its keys in order, with a space between: what lists of one channel look for.
  channel_names      text not null,
  total              integer not null,
  open_count         integer not null,
  failed_count       integer not null default 0,
  max_retry_attempts integer,
  scheduled_for      timestamptz,
  expires_at         timestamptz,
  metadata           jsonb not null default '{}',
  tags               text[] not null default '{}',
  created_at         timestamptz not null default clock_timestamp(),
  updated_at         timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  foreign key (client_id, sender_pk) references users (client_id, user_pk)
) with (fillfactor = 80);
create index notifications_of_sender on notifications (client_id, sender_pk, id) where sender_pk is not null;
create index notifications_by_status on notifications (client_id, status, id);
create index notifications_by_channels on notifications (client_id, channel_names, id);

-- One row for each tag of a notification, so that a page of a tag is read in order.
create table notification_tags (
  client_id uuid not null,
  tag       text not null,
  id        uuid not null,
  primary key (client_id, tag, id),
  foreign key (client_id, id) references notifications (client_id, id) on delete cascade
);
create index notification_tags_of on notification_tags (client_id, id);

-- What is still to be delivered, and nothing else: narrow, not partitioned, and as long as what waits. A source is what a
-- delivery carries a part of: kind 'notification' is a row of notifications. awake: due soon, for the dispatcher to see.
create table open_deliveries (
  client_id       uuid not null,
  id              uuid not null,
  created_at      timestamptz not null,
  source_kind     text not null,
  source_id       uuid not null,
  channel         text not null,
  lane            text not null,
  priority        smallint not null,
  user_pk         uuid,
  address         text,
  status          text not null check (status in ('pending', 'held', 'sending', 'retrying', 'unknown')),
  awake           boolean not null default false check (not awake or status in ('pending', 'retrying')),
  reason          text,
  provider        text,
  routing         jsonb,
  attempt_count   integer not null default 0,
  max_attempts    integer not null,
  next_attempt_at timestamptz,
  lease_until     timestamptz,
  expires_at      timestamptz,
  resend_of       uuid,
  updated_at      timestamptz not null,
  primary key (client_id, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index open_deliveries_due on open_deliveries (client_id, priority, lane, next_attempt_at) where awake;
create index open_deliveries_asleep on open_deliveries (next_attempt_at) where status = 'retrying' and not awake;
create index open_deliveries_leased on open_deliveries (lease_until) where status = 'sending';
create index open_deliveries_unknown on open_deliveries (next_attempt_at) where status = 'unknown';
create index open_deliveries_expiring on open_deliveries (expires_at) where expires_at is not null and status <> 'sending';
create index open_deliveries_of_source on open_deliveries (client_id, source_id, id);
create index open_deliveries_of_user on open_deliveries (client_id, user_pk, id) where user_pk is not null;

-- The record of deliveries, written when they end, in the statement that takes them out of open_deliveries.
create table ended_deliveries (
  client_id           uuid not null,
  id                  uuid not null,
  created_at          timestamptz not null,
  source_kind         text not null,
  source_id           uuid not null,
  channel             text not null,
  lane                text not null,
  priority            smallint not null,
  user_pk             uuid,
  address             text,
  status              text not null check (status in ('sent', 'delivered', 'failed', 'suppressed', 'cancelled', 'expired')),
  reason              text,
  provider            text,
  routing             jsonb,
  attempt_count       integer not null default 0,
  max_attempts        integer not null,
  expires_at          timestamptz,
  sent_at             timestamptz,
  delivered_at        timestamptz,
  opened_at           timestamptz,
  clicked_at          timestamptz,
  provider_message_id text,
  resend_of           uuid,
  updated_at          timestamptz not null,
  primary key (client_id, id, created_at)
) partition by range (created_at);
create index ended_deliveries_of_source on ended_deliveries (client_id, source_id, id);
create index ended_deliveries_of_user on ended_deliveries (client_id, user_pk, id) where user_pk is not null;
create index ended_deliveries_unseen on ended_deliveries (expires_at) where status = 'sent' and expires_at is not null;

-- All deliveries, to be read.
create view deliveries as
  select client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason, provider,
         routing, attempt_count, max_attempts, next_attempt_at, lease_until, expires_at, null::timestamptz as sent_at,
         null::timestamptz as delivered_at, null::timestamptz as opened_at, null::timestamptz as clicked_at,
         null::text as provider_message_id, resend_of, updated_at
    from open_deliveries
  union all
  select client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason, provider,
         routing, attempt_count, max_attempts, null, null, expires_at, sent_at, delivered_at, opened_at, clicked_at,
         provider_message_id, resend_of, updated_at
    from ended_deliveries;

create table attempts (
  client_id       uuid not null,
  delivery_id     uuid not null,
  number          integer not null,
  provider        text,
  status          text not null check (status in ('sent', 'failed', 'unknown')),
  error_code      text,
  error_message   text,
  response_status integer,
  response_body   text,
  duration_ms     integer,
  attempted_at    timestamptz not null,
  primary key (client_id, delivery_id, number, attempted_at)
) partition by range (attempted_at);
`;

const DOWN = /* sql */ `
drop table attempts;
drop view deliveries;
drop table ended_deliveries;
drop table open_deliveries;
drop table notification_tags;
drop table notifications;
drop table providers;
drop table events;
drop table messages;
drop table membership_changes;
drop table room_members;
drop table rooms;
drop table idempotency_keys;
drop table auth_changes;
drop table api_keys;
drop table users;
drop table client_streams;
drop table clients;
drop table installation;
`;
