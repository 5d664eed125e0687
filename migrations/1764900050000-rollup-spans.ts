import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts of deliveries by hours and days beside those by quarters of an hour, and histograms as short texts. */
export class RollupSpans1764900050000 implements MigrationInterface {
  name = 'RollupSpans1764900050000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const KEY = 'client_id, minutes, bucket, channel, provider';
const STAGES = ['first_attempt', 'sent', 'delivered'];

/** Bins and what is in them as `first bin:counts from there on`. */
const toText = (stage: string): string => `
  update delivery_rollups r
     set ${stage} = (
       select min(k.key::int) || ':' || (
                select string_agg(coalesce(r.old_${stage} ->> bin::text, '0'), ',' order by bin)
                  from generate_series(min(k.key::int), max(k.key::int)) bin)
         from jsonb_each(r.old_${stage}) k)
   where r.old_${stage} <> '{}';`;

const toJson = (stage: string): string => `
  update delivery_rollups r
     set ${stage} = (
       select jsonb_object_agg(split_part(r.old_${stage}, ':', 1)::int + at - 1, n::bigint) filter (where n <> '0')
         from string_to_table(split_part(r.old_${stage}, ':', 2), ',') with ordinality as t (n, at))
   where r.old_${stage} <> '';`;

const rename = STAGES.map((stage) => `alter table delivery_rollups rename ${stage} to old_${stage};`).join('\n');
const add = (type: string, empty: string): string =>
  STAGES.map((stage) => `alter table delivery_rollups add ${stage} ${type} not null default '${empty}';`).join('\n');
const drop = STAGES.map((stage) => `alter table delivery_rollups drop old_${stage};`).join('\n');

/** Adds numbers of one column up, by their keys. */
const summed = (column: string): string => `
  (select coalesce(jsonb_object_agg(key, n), '{}')
     from (select key, sum(value::bigint) as n from unnest(array_agg(r.${column})) c cross join lateral jsonb_each_text(c)
            group by key) k where n <> 0)`;

const UP = /* sql */ `
-- minutes: how long a bucket is, 15, 60 or 1440. The same counts stand in all three: a long time is read in few rows.
alter table delivery_rollups add column minutes smallint not null default 15;
alter table delivery_rollups drop constraint delivery_rollups_pkey, add primary key (${KEY});
alter table delivery_rollups alter column minutes drop default, add check (minutes in (15, 60, 1440));
${[60, 1440]
  .map(
    (minutes) => `
insert into delivery_rollups (${KEY}, counts, ${STAGES.join(', ')})
select client_id, ${minutes}, date_bin('${minutes} minutes', bucket, 'epoch'), channel, provider, ${['counts', ...STAGES].map(summed).join(', ')}
  from delivery_rollups r where minutes = 15
 group by 1, 3, 4, 5;`,
  )
  .join('')}

-- Of which none is looked up by itself: the first bin that has any, and the counts from there on.
${rename}
${add('text', '')}
${STAGES.map(toText).join('')}
${drop}
`;

const DOWN = /* sql */ `
delete from delivery_rollups where minutes <> 15;
alter table delivery_rollups drop constraint delivery_rollups_pkey, drop column minutes,
  add primary key (client_id, bucket, channel, provider);
${rename}
${add('jsonb', '{}')}
${STAGES.map(toJson).join('')}
${drop}
`;
