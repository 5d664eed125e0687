import { newId } from '../../platform/common/ids.js';
import type { NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import type { ChannelDescriptor, Person, Target } from '../../engine/providers/channel.js';

/** What one channel of a notification sends. */
export interface ChannelContent {
  channel: ChannelDescriptor;
  content: unknown;
}

/**
 * One delivery for each person and channel, and one for each channel whose content says where it goes. Who can't be
 * reached over a channel gets a delivery there that is suppressed from the start and says why, so that the sums are
 * those that the caller expects.
 * @param retries instead of the channels' own number
 * @param refusal why somebody who can be reached over a channel must not be; null where that is right
 */
export function planDeliveries(
  contents: ChannelContent[],
  people: Person[],
  retries: number | undefined,
  refusal: (person: Person, channel: string) => string | null = () => null,
): NewDelivery[] {
  const plans = contents.map((part) => ({ ...part, ...commonOf(part, retries) }));
  const made: NewDelivery[] = [];
  const add = ({ channel, lane, max_attempts }: (typeof plans)[number], target: Target): void => {
    made.push({ id: newId(), channel: channel.name, lane, max_attempts, ...target });
  };
  for (const person of people) {
    for (const plan of plans) {
      if (!plan.channel.reach) continue;
      const target = plan.channel.reach(person);
      add(plan, { ...target, suppressed: target.suppressed ?? refusal(person, plan.channel.name) });
    }
  }
  for (const plan of plans) if (plan.channel.target) add(plan, plan.channel.target(plan.content));
  return made;
}

/** Lanes are named `<channel>`, or `<channel>:<which of its kind>`. */
export const laneName = ({ channel, content }: ChannelContent): string =>
  channel.lane ? `${channel.name}:${channel.lane(content)}` : channel.name;

export const commonOf = (part: ChannelContent, retries: number | undefined) => ({
  lane: laneName(part),
  max_attempts: retries === undefined ? part.channel.retryPolicy.attempts : retries + 1,
});

/** How many deliveries there are over each channel. */
export function byChannel(deliveries: NewDelivery[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { channel } of deliveries) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  return counts;
}
