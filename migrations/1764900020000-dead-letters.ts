import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What was put aside or sent again is told from what is left to do, and deliveries are found by their errors. */
export class DeadLetters1764900020000 implements MigrationInterface {
  name = 'DeadLetters1764900020000';

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
         updated_at, null::timestamptz as complained_at, null::timestamptz as unsubscribed_at, error_code,
         null::timestamptz as resent_at, null::timestamptz as discarded_at${more.open}
    from open_deliveries
  union all
  select ${columns}, null, null, expires_at, sent_at, delivered_at, opened_at, clicked_at, provider_message_id, resend_of,
         updated_at, complained_at, unsubscribed_at, error_code, resent_at, discarded_at${more.ended}
    from ended_deliveries;
`;

const UP = /* sql */ `
-- The delivery that was sent for it last; null too where that was before there was this column.
alter table ended_deliveries add column resent_by uuid;
${view({ open: ', null::uuid as resent_by', ended: ', resent_by' })}
-- In the order of lists. Only failures are in them, so that what succeeds pays for neither.
create index ended_deliveries_of_error on ended_deliveries (client_id, error_code, id) where error_code is not null;
create index ended_deliveries_unresolved on ended_deliveries (client_id, id)
  where status in ('failed', 'expired') and resent_at is null and discarded_at is null;
-- What was sent for a delivery, and failed as well.
create index ended_deliveries_resends on ended_deliveries (client_id, resend_of) where resend_of is not null;
`;

const DOWN = /* sql */ `
drop index ended_deliveries_resends;
drop index ended_deliveries_unresolved;
drop index ended_deliveries_of_error;
drop view deliveries;
${view({ open: '', ended: '' })}
alter table ended_deliveries drop column resent_by;
`;
