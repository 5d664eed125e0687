import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which provider takes a delivery: what each takes at most, how much of that is used, and which are out. How many are told with a
 * delivery, and how often it was held, stand in the open row only: its record needs neither.
 */
export class Routing1764200000000 implements MigrationInterface {
  name = 'Routing1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
alter table providers
  add column is_bulk boolean not null default false,
  add column max_recipients integer,
  add column rate_limit_per_second integer,
  add column hourly_cap integer,
  add column daily_cap integer;

alter table open_deliveries
  add column recipients integer not null default 1,
  add column holds integer not null default 0;
-- Those that wait for a provider, by their time and, when a provider is mended or changed, by whose they are. All of them have a
-- reason: that it is asked for keeps whoever asks by time from the second index.
create index open_deliveries_held on open_deliveries (next_attempt_at) where status = 'held';
create index open_deliveries_held_of on open_deliveries (client_id, channel, id) where status = 'held' and reason is not null;

-- client_id is nil for the operator's own providers, which serve many clients: so neither table refers to clients.
-- key: a provider with one version of its settings. Changed settings begin anew.
create table provider_breakers (
  client_id  uuid not null,
  key        text not null,
  channel    text not null,
  is_open    boolean not null,
  reason     text not null,
  -- How often it opened since it was last closed.
  times      integer not null,
  opened_at  timestamptz not null,
  -- From then on one may try it, and until when that one is given.
  open_until timestamptz not null,
  probe_until timestamptz,
  -- When the client was last told.
  told_at    timestamptz not null,
  updated_at timestamptz not null,
  primary key (client_id, key)
) with (fillfactor = 70);

-- key: a provider, whatever its settings. One row that many write: it is locked once for all that a process wants at the time.
create table provider_usage (
  client_id    uuid not null,
  key          text not null,
  hour         timestamptz not null,
  hour_used    integer not null,
  day          timestamptz not null,
  day_used     integer not null,
  -- When the next delivery may go, by the rate per second.
  next_slot_at timestamptz not null,
  primary key (client_id, key)
) with (fillfactor = 50);
`;

const DOWN = /* sql */ `
drop table provider_usage;
drop table provider_breakers;
-- What waited for a provider is tried again.
update open_deliveries set status = case when attempt_count = 0 then 'pending' else 'retrying' end, awake = true
 where status = 'held';
drop index open_deliveries_held_of;
drop index open_deliveries_held;
alter table open_deliveries drop column holds, drop column recipients;
alter table providers
  drop column daily_cap,
  drop column hourly_cap,
  drop column rate_limit_per_second,
  drop column max_recipients,
  drop column is_bulk;
`;
