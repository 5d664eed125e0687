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
import { declared } from '../providers/declared.js';
import { DELIVERY_STATUSES } from './delivery.js';

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
      'Why: `explicit` (the notification names it), `primary`, `order`, `bulk` (by the number of recipients), `failover`, `default` (one of the operator), `only`, `development` (embedded mode keeps mail that has no provider), `none_available` (it is held), `no_provider`, `too_many_recipients`.',
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
