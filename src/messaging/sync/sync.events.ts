import { defineEvent } from '../../platform/realtime/event.js';
import { SyncHeadsDto } from './sync.dto.js';

export const syncHeads = defineEvent({
  type: 'sync.heads',
  body: SyncHeadsDto,
  stream: ['room', 'user'],
  audience: 'everybody',
  durable: false,
  description:
    'Tells every so often where a stream stands, so that who missed its last event notices and resumes; and at once when very many joined a room, who are not told one by one.',
  example: {
    rooms: [{ room_id: '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f', epoch: '1.1', rev: 42, last_seq: 17 }],
  },
});
