import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who reacted to which message, and how many. */
export class Reactions1764000600000 implements MigrationInterface {
  name = 'Reactions1764000600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- shadowed: by a shadow-banned user, or of a message of one: nobody else sees it. The key's order is that of its bytes.
create table reactions (
  client_id  uuid not null,
  message_id uuid not null,
  key        text collate "C" not null,
  id         uuid not null,
  user_pk    uuid not null,
  shadowed   boolean not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (client_id, message_id, key, id),
  foreign key (client_id, message_id) references messages (client_id, id) on delete cascade,
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
);
create unique index reactions_of_user on reactions (client_id, message_id, key, user_pk);

-- So that a page of messages costs no look at each of thousands of reactions. id: of the first with this key, which orders them.
create table reaction_counts (
  client_id  uuid not null,
  message_id uuid not null,
  key        text collate "C" not null,
  id         uuid not null,
  count      integer not null,
  shadowed   integer not null,
  primary key (client_id, message_id, key),
  foreign key (client_id, message_id) references messages (client_id, id) on delete cascade
) with (fillfactor = 70);
`;

const DOWN = /* sql */ `
drop table reaction_counts;
drop table reactions;
`;
