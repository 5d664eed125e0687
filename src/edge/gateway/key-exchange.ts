import { Injectable } from '@nestjs/common';
import { CallerFactory } from '../../tenancy/keys/caller.factory.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { KeyIdentity } from '../../tenancy/keys/key-identity.js';
import { Problem } from '../../platform/common/problem.js';
import { refreshedOf, type RefreshedDto } from './gateway.dto.js';
import { Handshake } from './handshake.js';
import type { Session } from './session.js';
import { Subscriptions } from './subscriptions.js';

/** Gives a connection another key, so that it outlives the one that it came with. */
@Injectable()
export class KeyExchange {
  constructor(
    private readonly handshake: Handshake,
    private readonly callers: CallerFactory,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** @throws Problem what a handshake with that key is refused with; `user_mismatch` for another client or user */
  async refresh(session: Session, apiKey: string): Promise<RefreshedDto> {
    const identity = await this.handshake.identify(session, apiKey);
    if (!sameHolder(session.caller, identity)) {
      throw new Problem('user_mismatch', 'auth.refresh takes another key of the same client and user.');
    }
    const { user } = session.caller;
    const made = await this.callers.forKey(identity);
    const caller = { ...made, user };
    this.subscriptions.exchange(session, caller);
    session.renew({ caller, expiresAt: identity.expiresAt });
    if (!(await this.handshake.stillValid(session, apiKey))) session.close('over');
    return refreshedOf({ caller, expiresAt: identity.expiresAt });
  }
}

const sameHolder = ({ kind, clientId, user }: Caller, identity: KeyIdentity): boolean =>
  identity.kind === kind &&
  identity.clientId === clientId &&
  (kind === 'master' || identity.user?.user_pk === user?.user_pk);
