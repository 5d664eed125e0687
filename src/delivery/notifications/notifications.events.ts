import { defineEvent } from '../../platform/realtime/event.js';
import { NotificationCreatedDto, NotificationDto } from './notifications.dto.js';

export const notificationCreated = defineEvent({
  type: 'notification.created',
  body: NotificationCreatedDto,
  stream: 'user',
  audience: 'everybody',
  durable: true,
  description: 'A notification for the user, to be shown and then acknowledged with `notification.ack`.',
  example: {
    notification_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f',
    delivery_id: '0199f0a2-5a6c-7d4e-9fa0-1b2c3d4e5f60',
    title: 'Your order has shipped',
    body: 'It arrives on Friday.',
    data: { order_id: '1234' },
  },
});

const ended = { body: NotificationDto, stream: 'client', audience: 'everybody', durable: true } as const;

export const notificationCompleted = defineEvent({
  ...ended,
  type: 'notification.completed',
  description: 'Nothing of a notification is open any more, and not everything failed. `status` and `counts` say more.',
});

export const notificationFailed = defineEvent({
  ...ended,
  type: 'notification.failed',
  description: 'Nothing of a notification is open any more, and all of it failed or expired.',
});
