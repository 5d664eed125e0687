import { Injectable } from '@nestjs/common';
import { CallerFactory } from '../../tenancy/keys/caller.factory.js';
import type { Caller } from '../../tenancy/access/caller.js';
import { Request } from '../../tenancy/access/request.js';
import { FailedKeyLimit } from '../../tenancy/keys/failed-key-limit.js';
import type { KeyIdentity } from '../../tenancy/keys/key-identity.js';
import { KeysService } from '../../tenancy/keys/keys.service.js';
import { OriginPolicy, ownOriginsOf } from '../../tenancy/keys/origin-policy.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import type { Connection } from '../../platform/realtime/connection.js';
import { SocketLimit } from '../../tenancy/clients/socket-limit.js';
import { ProfilesService } from '../../tenancy/users/profiles.service.js';
import { HandshakeDto } from './gateway.dto.js';
import type { AdmittedKey, Session } from './session.js';

/** Where a key comes from. */
type Peer = Pick<Connection, 'address' | 'origin' | 'host'>;

/** Finds out who connects, by the same rules as a request. */
@Injectable()
export class Handshake {
  constructor(
    private readonly keys: KeysService,
    private readonly callers: CallerFactory,
    private readonly failedKeys: FailedKeyLimit,
    private readonly origins: OriginPolicy,
    private readonly profiles: ProfilesService,
    private readonly sockets: SocketLimit,
  ) {}

  /** @throws Problem that refuses the connection, the same as a route's */
  async open(peer: Peer, auth: unknown, requestId: string): Promise<AdmittedKey> {
    const { api_key, user_id, display_name } = toDto(HandshakeDto, auth);
    if (api_key === undefined || api_key === '') {
      throw new Problem('unauthenticated', 'Connect with auth: { api_key }.');
    }
    const identity = await this.identify(peer, api_key);
    if (display_name !== undefined && (identity.kind !== 'master' || user_id === undefined)) {
      throw invalidField('display_name', 'goes with a master key and a user_id');
    }
    const known = await this.callers.forKey(identity, user_id);
    const caller = await this.named(new Request(known, requestId), display_name);
    await this.sockets.claim(caller);
    return { caller, expiresAt: identity.expiresAt };
  }

  private async named(request: Request, displayName: string | undefined): Promise<Caller> {
    const { caller } = request;
    const { user } = caller;
    if (displayName === undefined || !user || user.display_name === displayName) return caller;
    await this.profiles.put(request, user.user_id, { display_name: displayName });
    return { ...caller, user: { ...user, display_name: displayName } };
  }

  /**
   * Is the key that a connection came with still good? Asked once its key's channel is joined: then nothing is missed,
   * neither its end nor a change of its client's limits.
   */
  async stillValid(session: Session, apiKey: string): Promise<boolean> {
    try {
      const { client } = await this.keys.authenticate(apiKey);
      if (client && client.settingsRev !== session.caller.settingsRev) {
        const { limits, settings, settingsRev } = client;
        session.caller = { ...session.caller, limits, settings, settingsRev };
      }
      return true;
    } catch (error) {
      // What can't be found out just now doesn't end a connection that was admitted a moment ago.
      return error instanceof Problem && error.status >= 500;
    }
  }

  /** Whose key it is, when it may be used from there. */
  async identify(peer: Peer, apiKey: string): Promise<KeyIdentity> {
    const identity = await this.authenticate(peer, apiKey);
    this.origins.check(identity, peer.origin, ownOriginsOf(peer.host));
    if (identity.kind === 'admin') {
      throw new Problem('forbidden', "This takes a client's key: the admin key manages clients and nothing inside.");
    }
    return identity;
  }

  private async authenticate({ address }: Peer, apiKey: string): Promise<KeyIdentity> {
    try {
      return await this.keys.authenticate(apiKey);
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid_key') await this.failedKeys.count(address);
      throw error;
    }
  }
}
