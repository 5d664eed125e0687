import { AnyText, Bool, Int, Json, OneOf, Text, Time, Uuid } from '../../platform/common/fields.js';
import { PageQueryDto } from '../../platform/common/pagination.js';
import { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { DELIVERY_STATUSES } from '../../engine/deliveries/delivery.js';
import { MAX_RATE } from '../recoveries/recoveries.dto.js';

/** An event on its way to an endpoint. */
export class EndpointDeliveryDto extends DeliveryDto {
  @Uuid()
  endpoint_id: string;

  @Uuid({ description: '`webhook-id`, and `id` of the envelope.' })
  event_id: string;

  @AnyText({ example: 'message.created' })
  event_type: string;

  @Bool({ description: 'The condition could not be worked out: it is sent all the same.' })
  condition_failed: boolean;
}

export class EndpointDeliveriesQueryDto extends PageQueryDto {
  @OneOf(DELIVERY_STATUSES, { optional: true, description: 'Only those in this state.' })
  status?: string;

  @Text({ max: 100, optional: true, description: 'Only events of this type.' })
  event_type?: string;
}

export class EndpointRecoverDto {
  @Time({ description: 'At most 14 days ago.', example: '2026-11-20T00:00:00Z' })
  since: string;

  @Time({ optional: true, description: 'Left out: now.', example: '2026-11-21T00:00:00Z' })
  until?: string;

  @Bool({ optional: true, default: false, description: 'Only counts: nothing is sent.', example: true })
  dry_run?: boolean;

  @Int({
    optional: true,
    min: 1,
    max: MAX_RATE,
    default: 100,
    description: 'Events at most; the rate of the endpoint holds too.',
  })
  rate_per_second?: number;
}

export class EndpointStatsDto {
  @Uuid()
  endpoint_id: string;

  @Int({ description: 'Of so many seconds until now.', example: 86_400 })
  period_s: number;

  @Int({ description: 'Events of this time, 10,000 at most.' })
  total: number;

  @Json({ maxBytes: 4_096, description: 'How many are in which state.', example: { delivered: 41, retrying: 1 } })
  by_status: Record<string, number>;

  @Int({ description: 'Events that wait for their turn: for an order, a rate or a condition.' })
  waiting: number;

  @Time({ nullable: true })
  failing_since: string | null;
}
