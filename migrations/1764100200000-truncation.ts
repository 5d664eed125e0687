import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Up to where rooms were truncated, and how much of that is purged. */
export class Truncation1764100200000 implements MigrationInterface {
  name = 'Truncation1764100200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Messages up to truncated_seq are out of everybody's sight at once; what they said is gone up to purged_seq. The next look at
-- what is left to be purged is at truncation_purge_at; null: nothing is.
alter table rooms
  add truncated_seq bigint not null default 0,
  add truncated_at timestamptz,
  add purged_seq bigint not null default 0,
  add truncation_purge_at timestamptz;
create index rooms_to_purge_of_messages on rooms (truncation_purge_at) where truncation_purge_at is not null;
`;

const DOWN = /* sql */ `
drop index rooms_to_purge_of_messages;
alter table rooms drop truncated_seq, drop truncated_at, drop purged_seq, drop truncation_purge_at;
`;
