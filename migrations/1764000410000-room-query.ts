import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rooms of a client in the order of their making. */
export class RoomQuery1764000410000 implements MigrationInterface {
  name = 'RoomQuery1764000410000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`create index rooms_by_creation on rooms (client_id, created_at, id) where status <> 'deleted'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index rooms_by_creation`);
  }
}
