import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What users don't want to be told of. */
export class OptOuts1764400030000 implements MigrationInterface {
  name = 'OptOuts1764400030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Users who opted out of something; the others have no row.
create table user_opt_outs (
  client_id  uuid not null,
  user_pk    uuid not null,
  categories text[] not null,
  channels   text[] not null,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (client_id, user_pk),
  foreign key (client_id, user_pk) references users (client_id, user_pk) on delete cascade
);
`;

const DOWN = /* sql */ `
drop table user_opt_outs;
`;
