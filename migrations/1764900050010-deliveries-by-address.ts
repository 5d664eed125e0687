import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What went to an address is found without reading what went to others. */
export class DeliveriesByAddress1764900050010 implements MigrationInterface {
  name = 'DeliveriesByAddress1764900050010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index ended_deliveries_of_address on ended_deliveries (client_id, lower(address), id) where address is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index ended_deliveries_of_address');
  }
}
