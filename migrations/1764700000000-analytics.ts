import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What deliveries and messages are counted in. */
export class Analytics1764700000000 implements MigrationInterface {
  name = 'Analytics1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Changes of the counts, appended by the transactions that they count and folded into delivery_rollups soon after. Rows that
-- nobody updates: a row of counts that each settlement changes would be waited for by all of them. bucket: the 15 minutes in
-- which the deliveries were accepted. counts: numbers by what they count, to be added up.
create table delivery_deltas (
  client_id uuid not null,
  bucket    timestamptz not null,
  channel   text not null,
  id        bigint generated always as identity,
  provider  text not null,
  counts    jsonb not null,
  primary key (client_id, bucket, channel, id)
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table delivery_rollups (
  client_id uuid not null,
  bucket    timestamptz not null,
  channel   text not null,
  provider  text not null,
  counts    jsonb not null,
  primary key (client_id, bucket, channel, provider)
) with (fillfactor = 80);
create index delivery_rollups_by_time on delivery_rollups (bucket);

-- Messages by the 15 minutes in which they were sent, and by who sent them and where: a user of kind 'user', a room of kind 'room'.
create table message_rollups (
  client_id uuid not null,
  bucket    timestamptz not null,
  messages  bigint not null,
  primary key (client_id, bucket)
) with (fillfactor = 80);
create index message_rollups_by_time on message_rollups (bucket);

create table activity_rollups (
  client_id uuid not null,
  kind      text not null check (kind in ('user', 'room')),
  bucket    timestamptz not null,
  id        uuid not null,
  messages  bigint not null,
  primary key (client_id, kind, bucket, id)
) with (fillfactor = 80);
create index activity_rollups_of on activity_rollups (client_id, kind, id, bucket);
create index activity_rollups_by_time on activity_rollups (bucket);

-- The most connections that each process had open at once in a quarter of an hour.
create table connection_rollups (
  client_id uuid not null,
  bucket    timestamptz not null,
  node      uuid not null,
  peak      integer not null,
  primary key (client_id, bucket, node)
) with (fillfactor = 80);
create index connection_rollups_by_time on connection_rollups (bucket);

-- What was accepted before there were counts.
insert into delivery_rollups (client_id, bucket, channel, provider, counts)
select client_id, bucket, channel, provider, jsonb_object_agg(key, n)
  from (
    select client_id, date_bin('15 minutes', created_at, 'epoch') as bucket, channel, '' as provider, 'accepted' as key, count(*) as n
      from deliveries group by 1, 2, 3
    union all
    select client_id, date_bin('15 minutes', created_at, 'epoch'), channel, coalesce(provider, ''), status, count(*)
      from ended_deliveries group by 1, 2, 3, 4, 5
  ) counted
 group by 1, 2, 3, 4;
`;

const DOWN = /* sql */ `
drop table connection_rollups;
drop table activity_rollups;
drop table message_rollups;
drop table delivery_rollups;
drop table delivery_deltas;
`;
