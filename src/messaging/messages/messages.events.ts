import { defineEvent } from '../../platform/realtime/event.js';
import { MessageDto } from './messages.dto.js';

export const messageCreated = defineEvent({
  type: 'message.created',
  body: MessageDto,
  stream: 'room',
  audience: 'readers',
  durable: true,
  hydrated: true,
  description:
    'A message was sent: `seq` is its place in the room. Without `deduplicated`, and as the message is when the event is read.',
});
