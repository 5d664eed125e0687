import { defineEvent } from '../../platform/realtime/event.js';
import { RoomTruncatedDto } from './truncation.dto.js';

export const roomTruncated = defineEvent({
  type: 'room.truncated',
  body: RoomTruncatedDto,
  stream: 'room',
  audience: 'everybody',
  durable: true,
  hydrated: true,
  description:
    'The messages of a room before `before_seq` are gone for everybody: drop them, and what comes of them later. The rest is the room as it is when the event is read, without `me` and `members`.',
});
