import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What others see of a user's presence is a column of its own: who is invisible shows nothing new. */
export class ShownText1764100210000 implements MigrationInterface {
  name = 'ShownText1764100210000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
alter table user_presence add shown_text text;
update user_presence set shown_text = text where state <> 'invisible' and text is not null;
`;

const DOWN = /* sql */ `
alter table user_presence drop shown_text;
`;
