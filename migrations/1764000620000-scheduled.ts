import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that are to be sent at their time. */
export class Scheduled1764000620000 implements MigrationInterface {
  name = 'Scheduled1764000620000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- sender_pk null: the client itself. next_attempt_at: when it is due, while it is being sent the end of the lease, null once it
-- has ended; attempt tells one claim from the next.
create table scheduled_messages (
  client_id       uuid not null,
  id              uuid not null,
  room_id         uuid not null,
  sender_pk       uuid,
  body            jsonb not null,
  send_at         timestamptz not null,
  status          text not null default 'scheduled' check (status in ('scheduled', 'sending', 'sent', 'failed', 'cancelled')),
  attempt         integer not null default 0,
  next_attempt_at timestamptz,
  message_id      uuid,
  reason          text,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  foreign key (client_id, room_id) references rooms (client_id, id) on delete cascade,
  foreign key (client_id, sender_pk) references users (client_id, user_pk) on delete cascade,
  check ((next_attempt_at is not null) = (status in ('scheduled', 'sending')))
);
create index scheduled_messages_due on scheduled_messages (next_attempt_at) where next_attempt_at is not null;
create index scheduled_messages_open on scheduled_messages (client_id, sender_pk) where next_attempt_at is not null;
create index scheduled_messages_of_room on scheduled_messages (client_id, room_id, send_at, id);
create index scheduled_messages_ended on scheduled_messages (updated_at) where next_attempt_at is null;
`;

const DOWN = /* sql */ `
drop table scheduled_messages;
`;
