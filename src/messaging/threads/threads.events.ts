import { defineEvent } from '../../platform/realtime/event.js';
import { ThreadRefDto, ThreadStandingDto } from './threads.dto.js';

const room_id = '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f';
const thread_id = '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e60';

const ofUser = {
  body: ThreadRefDto,
  stream: 'user',
  audience: 'readers',
  durable: true,
  example: { room_id, thread_id },
} as const;

export const threadSubscribed = defineEvent({
  ...ofUser,
  type: 'thread.subscribed',
  description:
    'The user follows a thread from now on: because it said so, replied, was mentioned in it or was replied to.',
});

export const threadUnsubscribed = defineEvent({
  ...ofUser,
  type: 'thread.unsubscribed',
  description: 'The user follows a thread no more.',
});

export const threadUpdated = defineEvent({
  type: 'thread.updated',
  body: ThreadStandingDto,
  stream: 'user',
  audience: 'readers',
  durable: false,
  description:
    'In a thread that the user follows there are new replies, or it read it on some device: absolute values, at most once a second for each thread. Replies to threads that more than 100 users follow are not told so.',
  example: { room_id, thread_id, subscribed: true, last_read_seq: 42, unread: 3 },
});
