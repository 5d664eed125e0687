import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Inbound webhooks: where others' services send to, and what they sent. */
export class Sources1764600000000 implements MigrationInterface {
  name = 'Sources1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- verification: what may be shown of it; secrets: the rest, encrypted. One that was deleted is kept for a while, without them and
-- its slug, so that deleting it again finds it.
create table sources (
  client_id    uuid not null references clients (id) on delete cascade,
  id           uuid not null,
  name         text not null,
  slug         text not null,
  template     text not null,
  verification jsonb not null,
  secrets      text,
  tolerance_s  integer not null,
  enabled      boolean not null,
  created_at   timestamptz not null default clock_timestamp(),
  updated_at   timestamptz not null default clock_timestamp(),
  deleted_at   timestamptz,
  primary key (client_id, id),
  unique (client_id, slug)
);
create index sources_deleted on sources (deleted_at) where deleted_at is not null;

-- What came, refused and repeated requests among it. reason: why it was refused. body: the very bytes, as they were signed. They
-- arrive compressed often enough, and are read whole.
create table inbound_events (
  client_id    uuid not null,
  id           uuid not null,
  source_id    uuid not null,
  external_id  text,
  type         text,
  verified     boolean not null,
  reason       text,
  status       text not null check (status in ('stored', 'processed', 'failed', 'duplicate')),
  duplicate_of uuid,
  content_type text,
  headers      jsonb not null,
  body         bytea not null,
  body_bytes   integer not null,
  results      jsonb not null default '[]',
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  primary key (client_id, id, created_at)
) partition by range (created_at);
create index inbound_events_of_source on inbound_events (client_id, source_id, id);

-- What a source must not take twice, for longer than events are kept. digest: of the body that came with what may come with one
-- body only.
create table inbound_ids (
  client_id   uuid not null,
  source_id   uuid not null,
  external_id text not null,
  event_id    uuid not null,
  digest      bytea,
  expires_at  timestamptz not null,
  primary key (client_id, source_id, external_id),
  foreign key (client_id, source_id) references sources (client_id, id) on delete cascade
);
create index inbound_ids_over on inbound_ids (expires_at);

-- Events that are still to have their effects. next_attempt_at: when it is due, while it is in hand the end of the lease; attempt
-- tells one claim from the next.
create table inbound_work (
  client_id       uuid not null,
  event_id        uuid not null,
  source_id       uuid not null,
  created_at      timestamptz not null,
  attempt         integer not null default 0,
  next_attempt_at timestamptz not null default clock_timestamp(),
  queued_at       timestamptz not null default clock_timestamp(),
  primary key (client_id, event_id)
);
create index inbound_work_due on inbound_work (next_attempt_at);
`;

const DOWN = /* sql */ `
drop table inbound_work;
drop table inbound_ids;
drop table inbound_events;
drop table sources;
`;
