import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import { factsOf } from '../clients/client-facts.js';
import { ClientsService } from '../clients/clients.service.js';
import type { Caller, ClientFacts } from '../access/caller.js';
import type { KeyIdentity } from './key-identity.js';
import type { UserRef } from '../access/user-ref.js';
import type { UserId } from '../../platform/common/ids.js';

/** Finds and makes users. Registered by the room of users, which stands above this one. */
export interface UserDirectory {
  /** Answers from memory, or not at all. */
  recall(clientId: string, userId: UserId): UserRef | undefined;
  /** Finds the user, or makes it. @throws Problem `validation_failed` for what cannot be a user_id */
  findOrCreate(clientId: string, userId: UserId): Promise<UserRef>;
}

/** Must not wait. */
export type RequestListener = (caller: Caller) => void;

/** Makes the `Caller` that services are given, for REST and sockets alike. */
@Injectable()
export class CallerFactory {
  private directory: UserDirectory;
  private readonly requestListeners: RequestListener[] = [];

  constructor(private readonly clients: ClientsService) {}

  registerUsers(directory: UserDirectory): void {
    this.directory = directory;
  }

  /** Who hears of each request that a user makes with its own key. */
  onRequest(listener: RequestListener): void {
    this.requestListeners.push(listener);
  }

  /** For the guard only. */
  requested(caller: Caller): void {
    if (caller.kind === 'scoped') for (const listener of this.requestListeners) listener(caller);
  }

  /**
   * @param userId whom a master key acts for (X-User-Id, or `user_id` of a socket's handshake): made when unknown
   * @throws Problem `user_mismatch` for a scoped key that names another user than its own
   */
  forKey(identity: KeyIdentity, userId?: UserId): Caller | Promise<Caller> {
    if (userId === undefined || identity.kind === 'admin') return make(identity, identity.user);
    if (identity.kind === 'scoped') {
      if (userId !== identity.user!.user_id) {
        throw new Problem('user_mismatch', 'This key belongs to another user than the one named.');
      }
      return make(identity, identity.user);
    }
    const known = this.directory.recall(identity.clientId, userId);
    if (known) return make(identity, known);
    return this.directory.findOrCreate(identity.clientId, userId).then((user) => make(identity, user));
  }

  /** The operator, looking at one client. @throws Problem `not_found` */
  async forOperator(identity: KeyIdentity, clientId: string): Promise<Caller> {
    const { id } = await this.clients.get(clientId);
    return { ...make(identity, null), ...(await this.clients.readFacts(id)), clientId: id };
  }
}

const make = (identity: KeyIdentity, user: UserRef | null): Caller => ({
  kind: identity.kind,
  clientId: identity.clientId,
  keyId: identity.keyId,
  permissions: identity.permissions,
  user,
  ...(identity.client ? factsIn(identity.client) : factsOf(NO_TENANT)),
});

const factsIn = ({ limits, settings, settingsRev }: ClientFacts): ClientFacts => ({ limits, settings, settingsRev });

/** The operator. */
const NO_TENANT = { limits: {}, settings: {}, settings_rev: 0 };
