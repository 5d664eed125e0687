import type { UserId } from '../../platform/common/fields.js';
import { traceIdOf } from '../../platform/tracing/tracer.js';
import type { AttemptDto, DeliveryDto, DeliveryRoutingDto } from './deliveries.dto.js';
import type { DeliveryRow, Routing } from './delivery.js';

/** The kind of source that the wire names by a field of its own. */
const NOTIFICATION = 'notification';

const at = (date: Date | null): string | null => date?.toISOString() ?? null;

/** What is known of the way so far is the engine's own. */
const shownRouting = ({ decision, reason, skipped }: Routing): DeliveryRoutingDto => ({
  decision,
  reason,
  ...(skipped && { skipped }),
});

/** One that nobody has tried yet, before there is a row of it. @param made when it was, or would be */
export const untriedDelivery = (
  known: Pick<DeliveryDto, 'id' | 'notification_id' | 'channel' | 'recipient' | 'status' | 'reason'>,
  made: Date,
): DeliveryDto => ({
  ...known,
  provider: null,
  routing: null,
  attempt_count: 0,
  next_attempt_at: null,
  sent_at: null,
  delivered_at: null,
  opened_at: null,
  clicked_at: null,
  complained_at: null,
  unsubscribed_at: null,
  provider_message_id: null,
  resend_of: null,
  error_code: null,
  resent_at: null,
  resent_by: null,
  discarded_at: null,
  trace_id: null,
  attempts: [],
  created_at: made.toISOString(),
  updated_at: made.toISOString(),
});

/** To a key of a user: how its client sends, and what the other side answered, is the client's own affair. */
export const forUser = ({ attempts, ...delivery }: DeliveryDto): DeliveryDto => ({
  ...delivery,
  provider: null,
  routing: null,
  provider_message_id: null,
  trace_id: null,
  ...(attempts && { attempts: attempts.map(withoutAnswer) }),
});

/** To the operator, who reads no messages: what a receiver answered may quote what it got. */
export const forOperator = ({ attempts, ...delivery }: DeliveryDto): DeliveryDto => ({
  ...delivery,
  ...(attempts && { attempts: attempts.map((attempt) => ({ ...attempt, response_body: null })) }),
});

const withoutAnswer = (attempt: AttemptDto): AttemptDto => ({
  ...attempt,
  provider: null,
  error_message: null,
  response_status: null,
  response_body: null,
});

/** @param userId the recipient's, where the recipient is a user */
export function toDelivery(row: DeliveryRow, userId: UserId | undefined): DeliveryDto {
  return {
    id: row.id,
    notification_id: row.source_kind === NOTIFICATION ? row.source_id : null,
    channel: row.channel,
    recipient: {
      ...(userId === undefined ? {} : { user_id: userId }),
      ...(row.address === null ? {} : { address: row.address }),
    },
    status: row.status,
    reason: row.reason,
    provider: row.provider,
    routing: row.routing && shownRouting(row.routing),
    attempt_count: row.attempt_count,
    next_attempt_at: at(row.next_attempt_at),
    sent_at: at(row.sent_at),
    delivered_at: at(row.delivered_at),
    opened_at: at(row.opened_at),
    clicked_at: at(row.clicked_at),
    complained_at: at(row.complained_at),
    unsubscribed_at: at(row.unsubscribed_at),
    provider_message_id: row.provider_message_id,
    resend_of: row.resend_of,
    error_code: row.error_code,
    resent_at: at(row.resent_at),
    resent_by: row.resent_by,
    discarded_at: at(row.discarded_at),
    trace_id: traceIdOf(row.traceparent),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}
