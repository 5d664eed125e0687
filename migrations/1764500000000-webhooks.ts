import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Outbound webhooks: endpoints, and what each of them is to be told. */
export class Webhooks1764500000000 implements MigrationInterface {
  name = 'Webhooks1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- headers, secret, previous_secret: encrypted. gated: what it is told waits to be released (a condition, an order, a rate), once and for
-- all, so that what waits is found. removed: known for a while, so that removing it again is no error. failing_since: nothing has succeeded since then, and something failed.
create table webhook_endpoints (
  client_id                  uuid not null references clients (id) on delete cascade,
  id                         uuid not null,
  url                        text not null,
  description                text,
  event_types                text[] not null,
  room_ids                   uuid[],
  condition                  text,
  headers                    text,
  signature                  text not null check (signature in ('v1', 'v1a')),
  secret                     text not null,
  previous_secret            text,
  previous_secret_expires_at timestamptz,
  ordered_by                 text check (ordered_by = 'room'),
  rate_limit_per_second      integer,
  concurrency                integer,
  timeout_ms                 integer not null,
  status                     text not null check (status in ('enabled', 'disabled', 'removed')),
  disabled_reason            text,
  gated                      boolean not null,
  failing_since              timestamptz,
  condition_fault            jsonb,
  next_release_at            timestamptz not null,
  enabled_at                 timestamptz not null,
  created_at                 timestamptz not null,
  updated_at                 timestamptz not null,
  primary key (client_id, id)
) with (fillfactor = 70);
create index webhook_endpoints_gated on webhook_endpoints (client_id, id) where gated and status = 'enabled';

create sequence endpoint_messages_position;

-- One event for one endpoint; its delivery has the same id and created_at. waiting: it has no delivery yet; released: it has one that is
-- open, and whose end the next of its order waits for; done: nothing waits for it; skipped: the condition did not hold. body: as it was at
-- the first attempt.
create table endpoint_messages (
  client_id   uuid not null,
  id          uuid not null,
  endpoint_id uuid not null,
  position    bigint not null default nextval('endpoint_messages_position'),
  event_id    uuid not null,
  event_type  text not null,
  event_rev   bigint not null,
  event_at    timestamptz not null,
  stream_id   uuid not null,
  order_key   uuid,
  state       text not null check (state in ('waiting', 'released', 'done', 'skipped')),
  is_test     boolean not null default false,
  body        text,
  fault       jsonb,
  expires_at  timestamptz,
  created_at  timestamptz not null,
  primary key (client_id, id, created_at)
) partition by range (created_at);
create index endpoint_messages_of_endpoint on endpoint_messages (client_id, endpoint_id, id);
create index endpoint_messages_waiting on endpoint_messages (client_id, endpoint_id, position) where state = 'waiting';
create index endpoint_messages_in_order on endpoint_messages (client_id, endpoint_id, order_key, position)
  where order_key is not null and state in ('waiting', 'released');
`;

const DOWN = /* sql */ `
drop table endpoint_messages;
drop sequence endpoint_messages_position;
drop table webhook_endpoints;
`;
