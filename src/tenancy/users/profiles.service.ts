import { Injectable } from '@nestjs/common';
import { managesClient, namedUser, type Caller } from '../access/caller.js';
import type { Request } from '../access/request.js';
import { Idempotency } from '../idempotency/idempotency.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { mergeMetadata } from '../../platform/common/metadata.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { UserEntity } from './user.entity.js';
import { checkUserId } from './user-id.js';
import type { PutUserDto, UserDto } from './users.dto.js';
import { profileOf, UsersRepository, type Profile } from './users.repository.js';
import { shownBan, UsersService } from './users.service.js';

/** What a user may change of its own profile: addresses and metadata are the client's word. */
const OWN_FIELDS = ['display_name', 'avatar_url'];

/** Knows who shares a room with whom. Registered by the folder that has the rooms, which stands above this one. */
export interface Neighbours {
  /** @returns which of the others are in a room with this user, itself among them */
  sharingRoom(clientId: string, userPk: UserPk, others: UserPk[]): Promise<Set<UserPk>>;
}

/** Knows when users were last seen. Registered by the folder that sees them, which stands above this one. */
export type LastSeenReader = (clientId: string, userPks: UserPk[]) => Promise<Map<UserPk, Date>>;

/** Profiles as the client, the user itself and its neighbours see them, and how they are changed. */
@Injectable()
export class ProfilesService {
  private neighbours: Neighbours;
  private readLastSeen: LastSeenReader;

  constructor(
    private readonly repository: UsersRepository,
    private readonly users: UsersService,
    private readonly idempotency: Idempotency,
  ) {}

  registerNeighbours(neighbours: Neighbours): void {
    this.neighbours = neighbours;
  }

  registerLastSeen(reader: LastSeenReader): void {
    this.readLastSeen = reader;
  }

  async list(caller: Caller, query: PageQueryDto): Promise<Page<UserDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const rows = await this.repository.list(caller.clientId, limit, cursor);
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
    const user = await this.repository.find(clientId, namedUser(caller, userId));
    if (!user) throw notFound('user');
    if (managesClient(caller)) return this.present(user);
    if (caller.user!.user_pk === user.user_pk) return this.present(user, { own: true });
    const near = await this.neighbours.sharingRoom(clientId, caller.user!.user_pk, [user.user_pk]);
    if (!near.has(user.user_pk)) throw notFound('user');
    return { user_id: user.user_id, display_name: user.display_name, avatar_url: user.avatar_url };
  }

  async put(request: Request, userId: UserId, dto: PutUserDto): Promise<UserDto> {
    checkUserId('user_id', userId);
    return this.save(request, userId, async () => profileOf(dto));
  }

  /** RFC 7396. A scoped or a narrowed key changes its own user's name and picture only. */
  async patch(request: Request, userId: UserId, dto: PutUserDto): Promise<UserDto> {
    const { caller } = request;
    refuseNobody(caller);
    const name = namedUser(caller, userId);
    if (!managesClient(caller)) {
      if (name !== caller.user!.user_id) throw await this.refusalOf(caller, name);
      const refused = Object.keys(dto).filter((field) => !OWN_FIELDS.includes(field));
      if (refused.length > 0) throw new Problem('forbidden', `Only a master key may change ${refused.join(', ')}.`);
    }
    return this.save(request, name, async (before) => {
      if (!before) throw notFound('user');
      const { metadata } = dto;
      return profileOf(metadata ? { ...dto, metadata: mergeMetadata(before.metadata, metadata) } : dto);
    });
  }

  private async save(
    request: Request,
    userId: UserId,
    profileOf: (before: UserEntity | null) => Promise<Profile>,
  ): Promise<UserDto> {
    const { clientId } = request.caller;
    const effect = async (tx: Tx): Promise<UserEntity> => {
      const before = await this.repository.lock(tx, clientId, userId);
      const after = await this.repository.upsert(tx, clientId, userId, await profileOf(before));
      if (before) await this.users.tellKeys(tx, clientId, before, after);
      return after;
    };
    const user = await this.idempotency.effect(request, effect, { row: `user ${userId}` });
    await this.users.changed(clientId, user);
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

  /** Who may be seen may be known not to be changed; others are not there. */
  private async refusalOf(caller: Caller, userId: UserId): Promise<Problem> {
    await this.get(caller, userId);
    return new Problem('forbidden', 'This key changes the profile of its own user only.');
  }
}

/** A narrowed master key sees people as the user does that it acts for. */
function refuseNobody(caller: Caller): void {
  if (managesClient(caller) || caller.user) return;
  throw new Problem('forbidden', 'A narrowed master key sees people as a user does: name one in X-User-Id.');
}

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
