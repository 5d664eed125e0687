import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Histograms of deliveries, apart from their numbers: who adds up numbers need not read them. */
export class DeliveryHistograms1764800000000 implements MigrationInterface {
  name = 'DeliveryHistograms1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- How many came to a stage, by the bin of how long it took from the acceptance. In changes of the counts they are keys of the
-- counts, a letter before the bin.
alter table delivery_rollups
  add column first_attempt jsonb not null default '{}',
  add column sent          jsonb not null default '{}',
  add column delivered     jsonb not null default '{}';
update delivery_rollups r
   set (counts, first_attempt, sent, delivered) = (
     select coalesce(jsonb_object_agg(key, value) filter (where key !~ '^[fsd]:'), '{}'),
            coalesce(jsonb_object_agg(substr(key, 3), value) filter (where starts_with(key, 'f:')), '{}'),
            coalesce(jsonb_object_agg(substr(key, 3), value) filter (where starts_with(key, 's:')), '{}'),
            coalesce(jsonb_object_agg(substr(key, 3), value) filter (where starts_with(key, 'd:')), '{}')
       from jsonb_each(r.counts))
 where exists (select 1 from jsonb_object_keys(r.counts) key where key ~ '^[fsd]:');
`;

const DOWN = /* sql */ `
update delivery_rollups r
   set counts = r.counts || (
     select coalesce(jsonb_object_agg(key, value), '{}')
       from (
         select 'f:' || key as key, value from jsonb_each(r.first_attempt)
         union all select 's:' || key, value from jsonb_each(r.sent)
         union all select 'd:' || key, value from jsonb_each(r.delivered)
       ) bins)
 where r.first_attempt <> '{}' or r.sent <> '{}' or r.delivered <> '{}';
alter table delivery_rollups drop column first_attempt, drop column sent, drop column delivered;
`;
