import type { DeliveryDto } from '../engine/deliveries/deliveries.dto.js';
import { localTime } from './format.js';
import { stateColour, type Column, type Output } from './output.js';

export type Delivery = DeliveryDto;

export const DELIVERY_COLUMNS: Column<Delivery>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'CHANNEL', of: ({ channel }) => channel },
  { title: 'TO', of: ({ recipient }) => recipient.address ?? recipient.user_id },
  { title: 'STATE', of: ({ status }) => status, colour: stateColour },
  { title: 'WHY', of: ({ reason, error_code }) => reason ?? error_code },
  { title: 'TRIES', of: ({ attempt_count }) => attempt_count, align: 'right' },
  { title: 'BY', of: ({ provider }) => provider },
  { title: 'MADE', of: ({ created_at }) => localTime(created_at) },
];

/** One delivery as it went: what was decided, each attempt, and what is known of its end. */
export async function showDelivery(out: Output, delivery: Delivery): Promise<void> {
  const { recipient, routing, attempts = [] } = delivery;
  out.fields({
    id: delivery.id,
    channel: delivery.channel,
    to: [recipient.user_id, recipient.address].filter(Boolean).join(', '),
    state: [delivery.status, delivery.reason && `(${delivery.reason})`].filter(Boolean).join(' '),
    notification: delivery.notification_id,
    provider: delivery.provider,
    routing: routing && `${routing.decision}: ${routing.reason}`,
    accepted: localTime(delivery.created_at),
    'next attempt': localTime(delivery.next_attempt_at),
    sent: localTime(delivery.sent_at),
    delivered: localTime(delivery.delivered_at),
    opened: localTime(delivery.opened_at),
    clicked: localTime(delivery.clicked_at),
    'message id': delivery.provider_message_id,
    'resend of': delivery.resend_of,
    'resent by': delivery.resent_by,
    trace: delivery.trace_id,
  });
  if (attempts.length === 0) return;
  out.line();
  await out.table(attempts, [
    { title: 'ATTEMPT', of: ({ number }) => number, align: 'right' },
    { title: 'AT', of: ({ attempted_at }) => localTime(attempted_at) },
    { title: 'BY', of: ({ provider }) => provider },
    { title: 'OUTCOME', of: ({ status }) => status, colour: stateColour },
    { title: 'ANSWER', of: ({ response_status }) => response_status },
    { title: 'MS', of: ({ duration_ms }) => duration_ms, align: 'right' },
    { title: 'ERROR', of: ({ error_code, error_message }) => [error_code, error_message].filter(Boolean).join(': ') },
  ]);
}
