import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What providers tell later. Of a delivery: further facts beside its state, and where to find it by the provider's id,
 * which is not the delivery's own (webhooks are known by theirs, and nobody tells of them). What came before the delivery
 * was recorded as sent is parked. How far each provider's events were read.
 */
export class ProviderEvents1764300010000 implements MigrationInterface {
  name = 'ProviderEvents1764300010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const VIEW = /* sql */ `
  select client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason, provider,
         routing, attempt_count, max_attempts, next_attempt_at, lease_until, expires_at, null::timestamptz as sent_at,
         null::timestamptz as delivered_at, null::timestamptz as opened_at, null::timestamptz as clicked_at,
         null::text as provider_message_id, resend_of, updated_at OPEN_FACTS
    from open_deliveries
  union all
  select client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason, provider,
         routing, attempt_count, max_attempts, null, null, expires_at, sent_at, delivered_at, opened_at, clicked_at,
         provider_message_id, resend_of, updated_at ENDED_FACTS
    from ended_deliveries`;

const viewWith = (open: string, ended: string): string =>
  VIEW.replace('OPEN_FACTS', open).replace('ENDED_FACTS', ended);

const UP = /* sql */ `
alter table ended_deliveries add complained_at timestamptz, add unsubscribed_at timestamptz, add bounced_at timestamptz;
create index ended_deliveries_of_message on ended_deliveries (provider_message_id, client_id)
  where provider_message_id <> coalesce(resend_of, id)::text;

create or replace view deliveries as ${viewWith(
  ', null::timestamptz as complained_at, null::timestamptz as unsubscribed_at',
  ', complained_at, unsubscribed_at',
)};

create table parked_provider_events (
  id            uuid primary key,
  client_id     uuid not null references clients (id) on delete cascade,
  provider_type text not null,
  digest        bytea not null,
  event         jsonb not null,
  parked_at     timestamptz not null default clock_timestamp(),
  unique (client_id, digest)
);
create index parked_provider_events_in_order on parked_provider_events (parked_at);

create table provider_event_cursors (
  provider_key  text primary key,
  client_id     uuid references clients (id) on delete cascade,
  cursor        text,
  next_poll_at  timestamptz not null,
  polling_until timestamptz,
  failures      integer not null default 0,
  last_error    text
);
create index provider_event_cursors_of_client on provider_event_cursors (client_id) where client_id is not null;
create index providers_of_type on providers (provider_type, client_id, id);
`;

const DOWN = /* sql */ `
drop index providers_of_type;
drop table provider_event_cursors;
drop table parked_provider_events;
drop view deliveries;
drop index ended_deliveries_of_message;
alter table ended_deliveries drop column complained_at, drop column unsubscribed_at, drop column bounced_at;
create or replace view deliveries as ${viewWith('', '')};
`;
