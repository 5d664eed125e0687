import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys of links that stand in mail: they must hold when ENCRYPTION_KEYS have long changed, which encrypt them here. */
export class LinkKeys1764900030000 implements MigrationInterface {
  name = 'LinkKeys1764900030000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table link_keys');
  }
}

const UP = /* sql */ `
create table link_keys (
  name       text primary key,
  secret     text not null,
  created_at timestamptz not null default clock_timestamp()
);
`;
