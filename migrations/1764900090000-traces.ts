import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Of which trace a delivery is: `traceparent` of the request that made it, where traces are on, else null, which takes no
 * room. It goes with it from the open ones into the record. Events have that of what wrote them, for those who read the log.
 */
export class Traces1764900090000 implements MigrationInterface {
  name = 'Traces1764900090000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
alter table open_deliveries add column traceparent text;
alter table ended_deliveries add column traceparent text;
alter table events add column traceparent text;
`;

const DOWN = /* sql */ `
alter table events drop column traceparent;
alter table ended_deliveries drop column traceparent;
alter table open_deliveries drop column traceparent;
`;
