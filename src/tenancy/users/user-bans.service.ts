import { Injectable } from '@nestjs/common';
import type { Request } from '../access/request.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { AuthChanges } from '../keys/auth-changes.js';
import { KeysRepository } from '../keys/keys.repository.js';
import type { UserId } from '../../platform/common/ids.js';
import { notFound } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { ProfilesService } from './profiles.service.js';
import type { UserEntity } from './user.entity.js';
import type { BanUserDto, UserDto } from './users.dto.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';

/**
 * Bans by the client, from everything but reading. Messages and edits are judged by the row itself; what else a banned user
 * may not do is refused where its key is looked at, within a second on every node (five where a master key names the user).
 */
@Injectable()
export class UserBansService {
  constructor(
    private readonly users: UsersRepository,
    private readonly directory: UsersService,
    private readonly profiles: ProfilesService,
    private readonly keys: KeysRepository,
    private readonly changes: AuthChanges,
    private readonly idempotency: Idempotency,
  ) {}

  /** A second ban takes the place of the first. @throws Problem `not_found` */
  async ban(request: Request, userId: UserId, { reason, expires_in, shadow }: BanUserDto): Promise<UserDto> {
    const ban = { reason: reason ?? null, expiresInS: expires_in ?? null, shadow: shadow ?? false };
    return this.profiles.present(
      await this.change(request, userId, (tx, clientId) => this.users.ban(tx, clientId, userId, ban)),
    );
  }

  /** Who is not banned stays as it is. @throws Problem `not_found` */
  async unban(request: Request, userId: UserId): Promise<void> {
    await this.change(request, userId, (tx, clientId) => this.users.unban(tx, clientId, userId));
  }

  private async change(
    request: Request,
    userId: UserId,
    change: (tx: Tx, clientId: string) => Promise<UserEntity | null>,
  ): Promise<UserEntity> {
    const { clientId } = request.caller;
    let changed: UserEntity | undefined;
    await this.idempotency.effect(
      request,
      async (tx) => {
        const user = await change(tx, clientId);
        if (!user) throw notFound('user');
        // What nodes remember of a key says whether its user is banned.
        this.changes.record(tx, clientId, await this.keys.liveKeysOf(tx, clientId, user.user_pk));
        const { banned_until, ban_reason, shadow_banned } = user;
        request.note({ subject: userId, after: { banned_until, ban_reason, shadow_banned } });
        changed = user;
      },
      { row: `user ${userId}` },
    );
    await this.directory.changed(clientId, changed!);
    return changed!;
  }
}
