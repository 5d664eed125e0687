import { defineEvent, type BodyClass } from '../../platform/realtime/event.js';
import { MessageDto, MessageHiddenDto, type SeenMessage } from './messages.dto.js';

const ofMessage = {
  // A message of a shadow-banned sender is told as a stub.
  body: MessageDto as BodyClass<SeenMessage>,
  stream: 'room',
  audience: 'readers',
  durable: true,
  hydrated: true,
} as const;

export const messageCreated = defineEvent({
  ...ofMessage,
  type: 'message.created',
  description:
    'A message was sent: `seq` is its place in the room. Without `deduplicated`, and as the message is when the event is read.',
});

export const messageUpdated = defineEvent({
  ...ofMessage,
  type: 'message.updated',
  description:
    'A message was edited, undeleted, pinned or unpinned, or got previews of its links. As the message is when the event is read.',
});

export const messageDeleted = defineEvent({
  ...ofMessage,
  type: 'message.deleted',
  description: 'A message was deleted for all: its tombstone keeps its place.',
});

export const messageHidden = defineEvent({
  type: 'message.hidden',
  body: MessageHiddenDto,
  stream: 'user',
  audience: 'readers',
  durable: true,
  description: 'The user deleted a message for itself. It comes as a stub from now on.',
  example: { room_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f', message_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e60' },
});
