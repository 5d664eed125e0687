import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The rev with which a message came to say what it says, where something else changed it since, such as a pin. */
export class SaidRevs1764900120000 implements MigrationInterface {
  name = 'SaidRevs1764900120000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table messages add column said_rev bigint');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table messages drop column said_rev');
  }
}
