import { defineEvent } from '../../platform/realtime/event.js';
import { ScheduledFailureDto } from './scheduled.dto.js';

export const scheduledMessageFailed = defineEvent({
  type: 'scheduled_message.failed',
  body: ScheduledFailureDto,
  stream: ['user', 'client'],
  audience: 'everybody',
  durable: true,
  description:
    "A scheduled message was not sent, and will not be: `reason` is the code of what its send was refused with. On its sender's stream; on the client's, where the client itself is the sender.",
  example: {
    id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f',
    room_id: '0199f0a2-5a6c-7d4e-9fa0-1b2c3d4e5f60',
    send_at: '2030-01-31T12:00:00.000Z',
    status: 'failed',
    reason: 'not_found',
  },
});
