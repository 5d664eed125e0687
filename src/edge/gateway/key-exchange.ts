import { Injectable } from '@nestjs/common';
import { CallerFactory } from '../../tenancy/keys/caller.factory.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { KeyIdentity } from '../../tenancy/keys/key-identity.js';
import { Problem } from '../../platform/common/problem.js';
import { Handshake } from './handshake.js';
import { newSession, sessionOf, type Connection } from './session.js';
import { Subscriptions } from './subscriptions.js';
import type { UserId } from '../../platform/common/ids.js';

export interface Refreshed {
  user_id: UserId | null;
  key_id: string;
  permissions: string[] | null;
  expires_at: string | null;
}

/** Gives a connection another key, so that it outlives the one that it came with. */
@Injectable()
export class KeyExchange {
  constructor(
    private readonly handshake: Handshake,
    private readonly callers: CallerFactory,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** @throws Problem what a handshake with that key is refused with; `user_mismatch` for another client or user */
  async refresh(socket: Connection, apiKey: string): Promise<Refreshed> {
    const identity = await this.handshake.identify(socket, apiKey);
    const session = sessionOf(socket);
    if (!sameHolder(session.caller, identity)) {
      throw new Problem('user_mismatch', 'auth.refresh takes another key of the same client and user.');
    }
    const { user } = session.caller;
    const made = await this.callers.forKey(identity);
    const caller = { ...made, user };
    this.subscriptions.exchange(socket, session.caller, caller);
    const { expiresAt, warned } = newSession(caller, identity.expiresAt);
    Object.assign(session, { caller, expiresAt, warned });
    if (!(await this.handshake.stillValid(apiKey))) socket.disconnect(true);
    return {
      user_id: user?.user_id ?? null,
      key_id: caller.keyId,
      permissions: caller.permissions && [...caller.permissions],
      expires_at: identity.expiresAt?.toISOString() ?? null,
    };
  }
}

const sameHolder = ({ kind, clientId, user }: Caller, identity: KeyIdentity): boolean =>
  identity.kind === kind &&
  identity.clientId === clientId &&
  (kind === 'master' || identity.user?.user_pk === user?.user_pk);
