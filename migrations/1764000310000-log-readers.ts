import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where each reader of the event log stands, and what it could not take in yet. */
export class LogReaders1764000310000 implements MigrationInterface {
  name = 'LogReaders1764000310000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const UP = /* sql */ `
-- Everything up to (tx, stream_id, rev) has been taken in. Transactions are counted anew in a restored cluster, so they are
-- compared within one generation of the installation only. read_at: the time of the last event taken in; null: the beginning.
create table log_readers (
  name               text primary key,
  generation         integer not null,
  tx                 xid8 not null,
  stream_id          uuid not null,
  rev                bigint not null,
  read_at            timestamptz,
  -- While a history that has ended is read to its end: the one that follows, and who may still have been writing when that was seen.
  leaving_generation integer,
  leaving_tx         xid8
) with (fillfactor = 50);

-- Events that a reader failed at again and again: set aside, so that others go on, and tried again until it succeeds.
create table log_reader_failures (
  reader          text not null,
  event_id        uuid not null,
  client_id       uuid not null,
  stream_id       uuid not null,
  rev             bigint not null,
  occurred_at     timestamptz not null,
  reason          text not null,
  attempts        integer not null default 1,
  next_attempt_at timestamptz not null,
  created_at      timestamptz not null default clock_timestamp(),
  primary key (reader, event_id)
);
create index log_reader_failures_due on log_reader_failures (reader, next_attempt_at);
`;

const DOWN = /* sql */ `
drop table log_reader_failures;
drop table log_readers;
`;
