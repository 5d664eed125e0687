import { newId, type UserPk } from '../../../platform/common/ids.js';
import type { ChannelDescriptor, Person, Target } from '../../../engine/providers/channel.js';
import type { NewDelivery } from '../../../engine/deliveries/new-deliveries.js';
import type { Until } from './fallback.dto.js';

/** One channel of an order, with all that its deliveries need to be made: their content stays where it is. */
export interface FallbackStep {
  channel: string;
  within_s: number;
  until: Until;
  lane: string;
  max_attempts: number;
  /** Where the content says where it goes; null: that depends on the person. */
  address: string | null;
}

/** A recipient who has come to a step, while there are more. */
export interface Chain {
  id: string;
  step: number;
  delivery_id: string;
  until: Until;
  user_pk: UserPk | null;
  addresses: Person['addresses'];
  /** Until the next step has its turn. */
  due_in_s: number;
  asks_presence: boolean;
}

/** What is known of people when it is planned. */
export interface Circumstances {
  findChannel(name: string): ChannelDescriptor | null;
  /** Why nothing may be sent to this person over a channel; null when it may. */
  refusal(person: Person, channel: string): string | null;
  /** null: it is not to be asked yet. */
  isThere: ((userPk: UserPk | null) => boolean) | null;
}

/** Who is there has so long to look, where nobody would be waited for. */
export const LOOK_S = 30;

/** Nobody is online, and nobody is to be waited for. */
export const OFFLINE = 'offline';

/**
 * Goes on with an order for one person, from a step: those by which the person can't be reached are made as suppressed and
 * left behind.
 * @param id of the chain
 * @returns the deliveries made, and where it stands; null: that was the last step, or none was left
 */
export function goOn(
  steps: FallbackStep[],
  from: number,
  person: Person,
  circumstances: Circumstances,
  id = newId(),
): { deliveries: NewDelivery[]; chain: Chain | null } {
  const deliveries: NewDelivery[] = [];
  for (let at = from; at < steps.length; at++) {
    const step = steps[at]!;
    const delivery = deliveryOf(step, person, circumstances);
    deliveries.push(delivery);
    if (delivery.suppressed !== null) continue;
    if (at === steps.length - 1) break;
    const asks = step.within_s === 0 && circumstances.isThere === null && isAsked(step, circumstances);
    const { user_pk, addresses } = person;
    const due_in_s = step.within_s === 0 && !asks && isAsked(step, circumstances) ? LOOK_S : step.within_s;
    const chain = { id, step: at, delivery_id: delivery.id, until: step.until, user_pk, addresses, due_in_s };
    return { deliveries, chain: { ...chain, asks_presence: asks } };
  }
  return { deliveries, chain: null };
}

const isAsked = ({ channel }: FallbackStep, { findChannel }: Circumstances): boolean =>
  findChannel(channel)?.acknowledged === true;

function deliveryOf(step: FallbackStep, person: Person, circumstances: Circumstances): NewDelivery {
  const { channel, lane, max_attempts, within_s } = step;
  const target = targetOf(step, person, circumstances);
  const { isThere } = circumstances;
  const skipped = within_s === 0 && isThere !== null && isAsked(step, circumstances) && !isThere(person.user_pk);
  return {
    id: newId(),
    channel,
    lane,
    max_attempts,
    ...target,
    suppressed: target.suppressed ?? circumstances.refusal(person, channel) ?? (skipped ? OFFLINE : null),
  };
}

function targetOf({ channel: name, address }: FallbackStep, person: Person, { findChannel }: Circumstances): Target {
  const reach = findChannel(name)?.reach;
  if (reach) return reach(person);
  return { user_pk: person.user_pk, address, suppressed: address === null ? 'no_address' : null };
}
