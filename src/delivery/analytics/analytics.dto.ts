import {
  AnyText,
  AskedTime,
  Int,
  Json,
  Nested,
  NestedList,
  OneOf,
  Share,
  Text,
  Time,
} from '../../platform/common/fields.js';
import { INTERVALS, type Interval } from './period.js';

export const ZONE = {
  max: 64,
  description: 'IANA name of the time zone: where days and hours begin, also when clocks change. UTC unless told.',
  example: 'Europe/Berlin',
} as const;

export class PeriodQueryDto {
  @AskedTime({
    optional: true,
    description: '24 hours before `to` unless told; widened to a whole quarter of an hour.',
  })
  from?: string;

  @AskedTime({ optional: true, description: 'Now unless told; widened to a whole quarter of an hour.' })
  to?: string;
}

export class AnalyticsQueryDto extends PeriodQueryDto {
  @OneOf(INTERVALS, {
    optional: true,
    default: '1h',
    description: 'Up to 31 days by `15m`, 92 by `1h`, 400 by `1d`.',
  })
  interval?: Interval;

  @Text({ ...ZONE, optional: true })
  timezone?: string;
}

const DELIVERY_GROUPS = ['channel', 'provider', 'status', 'error_code'] as const;
export type DeliveryGroup = (typeof DELIVERY_GROUPS)[number];
const LATENCY_GROUPS = ['channel', 'provider'] as const;

export class DeliveryAnalyticsQueryDto extends AnalyticsQueryDto {
  @OneOf(DELIVERY_GROUPS, { optional: true, description: 'What each bucket is told apart by; nothing unless told.' })
  group_by?: DeliveryGroup;
}

export class LatencyQueryDto extends AnalyticsQueryDto {
  @OneOf(LATENCY_GROUPS, { optional: true, description: 'What each bucket is told apart by; nothing unless told.' })
  group_by?: (typeof LATENCY_GROUPS)[number];
}

export class StatsQueryDto extends PeriodQueryDto {
  @Int({
    optional: true,
    min: 1,
    max: 400,
    query: true,
    description: 'As many days up to `to`, in place of `from`: not both.',
  })
  days?: number;
}

const MS = { nullable: true, description: 'Milliseconds, at most 5 % off; null where there are none.' } as const;

export class PercentilesDto {
  @Int({ ...MS, example: 412 })
  p50: number | null;

  @Int({ ...MS, example: 1_204 })
  p95: number | null;

  @Int({ ...MS, example: 3_310 })
  p99: number | null;
}

export class CountedPercentilesDto extends PercentilesDto {
  @Int({ example: 118 })
  count: number;
}

/** How many deliveries are in each state; their sum is what was accepted. */
export class StatesDto {
  @Int({ example: 0 })
  pending: number;

  @Int({ example: 0 })
  held: number;

  @Int({ example: 0 })
  sending: number;

  @Int({ example: 1 })
  retrying: number;

  @Int({ description: 'Handed over, and not reported as delivered.', example: 40 })
  sent: number;

  @Int({ example: 76 })
  delivered: number;

  @Int({ example: 2 })
  failed: number;

  @Int({ example: 1 })
  suppressed: number;

  @Int({ example: 0 })
  cancelled: number;

  @Int({ example: 0 })
  expired: number;

  @Int({ example: 0 })
  unknown: number;
}

export class FailuresDto {
  @Int({ example: 2 })
  permanent: number;

  @Int({ example: 7 })
  retryable: number;

  @Int({ example: 0 })
  unknown: number;
}

/** Deliveries by when they were accepted, whenever the rest happened to them. */
export class DeliveryFiguresDto extends StatesDto {
  @Int({ description: 'The sum of the states.', example: 120 })
  accepted: number;

  @Int({ example: 21 })
  opened: number;

  @Int({ example: 4 })
  clicked: number;

  @Int({ example: 0 })
  complained: number;

  @Int({ example: 0 })
  unsubscribed: number;

  @Int({ description: 'Tries of providers.', example: 127 })
  attempts: number;

  @Int({ description: "Attempts but each delivery's first.", example: 8 })
  retries: number;

  @Int({ example: 9 })
  failed_attempts: number;

  @Nested(() => FailuresDto, { description: 'Failed attempts by the class of the fault.' })
  failures: FailuresDto;

  @Nested(() => PercentilesDto, { description: 'From the acceptance until sent.' })
  latency_ms: PercentilesDto;
}

export const BUCKET = { description: 'Where it begins.' } as const;
export const GROUP = {
  nullable: true,
  description: 'Which of `group_by`; null where there is none, such as the provider of what none has tried.',
  example: 'email',
} as const;

export class DeliveryBucketDto extends DeliveryFiguresDto {
  @Time(BUCKET)
  bucket: string;

  @AnyText(GROUP)
  group: string | null;
}

/** What every answer says of its period. */
export class AnswerPeriodDto {
  @Time()
  from: string;

  @Time({ description: 'Not included.' })
  to: string;

  @OneOf(INTERVALS)
  interval: Interval;

  @AnyText({ example: 'UTC' })
  timezone: string;
}

export const BUCKETS = { max: 1_000_000, description: 'Ascending; what has nothing is left out.' } as const;

export class DeliveriesAnswerDto extends AnswerPeriodDto {
  @NestedList(() => DeliveryBucketDto, BUCKETS)
  data: DeliveryBucketDto[];

  @Nested(() => DeliveryFiguresDto)
  totals: DeliveryFiguresDto;
}

/** How long what was accepted took, each from the acceptance. */
export class LatencyFiguresDto {
  @Int({ description: 'Deliveries that were sent.', example: 118 })
  count: number;

  @Nested(() => PercentilesDto, { description: 'Until sent.' })
  latency_ms: PercentilesDto;

  @Nested(() => CountedPercentilesDto, { description: 'Until the first attempt began.' })
  first_attempt_ms: CountedPercentilesDto;

  @Nested(() => CountedPercentilesDto, { description: 'Until sent.' })
  sent_ms: CountedPercentilesDto;

  @Nested(() => CountedPercentilesDto, { description: 'Until delivered, where that is known.' })
  delivered_ms: CountedPercentilesDto;
}

export class LatencyBucketDto extends LatencyFiguresDto {
  @Time(BUCKET)
  bucket: string;

  @AnyText(GROUP)
  group: string | null;
}

export class LatencyAnswerDto extends AnswerPeriodDto {
  @NestedList(() => LatencyBucketDto, BUCKETS)
  data: LatencyBucketDto[];

  @Nested(() => LatencyFiguresDto)
  totals: LatencyFiguresDto;
}

export class StatsDto {
  @Int({ description: 'Deliveries that were sent, those reported as delivered among them.', example: 116 })
  total_sent: number;

  @Int({ description: 'Failed or expired.', example: 2 })
  total_failed: number;

  @Int({ description: 'Not settled yet.', example: 1 })
  total_pending: number;

  @Share({ nullable: true, description: 'Sent, of those sent and failed; null while there are none.', example: 0.983 })
  success_rate: number | null;

  @Int({ nullable: true, description: 'Mean time from the acceptance until sent, in milliseconds.', example: 512 })
  avg_delivery_time_ms: number | null;

  @Json({ maxBytes: 65_536, description: 'Deliveries accepted, by channel.', example: { email: 40, webhook: 80 } })
  by_type: Record<string, number>;

  @Nested(() => StatesDto)
  by_status: StatesDto;

  @Time()
  period_start: string;

  @Time()
  period_end: string;
}
