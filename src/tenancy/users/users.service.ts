import { Injectable } from '@nestjs/common';
import { AuthChanges } from '../keys/auth-changes.js';
import { KeysRepository } from '../keys/keys.repository.js';
import { CallerFactory, type UserDirectory } from '../keys/caller.factory.js';
import type { UserRef } from '../access/user-ref.js';
import { Coalescer } from '../../platform/common/coalescer.js';
import { Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserEntity } from './user.entity.js';
import { checkUserId } from './user-id.js';
import { UserRefs } from './user-refs.js';
import { UsersRepository, type Addresses, type AddressedUser } from './users.repository.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

const REMEMBERED_USERS = 50_000;

/** Who users are: from the client's own ids to rows and back, and what this node remembers of them. */
@Injectable()
export class UsersService implements UserDirectory {
  private readonly refs = new UserRefs(REMEMBERED_USERS);
  /** What is asked at one time is one statement, however many ask. */
  private readonly addresses = new Coalescer<AddressedUser[], Map<UserPk, Addresses>>({
    maxBatch: 200,
    maxWaiting: 20_000,
    maxWaitingPerTenant: 20_000,
    run: (asked) => this.findAddresses(asked),
  });

  constructor(
    private readonly users: UsersRepository,
    private readonly keys: KeysRepository,
    private readonly changes: AuthChanges,
    callers: CallerFactory,
  ) {
    callers.registerUsers(this);
  }

  /**
   * Finds users by the client's own ids.
   * @param create make those that are missing (master keys); else they are refused
   * @param asker who names them: those who blocked it are as unknown to it
   * @returns by user_id, whatever the number of times each was named
   * @throws Problem `user_unavailable` (422) naming the unknown ones when `create` is false
   */
  async resolve(
    clientId: string,
    userIds: UserId[],
    { create, asker }: { create: boolean; asker?: UserRef | null },
  ): Promise<Map<UserId, UserRef>> {
    const found = await this.lookUp(clientId, userIds, { create });
    if (asker && found.size > 0) {
      const pks = [...found.values()].map(({ user_pk }) => user_pk);
      const blockers = await this.blockersOf(clientId, asker.user_pk, pks);
      for (const [userId, { user_pk }] of found) if (blockers.has(user_pk)) found.delete(userId);
    }
    const missing = new Set(userIds.filter((userId) => !found.has(userId)));
    if (missing.size > 0) throw userUnavailable([...missing]);
    return found;
  }

  /** The same, without those that are unknown. */
  async lookUp(clientId: string, userIds: UserId[], { create }: { create: boolean }): Promise<Map<UserId, UserRef>> {
    const found = new Map<UserId, UserRef>();
    const wanted = new Set(userIds);
    for (const userId of wanted) {
      const known = this.refs.byName(clientId, userId);
      if (known) found.set(userId, known);
    }
    await this.findMissing(clientId, wanted, found);
    if (create && found.size < wanted.size) {
      const missing = [...wanted].filter((userId) => !found.has(userId));
      for (const userId of missing) checkUserId('user_id', userId);
      await this.users.createMissing(clientId, missing);
      await this.findMissing(clientId, wanted, found);
    }
    return found;
  }

  /** Which of the others have blocked this user: to it they are not available. */
  blockersOf(clientId: string, userPk: UserPk, others: UserPk[]): Promise<Set<UserPk>> {
    return this.users.blockersOf(clientId, userPk, others);
  }

  /** @returns users by `user_pk`; unknown ones are missing */
  async refsOf(clientId: string, userPks: UserPk[]): Promise<Map<UserPk, UserRef>> {
    const found = new Map<UserPk, UserRef>();
    const unknown: UserPk[] = [];
    for (const userPk of userPks) {
      const known = this.refs.byRef(clientId, userPk);
      if (known) found.set(userPk, known);
      else unknown.push(userPk);
    }
    if (unknown.length === 0) return found;
    for (const [pk, ref] of await this.readRefs(clientId, unknown)) found.set(pk, ref);
    return found;
  }

  /** The same, past what this node remembers. */
  async readRefs(clientId: string, userPks: UserPk[]): Promise<Map<UserPk, UserRef>> {
    const found = new Map<UserPk, UserRef>();
    for (const ref of await this.users.refsOf(clientId, userPks)) {
      this.refs.remember(clientId, ref);
      found.set(ref.user_pk, ref);
    }
    return found;
  }

  /** Where users are reached, by `user_pk`. */
  addressesOf(clientId: string, userPks: UserPk[]): Promise<Map<UserPk, Addresses>> {
    return this.addresses.add(
      clientId,
      userPks.map((user_pk) => ({ client_id: clientId, user_pk })),
    );
  }

  recall(clientId: string, userId: UserId): UserRef | undefined {
    return this.refs.byName(clientId, userId);
  }

  async findOrCreate(clientId: string, userId: UserId): Promise<UserRef> {
    checkUserId('X-User-Id', userId);
    return (await this.resolve(clientId, [userId], { create: true })).get(userId)!;
  }

  /** After a change was committed: what this node remembers is as it is now. */
  async changed(clientId: string, user: UserEntity): Promise<void> {
    const { user_pk, user_id, display_name } = user;
    this.refs.remember(clientId, { user_pk, user_id, display_name, banned_until: shownBan(user) });
  }

  /** A user's keys know its name: with a change of it they are read again. */
  async tellKeys(tx: Tx, clientId: string, before: UserEntity, after: UserEntity): Promise<void> {
    if (before.display_name === after.display_name) return;
    this.changes.record(tx, clientId, await this.keys.liveKeysOf(tx, clientId, after.user_pk));
  }

  private async findAddresses(asked: AddressedUser[][]): Promise<Map<UserPk, Addresses>[]> {
    const found = await this.users.addressesOf(asked.flat());
    const byUser = new Map(found.map(({ user_pk, email, phone }) => [user_pk, { email, phone }]));
    return asked.map(() => byUser);
  }

  private async findMissing(clientId: string, wanted: Set<UserId>, found: Map<UserId, UserRef>): Promise<void> {
    const missing = [...wanted].filter((userId) => !found.has(userId));
    if (missing.length === 0) return;
    for (const ref of await this.users.findRefs(clientId, missing)) {
      this.refs.remember(clientId, ref);
      found.set(ref.user_id, ref);
    }
  }
}

/** A shadow ban is nobody's to know but the client's. */
export const shownBan = ({ shadow_banned, banned_until }: UserEntity): Date | null =>
  shadow_banned ? null : banned_until;

/** 422 for users that are unknown or that don't accept this, which are not told apart. */
export const userUnavailable = (userIds: UserId[]): Problem => {
  const named = userIds.slice(0, 100);
  return new Problem(
    'user_unavailable',
    `No such user, or not available to this key: ${named.slice(0, 3).join(', ')}.`,
    {
      errors: named.map((userId) => ({ field: 'user_id', message: `${userId} is not available` })),
    },
  );
};
