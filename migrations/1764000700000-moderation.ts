import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reports of messages, and the words that clients do not want in them. */
export class Moderation1764000700000 implements MigrationInterface {
  name = 'Moderation1764000700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- room_id and message_id reference nothing: who may delete a room's messages for good can't thereby delete what was reported.
create table reports (
  client_id     uuid not null references clients (id) on delete cascade,
  id            uuid not null,
  room_id       uuid not null,
  message_id    uuid not null,
  reporter_type text not null check (reporter_type in ('user', 'client', 'system')),
  reporter_pk   uuid,
  reason        text not null,
  text          text,
  -- Of the word lists that a message was flagged by.
  lists         text[] not null default '{}',
  status        text not null default 'open' check (status in ('open', 'dismissed', 'actioned')),
  note          text,
  created_at    timestamptz not null default clock_timestamp(),
  updated_at    timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  unique nulls not distinct (client_id, message_id, reporter_type, reporter_pk),
  foreign key (client_id, reporter_pk) references users (client_id, user_pk) on delete cascade
);
create index reports_by_status on reports (client_id, status, id);
create index reports_of_user on reports (client_id, reporter_pk) where reporter_pk is not null;

-- Messages whose flags are not reports yet: nearly always none.
create index messages_flagged on messages (client_id, room_id, seq) where flags is not null;

-- The client's settings say that there are any.
create table word_lists (
  client_id uuid not null references clients (id) on delete cascade,
  position  smallint not null,
  name      text not null,
  action    text not null check (action in ('flag', 'mask', 'reject')),
  words     text[] not null,
  primary key (client_id, position)
);
`;

const DOWN = /* sql */ `
drop table word_lists;
drop index messages_flagged;
drop table reports;
`;
