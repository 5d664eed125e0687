import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who changed what of a client's administration. */
export class Audit1764700010000 implements MigrationInterface {
  name = 'Audit1764700010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- No foreign key: what was done to a client is known for longer than the client is. Written once, never changed.
create table audit_log (
  client_id  uuid not null,
  id         uuid not null,
  actor_type text not null check (actor_type in ('admin', 'key', 'user', 'system')),
  actor_id   text,
  action     text not null,
  subject    text,
  before     jsonb,
  after      jsonb,
  ip         text,
  at         timestamptz not null default clock_timestamp(),
  primary key (client_id, id)
);
create index audit_log_of_all on audit_log (id);
create index audit_log_by_time on audit_log (at);
`;

const DOWN = /* sql */ `
drop table audit_log;
`;
