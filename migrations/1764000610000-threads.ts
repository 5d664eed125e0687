import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who follows which thread, and up to where it has read it. */
export class Threads1764000610000 implements MigrationInterface {
  name = 'Threads1764000610000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- thread_id: the message that the thread is about. decided_seq: where the room stood when the user itself last said whether it
-- follows; what comes later may have it follow again.
create table thread_members (
  client_id     uuid not null,
  user_pk       uuid not null,
  thread_id     uuid not null,
  room_id       uuid not null,
  subscribed    boolean not null,
  last_read_seq bigint not null,
  decided_seq   bigint not null default 0,
  created_at    timestamptz not null default clock_timestamp(),
  primary key (client_id, user_pk, thread_id),
  foreign key (client_id, thread_id) references messages (client_id, id) on delete cascade,
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
) with (fillfactor = 80);
create index thread_members_of_thread on thread_members (client_id, thread_id) where subscribed;
`;

const DOWN = /* sql */ `
drop table thread_members;
`;
