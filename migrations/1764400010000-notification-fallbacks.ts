import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notifications that try one channel after the other. */
export class NotificationFallbacks1764400010000 implements MigrationInterface {
  name = 'NotificationFallbacks1764400010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- The channels in their order, with what the deliveries of each need to be made; null: all at once.
alter table notifications add column fallback jsonb;

-- Recipients for whom another channel may still have its turn. Each counts as open in its notification. due_at: when it has.
-- asks_presence: only then it is looked whether anybody is there, and if so, waited.
create table notification_chains (
  client_id       uuid not null,
  id              uuid not null,
  notification_id uuid not null,
  step            smallint not null,
  delivery_id     uuid not null,
  until           text not null check (until in ('sent', 'delivered')),
  user_pk         uuid,
  addresses       jsonb not null,
  due_at          timestamptz not null,
  asks_presence   boolean not null default false,
  primary key (client_id, id),
  foreign key (client_id, notification_id) references notifications (client_id, id) on delete cascade
);
create index notification_chains_of on notification_chains (client_id, notification_id);
create unique index notification_chains_at on notification_chains (client_id, delivery_id);
create index notification_chains_due on notification_chains (due_at);
`;

const DOWN = /* sql */ `
drop table notification_chains;
alter table notifications drop column fallback;
`;
