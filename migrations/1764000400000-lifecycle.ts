import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Since when rooms are what they are, what they keep to instead of their client's policy, and when they are looked at next. */
export class Lifecycle1764000400000 implements MigrationInterface {
  name = 'Lifecycle1764000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- What a room goes back to when it is unarchived or restored follows from archived_at and deactivated_at, which stay until then.
-- activated_at: when it was last made active by hand or restored, which counts as activity. deactivating_at: when its deactivation
-- was last announced. inactive_after_days and warn_before_hours: the room's own, null: its client's; 0 days: never.
-- A new room is looked at after half of the shortest time that there is.
alter table rooms
  add status_reason text,
  add activated_at timestamptz,
  add archived_at timestamptz,
  add deleted_at timestamptz,
  add purge_started_at timestamptz,
  add deactivating_at timestamptz,
  add inactive_after_days integer,
  add warn_before_hours integer,
  alter lifecycle_check_at set default clock_timestamp() + interval '12 hours';

-- Sends move none of these columns. Rooms that became inactive by themselves keep their time, so that whoever makes them active
-- again has them looked at.
create index rooms_lifecycle on rooms (lifecycle_check_at)
  where status in ('active', 'deleted') and lifecycle_check_at is not null;
create index rooms_to_purge on rooms (purge_started_at) where purge_started_at is not null;

-- Two people whose direct room was deleted may make another.
drop index rooms_direct;
create unique index rooms_direct on rooms (client_id, direct_key) where direct_key is not null and status <> 'deleted';

-- Clients that changed what their rooms keep to: policy is what holds, after the last room that was looked at, missed says that
-- a room was locked just then. The rooms that there are have never been looked at.
create table lifecycle_rescans (
  client_id uuid not null references clients (id) on delete cascade,
  policy    jsonb not null,
  open      boolean not null default true,
  after     uuid,
  missed    boolean not null default false,
  primary key (client_id)
);
create index lifecycle_rescans_open on lifecycle_rescans (client_id) where open;
insert into lifecycle_rescans (client_id, policy)
select id, jsonb_build_array(settings -> 'lifecycle', settings -> 'delete_grace_days') from clients;
`;

const DOWN = /* sql */ `
drop table lifecycle_rescans;
drop index rooms_direct;
create unique index rooms_direct on rooms (client_id, direct_key) where direct_key is not null;
drop index rooms_to_purge, rooms_lifecycle;
alter table rooms drop status_reason, drop activated_at, drop archived_at, drop deleted_at, drop purge_started_at,
  drop deactivating_at, drop inactive_after_days, drop warn_before_hours, alter lifecycle_check_at drop default;
`;
