import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose deliveries are held is asked each second. */
export class SuspendedClients1764800010000 implements MigrationInterface {
  name = 'SuspendedClients1764800010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create index clients_suspended on clients (id) where suspended_at is not null');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index clients_suspended');
  }
}
