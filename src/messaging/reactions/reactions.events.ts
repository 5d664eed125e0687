import { defineEvent } from '../../platform/realtime/event.js';
import type { UserId } from '../../platform/common/ids.js';
import { ReactionChangeDto } from './reactions.dto.js';

const ofReaction = {
  body: ReactionChangeDto,
  stream: 'room',
  audience: 'readers',
  durable: true,
  hydrated: true,
  example: {
    room_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f',
    message_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e60',
    key: '👍',
    user_id: 'alice' as UserId,
    count: 3,
  },
} as const;

export const reactionAdded = defineEvent({
  ...ofReaction,
  type: 'reaction.added',
  description: "Somebody reacted to a message; the message's own `rev` stays. `count` is how many have with this key.",
});

export const reactionRemoved = defineEvent({
  ...ofReaction,
  type: 'reaction.removed',
  description: 'Somebody took a reaction back. `count` is how many are left with this key.',
});
