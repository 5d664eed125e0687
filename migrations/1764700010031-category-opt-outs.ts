import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who unsubscribes from a category of notifications gets the others still. */
export class CategoryOptOuts1764700010031 implements MigrationInterface {
  name = 'CategoryOptOuts1764700010031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- category: of these notifications alone; '': of all.
alter table suppressions add column category text not null default '';
alter table suppressions
  drop constraint suppressions_client_id_channel_address_key_key,
  add constraint suppressions_of_address unique (client_id, channel, address_key, category);
-- By category, when the user left it by the link of a mail.
alter table user_opt_outs add column unsubscribed jsonb not null default '{}';
`;

const DOWN = /* sql */ `
alter table user_opt_outs drop column unsubscribed;
delete from suppressions where category <> '';
alter table suppressions
  drop constraint suppressions_of_address,
  add constraint suppressions_client_id_channel_address_key_key unique (client_id, channel, address_key);
alter table suppressions drop column category;
`;
