import { newId } from '../../platform/common/ids.js';
import { POLICIES } from '../../engine/deliveries/retry.js';
import type { Channel } from '../../engine/providers/provider.js';
import type { Channels } from './notification.js';
import type { NewDelivery } from './notifications.repository.js';
import type { Person } from './recipients.js';

/**
 * One delivery for each person and channel, and one for the webhook. Who can't be reached over a channel gets a
 * delivery there that is suppressed from the start and says why, so that the sums are those that the caller expects.
 */
export function planDeliveries(channels: Channels, people: Person[], retries: number | undefined): NewDelivery[] {
  const made: NewDelivery[] = [];
  const add = (
    channel: Channel,
    lane: string,
    fields: Pick<NewDelivery, 'user_pk' | 'address' | 'suppressed'>,
  ): void => {
    const max_attempts = retries === undefined ? POLICIES[channel].attempts : retries + 1;
    made.push({ id: newId(), channel, lane, max_attempts, ...fields });
  };
  for (const { user_pk, email } of people) {
    if (channels.email) {
      const suppressed = email === null ? 'no_address' : null;
      add('email', `email:${channels.email.provider ?? ''}`, { user_pk, address: email, suppressed });
    }
    if (channels.websocket) {
      // The person is known by the address only, and that is where the record says so.
      const suppressed = user_pk === null ? 'no_user' : null;
      add('websocket', 'websocket', { user_pk, address: user_pk === null ? email : null, suppressed });
    }
  }
  if (channels.webhook) {
    const { url } = channels.webhook;
    add('webhook', `webhook:${new URL(url).origin}`, { user_pk: null, address: url, suppressed: null });
  }
  return made;
}
