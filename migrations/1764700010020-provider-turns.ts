import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who waits for a provider goes before those who come later. */
export class ProviderTurns1764700010020 implements MigrationInterface {
  name = 'ProviderTurns1764700010020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- What a rate or a quota keeps waiting, by whose turn it is.
create index open_deliveries_in_turn on open_deliveries (client_id, lane, reason, priority, id)
 where status = 'held' and reason in ('rate_limited', 'quota_exhausted');
-- The first of those that were just turned away, until it is held where others see it.
alter table provider_usage
  add column turn_priority smallint,
  add column turn_id uuid,
  add column turn_until timestamptz;
`;

const DOWN = /* sql */ `
alter table provider_usage drop column turn_until, drop column turn_id, drop column turn_priority;
drop index open_deliveries_in_turn;
`;
