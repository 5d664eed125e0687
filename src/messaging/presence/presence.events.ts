import { defineEvent } from '../../platform/realtime/event.js';
import { PresencesDto } from './presence.dto.js';

export const presenceUpdated = defineEvent({
  type: 'presence.updated',
  body: PresencesDto,
  stream: ['user', 'client'],
  audience: 'everybody',
  durable: false,
  description:
    'The state or the text of people whom this connection subscribed to (`presence.subscribe`) is another: at most once a second, with all that changed. Who comes back within the grace period was never away.',
  example: {
    users: [{ user_id: 'bob' as never, state: 'away', text: 'In a meeting', last_seen_at: '2026-01-31T12:00:00.000Z' }],
  },
});
