import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Why a delivery was cancelled that could not be ended at once: by its sender, or because another channel has its turn. */
export class CancelReasons1764900080000 implements MigrationInterface {
  name = 'CancelReasons1764900080000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table open_deliveries add column cancel_reason text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table open_deliveries drop column cancel_reason');
  }
}
