import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Recoveries of what endpoints were not told go on by themselves, as those of deliveries do. */
export class EndpointRecoveries1764700010030 implements MigrationInterface {
  name = 'EndpointRecoveries1764700010030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- kind: who knows what is recovered. subject_id: of what, such as an endpoint. place: how far it has come, in the words of its kind.
alter table recoveries
  add column kind text not null default 'deliveries',
  add column subject_id uuid,
  add column place jsonb;
-- What an endpoint was told of an event.
create index endpoint_messages_of_event on endpoint_messages (client_id, endpoint_id, event_id);
`;

const DOWN = /* sql */ `
drop index endpoint_messages_of_event;
delete from recoveries where kind <> 'deliveries';
alter table recoveries drop column place, drop column subject_id, drop column kind;
`;
