import { defineEvent } from '../../platform/realtime/event.js';
import { DeliveryDto, ProviderDegradedDto } from './deliveries.dto.js';

const ofDelivery = { stream: 'client', audience: 'everybody', durable: true, body: DeliveryDto } as const;

export const deliverySent = defineEvent({
  ...ofDelivery,
  type: 'delivery.sent',
  description: 'A delivery was handed over: to a provider, or to the stream of the user whose devices will show it.',
});

export const deliveryDelivered = defineEvent({
  ...ofDelivery,
  type: 'delivery.delivered',
  description: 'A delivery reached its recipient: a receiver answered 2xx, a device acknowledged.',
});

export const deliveryFailed = defineEvent({
  ...ofDelivery,
  type: 'delivery.failed',
  description: 'A delivery failed for good, in a way that another attempt would not change.',
});

export const deliveryExhausted = defineEvent({
  ...ofDelivery,
  type: 'delivery.exhausted',
  description: 'A delivery failed for good: the last of its attempts failed too, or its time ran out.',
});

export const deliverySuppressed = defineEvent({
  ...ofDelivery,
  type: 'delivery.suppressed',
  description: 'A delivery was accepted and not sent, because it must not or cannot be; `reason` says why.',
});

export const providerDegraded = defineEvent({
  type: 'provider.degraded',
  stream: 'client',
  audience: 'everybody',
  durable: true,
  body: ProviderDegradedDto,
  description:
    'A provider of the client failed again and again, and is left alone until `retry_at`; others take over, or deliveries are held. Told when that begins, at most once in 15 minutes for a provider.',
});
