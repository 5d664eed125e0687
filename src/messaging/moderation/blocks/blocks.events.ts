import { defineEvent } from '../../../platform/realtime/event.js';
import { BlockedUserDto } from './blocks.dto.js';

const ofUser = { body: BlockedUserDto, stream: 'user', audience: 'everybody', durable: true } as const;

export const blockAdded = defineEvent({
  ...ofUser,
  type: 'block.added',
  description: 'The user blocked somebody, on this or another device: hide what that one sends.',
  example: { user_id: 'mallory' as never },
});

export const blockRemoved = defineEvent({
  ...ofUser,
  type: 'block.removed',
  description: 'The user blocks somebody no longer.',
  example: { user_id: 'mallory' as never },
});
