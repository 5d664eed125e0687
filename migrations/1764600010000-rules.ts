import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What events of a source cause. */
export class Rules1764600010000 implements MigrationInterface {
  name = 'Rules1764600010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- condition null: every event. Deleted ones are kept for as long as their source, so that deleting one again finds it.
create table rules (
  client_id  uuid not null,
  id         uuid not null,
  source_id  uuid not null,
  position   integer not null,
  name       text,
  enabled    boolean not null,
  condition  text,
  actions    jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  deleted_at timestamptz,
  primary key (client_id, id),
  foreign key (client_id, source_id) references sources (client_id, id) on delete cascade
);
create index rules_of_source on rules (client_id, source_id, position, id);
create index rules_deleted on rules (deleted_at) where deleted_at is not null;
`;

const DOWN = /* sql */ `
drop table rules;
`;
