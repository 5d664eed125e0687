import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What users chose to show of their presence, and when they were last seen: not in the hot rows of users. */
export class Presence1764000200000 implements MigrationInterface {
  name = 'Presence1764000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
alter table users drop column last_seen_at;

-- last_seen_at moves once a minute while a user is there: no index may hold it.
create table user_presence (
  client_id    uuid not null,
  user_pk      uuid not null,
  state        text not null default 'online' check (state in ('online', 'away', 'dnd', 'invisible')),
  text         text,
  last_seen_at timestamptz,
  primary key (client_id, user_pk),
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
) with (fillfactor = 70);
`;

const DOWN = /* sql */ `
drop table user_presence;
alter table users add column last_seen_at timestamptz;
`;
