import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notifications that wait for their time, are sent once by a key of the caller's, are changed, cancelled and tried again. */
export class NotificationOrders1764400000000 implements MigrationInterface {
  name = 'NotificationOrders1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Of failed_count, those that expired; those that were cancelled; null: its deliveries are all of its own created_at.
alter table notifications
  add column cancelled_count  integer not null default 0,
  add column expired_count    integer not null default 0,
  add column category         text,
  add column last_delivery_at timestamptz;

-- Which notification a caller's own key stands for, until it may stand for another. sender_pk: nil for the client itself.
create table notification_dedup_keys (
  client_id       uuid not null,
  sender_pk       uuid not null,
  dedup_key       text not null,
  notification_id uuid not null,
  expires_at      timestamptz not null,
  primary key (client_id, sender_pk, dedup_key),
  foreign key (client_id, notification_id) references notifications (client_id, id) on delete cascade
    deferrable initially deferred
);
create index notification_dedup_keys_of on notification_dedup_keys (client_id, notification_id);
create index notification_dedup_keys_over on notification_dedup_keys (expires_at);

-- cancel_requested: it was being sent when it was cancelled, and is not to be tried again.
alter table open_deliveries add column cancel_requested boolean not null default false;
create index open_deliveries_cancelled on open_deliveries (client_id, id) where cancel_requested;

-- What is accepted for later sleeps as retries do.
drop index open_deliveries_asleep;
create index open_deliveries_asleep on open_deliveries (next_attempt_at)
  where status in ('pending', 'retrying') and not awake;
`;

const DOWN = /* sql */ `
drop index open_deliveries_asleep;
create index open_deliveries_asleep on open_deliveries (next_attempt_at) where status = 'retrying' and not awake;
drop index open_deliveries_cancelled;
alter table open_deliveries drop column cancel_requested;
drop table notification_dedup_keys;
alter table notifications
  drop column last_delivery_at, drop column category, drop column expired_count, drop column cancelled_count;
`;
