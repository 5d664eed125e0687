import { Injectable } from '@nestjs/common';
import { AuthChanges } from '../keys/auth-changes.js';
import { KeysRepository } from '../keys/keys.repository.js';
import { managesClient, type Caller } from '../access/caller.js';
import type { Request } from '../access/request.js';
import { CallerFactory, type UserDirectory } from '../keys/caller.factory.js';
import { Idempotency } from '../idempotency/idempotency.js';
import type { UserRef } from '../access/user-ref.js';
import { mergePatch } from '../../platform/common/merge-patch.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { limits } from '../../platform/config/limits.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserEntity } from './user.entity.js';
import { checkUserId } from './user-id.js';
import { UserRefs } from './user-refs.js';
import type { PutUserDto, UserDto } from './users.dto.js';
import { UsersRepository, type Profile } from './users.repository.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

const REMEMBERED_USERS = 50_000;
/** What a user may change of its own profile: addresses and metadata are the client's word. */
const OWN_FIELDS = ['display_name', 'avatar_url'];

/** Knows who shares a room with whom. Registered by the folder that has the rooms, which stands above this one. */
export interface Neighbours {
  /** @returns which of the others are in a room with this user, itself among them */
  sharingRoom(clientId: string, userPk: UserPk, others: UserPk[]): Promise<Set<UserPk>>;
}

/** Knows when users were last seen. Registered by the folder that sees them, which stands above this one. */
export type LastSeenReader = (clientId: string, userPks: UserPk[]) => Promise<Map<UserPk, Date>>;

@Injectable()
export class UsersService implements UserDirectory {
  private readonly refs = new UserRefs(REMEMBERED_USERS);
  private neighbours: Neighbours;
  private readLastSeen: LastSeenReader;

  constructor(
    private readonly users: UsersRepository,
    private readonly keys: KeysRepository,
    private readonly idempotency: Idempotency,
    private readonly changes: AuthChanges,
    callers: CallerFactory,
  ) {
    callers.registerUsers(this);
  }

  registerNeighbours(neighbours: Neighbours): void {
    this.neighbours = neighbours;
  }

  registerLastSeen(reader: LastSeenReader): void {
    this.readLastSeen = reader;
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
  async addressesOf(
    clientId: string,
    userPks: UserPk[],
  ): Promise<Map<UserPk, { email: string | null; phone: string | null }>> {
    const rows = await this.users.addressesOf(clientId, userPks);
    return new Map(rows.map(({ user_pk, email, phone }) => [user_pk, { email, phone }]));
  }

  recall(clientId: string, userId: UserId): UserRef | undefined {
    return this.refs.byName(clientId, userId);
  }

  async findOrCreate(clientId: string, userId: UserId): Promise<UserRef> {
    checkUserId('X-User-Id', userId);
    return (await this.resolve(clientId, [userId], { create: true })).get(userId)!;
  }

  async list(caller: Caller, query: PageQueryDto): Promise<Page<UserDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const rows = await this.users.list(caller.clientId, limit, cursor);
    const seen = await this.readLastSeen(
      caller.clientId,
      rows.map(({ user_pk }) => user_pk),
    );
    return toPage(
      rows,
      limit,
      cursor,
      ({ user_pk }) => [user_pk],
      (row) => toUserDto(row, seen.get(row.user_pk)),
    );
  }

  /** Whole to the client and to the user itself; to who shares a room, what a profile picture shows; else 404. */
  async get(caller: Caller, userId: UserId): Promise<UserDto> {
    const { clientId } = caller;
    refuseNobody(caller);
    const user = await this.users.find(clientId, this.nameOf(caller, userId));
    if (!user) throw notFound('user');
    if (managesClient(caller)) return this.present(user);
    if (caller.user!.user_pk === user.user_pk) return this.present(user, { own: true });
    const near = await this.neighbours.sharingRoom(clientId, caller.user!.user_pk, [user.user_pk]);
    if (!near.has(user.user_pk)) throw notFound('user');
    return { user_id: user.user_id, display_name: user.display_name, avatar_url: user.avatar_url };
  }

  async put(request: Request, userId: UserId, dto: PutUserDto): Promise<UserDto> {
    checkUserId('user_id', userId);
    return this.save(request, userId, async () => dto);
  }

  /** RFC 7396. A scoped or a narrowed key changes its own user's name and picture only. */
  async patch(request: Request, userId: UserId, dto: PutUserDto): Promise<UserDto> {
    const { caller } = request;
    refuseNobody(caller);
    const name = this.nameOf(caller, userId);
    if (!managesClient(caller)) {
      if (name !== caller.user!.user_id) throw await this.refusalOf(caller, name);
      const refused = Object.keys(dto).filter((field) => !OWN_FIELDS.includes(field));
      if (refused.length > 0) throw new Problem('forbidden', `Only a master key may change ${refused.join(', ')}.`);
    }
    return this.save(request, name, async (before) => {
      if (!before) throw notFound('user');
      return dto.metadata ? { ...dto, metadata: mergeMetadata(before.metadata, dto.metadata) } : dto;
    });
  }

  /** After a change was committed: forgets what this node knew, and tells the others' keys. */
  async changed(clientId: string, user: UserEntity): Promise<void> {
    const { user_pk, user_id, display_name } = user;
    this.refs.remember(clientId, { user_pk, user_id, display_name, banned_until: shownBan(user) });
  }

  /** A user's keys know its name: with a change of it they are read again. */
  async tellKeys(tx: Tx, clientId: string, before: UserEntity, after: UserEntity): Promise<void> {
    if (before.display_name === after.display_name) return;
    this.changes.record(tx, clientId, await this.keys.liveKeysOf(tx, clientId, after.user_pk));
  }

  private async save(
    request: Request,
    userId: UserId,
    profileOf: (before: UserEntity | null) => Promise<Profile>,
  ): Promise<UserDto> {
    const { clientId } = request.caller;
    const effect = async (tx: Tx): Promise<UserEntity> => {
      const before = await this.users.lock(tx, clientId, userId);
      const after = await this.users.upsert(tx, clientId, userId, await profileOf(before));
      if (before) await this.tellKeys(tx, clientId, before, after);
      return after;
    };
    const user = await this.idempotency.effect(request, effect, { row: `user ${userId}` });
    await this.changed(clientId, user);
    return this.present(user, { own: !managesClient(request.caller) });
  }

  /** Of what was made in a transaction, in which nobody is asked when they were seen. */
  async withLastSeen<T extends { user?: UserDto }>(clientId: string, results: T[]): Promise<T[]> {
    const known = results.flatMap(({ user }) => (user?.id === undefined ? [] : [user.id as UserPk]));
    const seen = known.length === 0 ? new Map<UserPk, Date>() : await this.readLastSeen(clientId, known);
    return results.map((result) => {
      const at = result.user && seen.get(result.user.id as UserPk);
      return at ? { ...result, user: { ...result.user, last_seen_at: at.toISOString() } } : result;
    });
  }

  /** @param own as the user sees itself */
  async present(user: UserEntity, { own = false } = {}): Promise<UserDto> {
    const seen = await this.readLastSeen(user.client_id, [user.user_pk]);
    return (own ? toOwnDto : toUserDto)(user, seen.get(user.user_pk));
  }

  /** `me` is the user that the request acts for. */
  private nameOf(caller: Caller, userId: UserId): UserId {
    if (userId !== 'me') return userId;
    if (!caller.user) throw notFound('user');
    return caller.user.user_id;
  }

  /** Who may be seen may be known not to be changed; others are not there. */
  private async refusalOf(caller: Caller, userId: UserId): Promise<Problem> {
    await this.get(caller, userId);
    return new Problem('forbidden', 'This key changes the profile of its own user only.');
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

/** A narrowed master key sees people as the user does that it acts for. */
function refuseNobody(caller: Caller): void {
  if (managesClient(caller) || caller.user) return;
  throw new Problem('forbidden', 'A narrowed master key sees people as a user does: name one in X-User-Id.');
}

/** A shadow ban is nobody's to know but the client's. */
const shownBan = ({ shadow_banned, banned_until }: UserEntity): Date | null => (shadow_banned ? null : banned_until);

/** As the client sees it. */
export const toUserDto = (user: UserEntity, lastSeen: Date | undefined): UserDto => ({
  ...toOwnDto(user, lastSeen),
  ...(user.banned_until && {
    banned_until: user.banned_until.toISOString(),
    ban_reason: user.ban_reason,
    shadow_banned: user.shadow_banned,
  }),
});

/** As the user sees itself. */
function toOwnDto(user: UserEntity, lastSeen: Date | undefined): UserDto {
  return {
    id: user.user_pk,
    user_id: user.user_id,
    display_name: user.display_name,
    avatar_url: user.avatar_url,
    email: user.email,
    phone: user.phone,
    metadata: user.metadata,
    last_seen_at: lastSeen?.toISOString() ?? null,
    banned_until: shownBan(user)?.toISOString() ?? null,
    created_at: user.created_at.toISOString(),
    updated_at: user.updated_at.toISOString(),
  };
}

function mergeMetadata(before: Record<string, unknown>, patch: Record<string, unknown>): Record<string, unknown> {
  const merged = mergePatch(before, patch);
  if (Buffer.byteLength(JSON.stringify(merged)) <= limits.metadata_bytes) return merged;
  throw invalidField('metadata', `must be at most ${limits.metadata_bytes} bytes of JSON once merged`);
}

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
