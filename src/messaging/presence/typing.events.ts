import { defineEvent } from '../../platform/realtime/event.js';
import { TypingDto } from './typing.dto.js';

export const typingUpdated = defineEvent({
  type: 'typing.updated',
  body: TypingDto,
  stream: 'room',
  audience: 'readers',
  durable: false,
  description:
    'Who types in the room is not the same any more. In rooms of more than 100 members nobody is told. Whoever reads is among them too.',
});
