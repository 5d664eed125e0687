import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What searching messages goes by. */
export class Search1764000300000 implements MigrationInterface {
  name = 'Search1764000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Messages as search sees them, written by a reader of the log (docs/decisions/search.md). text is folded to one case. tokens are
-- numbers made of the tenant and each word, the room and the sender: no index entry is shared by two tenants.
create table message_search (
  client_id      uuid not null,
  room_id        uuid not null,
  created_at     timestamptz not null,
  message_id     uuid not null,
  seq            bigint not null,
  sender_pk      uuid,
  content_type   text not null,
  has_attachment boolean not null,
  has_mention    boolean not null,
  text           text collate "C" not null,
  tokens         integer[] not null,
  primary key (client_id, room_id, created_at, message_id)
) partition by range (created_at);
create index message_search_newest on message_search (client_id, created_at, message_id);
create index message_search_tokens on message_search using gin (tokens) with (gin_pending_list_limit = 4096);

-- Every word of a tenant by each of its ends: which words begin with, or hold, what somebody looks for. ^ marks a whole word.
create table search_words (
  client_id uuid not null,
  fragment  text collate "C" not null,
  word      text collate "C" not null,
  primary key (client_id, fragment, word)
);
`;

const DOWN = /* sql */ `
drop table search_words;
drop table message_search;
`;
