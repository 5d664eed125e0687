import { defineEvent } from '../../platform/realtime/event.js';
import type { UserId } from '../../platform/common/ids.js';
import { ReceiptUpdatedDto, UnreadUpdatedDto } from './receipts.dto.js';

const room_id = '0199f0a2-5a6b-7c3d-8e9f-0a1b2c3d4e5f';

export const receiptUpdated = defineEvent({
  type: 'receipt.updated',
  body: ReceiptUpdatedDto,
  stream: 'room',
  audience: 'readers',
  durable: false,
  description:
    'A member has read or received more; at most once a second for each, and not in rooms of more than 100 members.',
  example: { room_id, user_id: 'alice' as UserId, last_read_seq: 42, last_delivered_seq: 44 },
});

export const unreadUpdated = defineEvent({
  type: 'unread.updated',
  body: UnreadUpdatedDto,
  stream: 'user',
  audience: 'readers',
  durable: false,
  description:
    "The user moved a marker of its own on some device, or was mentioned: absolute values, at most once a second for each room. That messages came is to be seen from the room's own `last_seq`.",
  example: { room_id, unread: 3, mentions: 1, last_read_seq: 42, total_unread: 17 },
});
