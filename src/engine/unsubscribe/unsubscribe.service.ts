import { Injectable } from '@nestjs/common';
import { timeOfId, type UserPk } from '../../platform/common/ids.js';
import type { Tx } from '../../platform/database/database.js';
import { ProviderEvents } from '../deliveries/told/provider-events.js';
import { SuppressionList } from '../suppressions/suppression-list.js';
import type { UnsubscribeTarget } from '../suppressions/unsubscribe-links.js';

/** Keeps what users don't want; registered by the room that does. */
export interface CategoryOptOuts {
  /** The user wants nothing of the category any more. @returns false: there is no such user */
  leave(tx: Tx, clientId: string, userPk: UserPk, category: string): Promise<boolean>;
}

/** What follows when a recipient presses the button: of a notification with a category, that one is left alone, else all mail of the client. */
@Injectable()
export class UnsubscribeService {
  private optOuts: CategoryOptOuts | undefined;

  constructor(
    private readonly events: ProviderEvents,
    private readonly suppressions: SuppressionList,
  ) {}

  register(optOuts: CategoryOptOuts): void {
    this.optOuts = optOuts;
  }

  /** Again changes nothing. */
  async unsubscribe(target: UnsubscribeTarget): Promise<void> {
    const { client_id, delivery_id } = target;
    await this.events.unsubscribed(client_id, delivery_id, timeOfId(delivery_id), (tx) => this.leave(tx, target));
  }

  /** A user leaves the category; who is known by the address only has the address left out of it. */
  private async leave(tx: Tx, { client_id, channel, address, category, user_pk }: UnsubscribeTarget): Promise<void> {
    if (category !== null && user_pk !== null && (await this.optOuts?.leave(tx, client_id, user_pk, category))) return;
    await this.suppressions.learn(tx, [{ client_id, channel, address, category, reason: 'unsubscribe' }]);
  }
}
