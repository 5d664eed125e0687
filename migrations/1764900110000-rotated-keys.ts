import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a key got a successor, whether or not it works still: it gets one only. */
export class RotatedKeys1764900110000 implements MigrationInterface {
  name = 'RotatedKeys1764900110000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table api_keys add column rotated_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table api_keys drop column rotated_at');
  }
}
