import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What rules made, so that what goes in a circle is found; and tokens of senders, looked for over all sources of a client. */
export class RuleHops1764900010000 implements MigrationInterface {
  name = 'RuleHops1764900010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Rooms and notifications that rules made. hops: how many requests of ours stand behind them, their own among these. Kept for as long
-- as endpoints are told of them.
create table made_by_rules (
  client_id uuid not null references clients (id) on delete cascade,
  id        uuid not null,
  hops      smallint not null,
  made_at   timestamptz not null default clock_timestamp(),
  primary key (client_id, id)
);
create index made_by_rules_over on made_by_rules (made_at);

-- What may come to a client once, whichever of its sources it comes to.
create index inbound_ids_once on inbound_ids (client_id, external_id) where external_id like 'once:%';
`;

const DOWN = /* sql */ `
drop index inbound_ids_once;
drop table made_by_rules;
`;
