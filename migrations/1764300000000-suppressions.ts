import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses that a client's deliveries must not go to. `address_key` is the address in the one form in which it
 * is compared; what was removed is kept for a while, so that removing it again is no error. */
export class Suppressions1764300000000 implements MigrationInterface {
  name = 'Suppressions1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
create table suppressions (
  client_id   uuid not null references clients (id) on delete cascade,
  id          uuid not null,
  channel     text not null,
  address     text not null,
  address_key text not null,
  reason      text not null check (reason in ('bounce', 'complaint', 'unsubscribe', 'manual')),
  expires_at  timestamptz,
  removed_at  timestamptz,
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  primary key (client_id, id),
  unique (client_id, channel, address_key)
);
create index suppressions_expiring on suppressions (expires_at) where expires_at is not null;
create index suppressions_removed on suppressions (removed_at) where removed_at is not null;
`;

const DOWN = /* sql */ `
drop table suppressions;
`;
