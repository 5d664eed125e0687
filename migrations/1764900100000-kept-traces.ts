import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `traceparent` of what is still to be made into deliveries: by another channel's turn, by an endpoint's, by a recovery; null
 * where traces are off, which takes no room. And deliveries show that they have one.
 */
export class KeptTraces1764900100000 implements MigrationInterface {
  name = 'KeptTraces1764900100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(DOWN);
  }
}

const columns = /* sql */ `client_id, id, created_at, source_kind, source_id, channel, lane, priority, user_pk, address, status, reason,
  provider, routing, attempt_count, max_attempts`;

const view = (more: string): string => /* sql */ `
create or replace view deliveries as
  select ${columns}, next_attempt_at, lease_until, expires_at, null::timestamptz as sent_at, null::timestamptz as delivered_at,
         null::timestamptz as opened_at, null::timestamptz as clicked_at, null::text as provider_message_id, resend_of,
         updated_at, null::timestamptz as complained_at, null::timestamptz as unsubscribed_at, error_code,
         null::timestamptz as resent_at, null::timestamptz as discarded_at, null::uuid as resent_by${more}
    from open_deliveries
  union all
  select ${columns}, null, null, expires_at, sent_at, delivered_at, opened_at, clicked_at, provider_message_id, resend_of,
         updated_at, complained_at, unsubscribed_at, error_code, resent_at, discarded_at, resent_by${more}
    from ended_deliveries;
`;

const UP = /* sql */ `
alter table notification_chains add column traceparent text;
alter table endpoint_messages add column traceparent text;
alter table recoveries add column traceparent text;
${view(', traceparent')}
`;

const DOWN = /* sql */ `
drop view deliveries;
${view('')}
alter table recoveries drop column traceparent;
alter table endpoint_messages drop column traceparent;
alter table notification_chains drop column traceparent;
`;
