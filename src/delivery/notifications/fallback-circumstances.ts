import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Person } from '../../engine/providers/channel.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import { PresenceReader } from '../../messaging/presence/presence.reader.js';
import type { Circumstances, FallbackStep } from './fallback.js';

type Somebody = Pick<Person, 'user_pk'>;

/** Finds out what an order depends on besides itself: who is there. */
@Injectable()
export class FallbackCircumstances {
  constructor(
    private readonly presence: PresenceReader,
    private readonly registry: ProviderRegistry,
  ) {}

  /** At the acceptance. @param later its time has not come, so nobody is looked for yet */
  async of(steps: FallbackStep[], people: Somebody[], later: boolean): Promise<Circumstances> {
    const isWanted = !later && steps.some(({ within_s }) => within_s === 0);
    const there = isWanted ? await this.whoIsThere(people) : new Set<UserPk>();
    return this.with(later ? null : there);
  }

  /** When another channel has its turn. */
  async ofAll(people: Somebody[]): Promise<Circumstances> {
    return this.with(await this.whoIsThere(people));
  }

  async whoIsThere(people: Somebody[]): Promise<Set<UserPk>> {
    const users = people.flatMap(({ user_pk }) => (user_pk === null ? [] : [user_pk]));
    return users.length === 0 ? new Set() : this.presence.whoIsThere([...new Set(users)]);
  }

  private with(there: Set<UserPk> | null): Circumstances {
    return {
      findChannel: (name) => this.registry.findChannel(name),
      refusal: () => null,
      isThere: there && ((userPk) => userPk !== null && there.has(userPk)),
    };
  }
}
