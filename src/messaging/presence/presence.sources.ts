import { Injectable } from '@nestjs/common';
import type { UserPk } from '../../platform/common/ids.js';
import type { Connection } from '../../platform/realtime/connection.js';
import { ConnectionEnds } from '../../platform/realtime/connection-ends.js';
import { ConnectionStarts } from '../../tenancy/access/connection-starts.js';
import { CallerFactory } from '../../tenancy/keys/caller.factory.js';
import { PresenceLeases } from './presence.leases.js';

/** By what users are there: their connections, whatever carries them, and the requests of their own keys. */
@Injectable()
export class PresenceSources {
  private readonly holders = new Map<Connection, UserPk>();

  constructor(presence: PresenceLeases, starts: ConnectionStarts, ends: ConnectionEnds, callers: CallerFactory) {
    const { leases, heldMs } = presence;
    starts.register((connection, { clientId, user }) => {
      if (!user) return;
      this.holders.set(connection, user.user_pk);
      leases.connect(clientId, user.user_pk);
    });
    ends.register((connection) => {
      const userPk = this.holders.get(connection);
      if (userPk !== undefined && this.holders.delete(connection)) leases.disconnect(userPk);
    });
    callers.onRequest(({ clientId, user }) => leases.active(clientId, user!.user_pk, heldMs));
  }
}
