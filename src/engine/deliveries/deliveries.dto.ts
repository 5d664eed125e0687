import { addField, fieldsLater } from '../../platform/common/field-registry.js';
import {
  AnyText,
  Bool,
  Int,
  Nested,
  NestedList,
  OneOf,
  Text,
  Time,
  UserId,
  Uuid,
} from '../../platform/common/fields.js';
import { traceIdOf } from '../../platform/tracing/tracer.js';
import { declared } from '../providers/declared.js';
import { DELIVERY_STATUSES, type DeliveryRow, type Routing } from './delivery.js';

const PROVIDER = { nullable: true, max: 'name_chars' } as const;

/** One try to hand a delivery over, and what came of it. */
export class AttemptDto {
  @Int({ min: 1 })
  number: number;

  @Text(PROVIDER)
  provider: string | null;

  @OneOf(['sent', 'failed', 'unknown'])
  status: string;

  @AnyText({ nullable: true, example: 'http_503' })
  error_code: string | null;

  @AnyText({ nullable: true })
  error_message: string | null;

  @Int({ nullable: true, description: 'HTTP status or SMTP reply code.' })
  response_status: number | null;

  @AnyText({ nullable: true, description: 'At most 64 KiB; not for the admin key.' })
  response_body: string | null;

  @Int({ nullable: true })
  duration_ms: number | null;

  @Time()
  attempted_at: string;
}

export class DeliveryRecipientDto {
  @UserId({ optional: true })
  user_id?: UserId;

  @AnyText({ optional: true, description: 'An email address or a URL.' })
  address?: string;
}

/** A provider that was out when another was chosen. */
export class SkippedProviderDto {
  @AnyText({ example: 'main' })
  provider: string;

  @AnyText({ example: 'breaker_open', description: '`breaker_open`, `quota_exhausted` or `rate_limited`.' })
  reason: string;
}

export class DeliveryRoutingDto {
  @AnyText({ description: 'The provider that was chosen.' })
  decision: string;

  @AnyText({
    example: 'primary',
    description:
      'Why: `explicit` (the notification names it), `primary`, `order`, `bulk` (by the number of recipients), `failover`, `default` (one of the operator), `only`, `none_available` (it is held), `no_provider`, `too_many_recipients`.',
  })
  reason: string;

  @NestedList(() => SkippedProviderDto, {
    optional: true,
    max: 20,
    description: 'Providers that came before it and were out; left out when there were none.',
  })
  skipped?: SkippedProviderDto[];
}

/** One content on its way to one recipient over one channel. */
export class DeliveryDto {
  @Uuid()
  id: string;

  @Uuid({ nullable: true })
  notification_id: string | null;

  /** One that there is; declared below. */
  channel: string;

  @Nested(() => DeliveryRecipientDto)
  recipient: DeliveryRecipientDto;

  @OneOf(DELIVERY_STATUSES)
  status: string;

  @AnyText({ nullable: true, description: 'Why it is in this state.' })
  reason: string | null;

  @Text(PROVIDER)
  provider: string | null;

  @Nested(() => DeliveryRoutingDto, { nullable: true })
  routing: DeliveryRoutingDto | null;

  @Int()
  attempt_count: number;

  @Time({ nullable: true })
  next_attempt_at: string | null;

  @Time({ nullable: true })
  sent_at: string | null;

  @Time({ nullable: true })
  delivered_at: string | null;

  @Time({ nullable: true })
  opened_at: string | null;

  @Time({ nullable: true })
  clicked_at: string | null;

  @Time({ nullable: true, description: 'When its recipient said that it was spam.' })
  complained_at: string | null;

  @Time({ nullable: true, description: 'When its recipient unsubscribed by it.' })
  unsubscribed_at: string | null;

  @AnyText({ nullable: true })
  provider_message_id: string | null;

  @Uuid({ nullable: true })
  resend_of: string | null;

  @AnyText({
    nullable: true,
    example: 'http_503',
    description: 'Of its last attempt; null where that succeeded, and before there is one.',
  })
  error_code: string | null;

  @Time({ nullable: true, description: 'When it was sent again last.' })
  resent_at: string | null;

  @Uuid({ nullable: true, description: 'The delivery that was sent for it last.' })
  resent_by: string | null;

  @Time({ nullable: true, description: 'When it was put aside: no recovery sends it again.' })
  discarded_at: string | null;

  @AnyText({
    nullable: true,
    example: '4bf92f3577b34da6a3ce929d0e0e4736',
    description:
      'Of the trace that it is a part of (W3C Trace Context); null where the server makes no traces, and to a key of a user.',
  })
  trace_id: string | null;

  @NestedList(() => AttemptDto, { optional: true, max: 100 })
  attempts?: AttemptDto[];

  @Time()
  created_at: string;

  @Time()
  updated_at: string;
}

/** A provider that is left alone for a while, because it served nobody. */
export class ProviderDegradedDto {
  @Uuid()
  id: string;

  @AnyText({ example: 'main' })
  name: string;

  @AnyText({ example: 'email' })
  channel: string;

  @AnyText({ example: 'smtp' })
  provider_type: string;

  @Bool()
  is_primary: boolean;

  @Bool()
  is_bulk: boolean;

  @AnyText({ example: 'connection_failed', description: '`error_code` of the attempt that was one too many.' })
  reason: string;

  @Time({ description: 'When it is tried again.' })
  retry_at: string;
}

fieldsLater(() => addField(DeliveryDto, 'channel', OneOf(declared.channels.map(({ name }) => name))));

/** The kind of source that the wire names by a field of its own. */
const NOTIFICATION = 'notification';

const at = (date: Date | null): string | null => date?.toISOString() ?? null;

/** What is known of the way so far is the engine's own. */
export const shownRouting = ({ decision, reason, skipped }: Routing): DeliveryRoutingDto => ({
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
