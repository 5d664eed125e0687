import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../../platform/common/ids.js';
import type { Person } from '../../../engine/providers/channel.js';
import { ProviderRegistry } from '../../../engine/providers/provider.registry.js';
import { PresenceReader } from '../../../messaging/presence/presence.reader.js';
import { SuppressionList } from '../../../engine/suppressions/suppression-list.js';
import { OptOutsService, refusalOf } from '../../opt-outs/opt-outs.service.js';
import type { Circumstances, FallbackStep } from './fallback.js';

type Somebody = Pick<Person, 'user_pk'>;
export type Refusal = Circumstances['refusal'];
/** By the client, and the category of the notification. */
type RefusalOf = (clientId: string, category: string | null) => Refusal;
type Recipient = Person & { client_id: string };

/** Finds out what deliveries depend on besides the request: who does not want them, and for orders of channels who is there. */
@Injectable()
export class FallbackCircumstances {
  constructor(
    private readonly presence: PresenceReader,
    private readonly registry: ProviderRegistry,
    private readonly optOuts: OptOutsService,
    private readonly suppressions: SuppressionList,
  ) {}

  /** People of one client. */
  refusals(clientId: string, people: Person[]): Promise<RefusalOf> {
    return this.refusalsOf(people.map((person) => ({ ...person, client_id: clientId })));
  }

  /** Who does not want something comes before where nothing may go. */
  private async refusalsOf(people: Recipient[]): Promise<RefusalOf> {
    const users = people.flatMap(({ client_id, user_pk }) => (user_pk === null ? [] : [{ client_id, user_pk }]));
    const [wishes, suppressed] = await Promise.all([this.optOuts.of(users), this.suppressions.refusals(people)]);
    return (clientId, category) =>
      ({ user_pk, addresses }, channel) =>
        (user_pk === null ? null : refusalOf(wishes.get(user_pk), category, channel)) ??
        suppressed({ client_id: clientId, addresses }, channel, category);
  }

  /** At the acceptance. @param later its time has not come, so nobody is looked for yet */
  async of(steps: FallbackStep[], people: Somebody[], later: boolean, refusal: Refusal): Promise<Circumstances> {
    const isWanted = !later && steps.some(({ within_s }) => within_s === 0);
    const there = isWanted ? await this.whoIsThere(people) : new Set<UserPk>();
    return { ...this.with(later ? null : there), refusal };
  }

  /** When another channel has its turn, in notifications of any clients. */
  async ofAll(people: Recipient[]): Promise<(clientId: string, category: string | null) => Circumstances> {
    const [there, refusalFor] = await Promise.all([this.whoIsThere(people), this.refusalsOf(people)]);
    return (clientId, category) => ({ ...this.with(there), refusal: refusalFor(clientId, category) });
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
