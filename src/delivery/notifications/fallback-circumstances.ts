import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Person } from '../../engine/providers/channel.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import { PresenceReader } from '../../messaging/presence/presence.reader.js';
import { OptOutsService, refusalOf } from '../opt-outs/opt-outs.service.js';
import type { Circumstances, FallbackStep } from './fallback.js';

type Somebody = Pick<Person, 'user_pk'>;
export type Refusal = Circumstances['refusal'];
/** By the category of the notification. */
type RefusalOf = (category: string | null) => Refusal;

/** Finds out what deliveries depend on besides the request: who does not want them, and for orders of channels who is there. */
@Injectable()
export class FallbackCircumstances {
  constructor(
    private readonly presence: PresenceReader,
    private readonly registry: ProviderRegistry,
    private readonly optOuts: OptOutsService,
  ) {}

  async refusals(people: (Somebody & { client_id: string })[]): Promise<RefusalOf> {
    const users = people.flatMap(({ client_id, user_pk }) => (user_pk === null ? [] : [{ client_id, user_pk }]));
    const found = await this.optOuts.of(users);
    return (category) =>
      ({ user_pk }, channel) =>
        user_pk === null ? null : refusalOf(found.get(user_pk), category, channel);
  }

  /** At the acceptance. @param later its time has not come, so nobody is looked for yet */
  async of(steps: FallbackStep[], people: Somebody[], later: boolean, refusal: Refusal): Promise<Circumstances> {
    const isWanted = !later && steps.some(({ within_s }) => within_s === 0);
    const there = isWanted ? await this.whoIsThere(people) : new Set<UserPk>();
    return { ...this.with(later ? null : there), refusal };
  }

  /** When another channel has its turn, in notifications of any clients. */
  async ofAll(people: (Somebody & { client_id: string })[]): Promise<(category: string | null) => Circumstances> {
    const [there, refusalFor] = await Promise.all([this.whoIsThere(people), this.refusals(people)]);
    return (category) => ({ ...this.with(there), refusal: refusalFor(category) });
  }

  async whoIsThere(people: Somebody[]): Promise<Set<UserPk>> {
    const users = people.flatMap(({ user_pk }) => (user_pk === null ? [] : [user_pk]));
    return users.length === 0 ? new Set() : this.presence.whoIsThere([...new Set(users)]);
  }

  private with(there: Set<UserPk> | null): Omit<Circumstances, 'refusal'> {
    return {
      findChannel: (name) => this.registry.findChannel(name),
      isThere: there && ((userPk) => userPk !== null && there.has(userPk)),
    };
  }
}
