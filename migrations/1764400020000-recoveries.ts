import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deliveries are found by what became of them, sent again one by one or many at a time, and put aside. */
export class Recoveries1764400020000 implements MigrationInterface {
  name = 'Recoveries1764400020000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const columns = /* sql */ `client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason,
  provider, routing, attempt_count, max_attempts`;

const view = (more: { open: string; ended: string }): string => /* sql */ `
create or replace view deliveries as
  select ${columns}, next_attempt_at, lease_until, expires_at, null::timestamptz as sent_at, null::timestamptz as delivered_at,
         null::timestamptz as opened_at, null::timestamptz as clicked_at, null::text as provider_message_id, resend_of,
         updated_at, null::timestamptz as complained_at, null::timestamptz as unsubscribed_at${more.open}
    from open_deliveries
  union all
  select ${columns}, null, null, expires_at, sent_at, delivered_at, opened_at, clicked_at, provider_message_id, resend_of,
         updated_at, complained_at, unsubscribed_at${more.ended}
    from ended_deliveries;
`;

const UP = /* sql */ `
-- error_code: of the last attempt. resent_at: when it was sent again last. discarded_at: nobody will.
alter table open_deliveries add column error_code text;
alter table ended_deliveries
  add column error_code   text,
  add column resent_at    timestamptz,
  add column discarded_at timestamptz;
create index ended_deliveries_dead on ended_deliveries (client_id, id) where status in ('failed', 'expired');
create index open_deliveries_resends on open_deliveries (client_id, resend_of) where resend_of is not null;

${view({
  open: ', error_code, null::timestamptz as resent_at, null::timestamptz as discarded_at',
  ended: ', error_code, resent_at, discarded_at',
})}

-- upto: no delivery that was made later is meant. cursor: the last one that was looked at. next_at: when it goes on.
create table recoveries (
  client_id       uuid not null references clients (id) on delete cascade,
  id              uuid not null,
  filter          jsonb not null,
  since           timestamptz not null,
  upto            timestamptz not null,
  dry_run         boolean not null,
  rate_per_second integer not null,
  status          text not null check (status in ('running', 'completed', 'cancelled')),
  matched         bigint not null default 0,
  resent          bigint not null default 0,
  skipped         bigint not null default 0,
  cursor          uuid not null,
  next_at         timestamptz,
  created_at      timestamptz not null default clock_timestamp(),
  updated_at      timestamptz not null default clock_timestamp(),
  primary key (client_id, id),
  check ((next_at is null) = (status <> 'running'))
);
create index recoveries_due on recoveries (next_at) where next_at is not null;
`;

const DOWN = /* sql */ `
drop table recoveries;
drop view deliveries;
${view({ open: '', ended: '' })}
drop index open_deliveries_resends;
drop index ended_deliveries_dead;
alter table ended_deliveries drop column discarded_at, drop column resent_at, drop column error_code;
alter table open_deliveries drop column error_code;
`;
