import { Injectable } from '@nestjs/common';
import { AuthChanges } from '../keys/auth-changes.js';
import { managesClient, type Caller } from '../access/caller.js';
import type { Request } from '../access/request.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { makeKey } from '../keys/key-maker.js';
import { KeysRepository, type KeyRow } from '../keys/keys.repository.js';
import type { UserEntity } from './user.entity.js';
import { DEFAULT_PERMISSIONS } from '../access/permissions.js';
import { invalidField, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { LoginAnswerDto, LoginDto, LogoutAnswerDto, LogoutDto } from './auth.dto.js';
import { UsersRepository } from './users.repository.js';
import { UsersService } from './users.service.js';
import type { UserId } from '../../platform/common/ids.js';

/** Keys that come and go with people: each login replaces the one before. */
@Injectable()
export class AuthService {
  constructor(
    private readonly users: UsersRepository,
    private readonly directory: UsersService,
    private readonly keys: KeysRepository,
    private readonly idempotency: Idempotency,
    private readonly changes: AuthChanges,
  ) {}

  /** Makes the user when it is new, a fresh key for it, and ends its earlier login keys (of the device, when named). */
  async login(request: Request, dto: LoginDto): Promise<LoginAnswerDto> {
    const { clientId } = request.caller;
    const device = dto.device_id ?? null;
    const { key, apiKeyFor } = await makeKey({
      kind: 'scoped',
      name: null,
      user_pk: null,
      permissions: [...new Set(dto.permissions ?? DEFAULT_PERMISSIONS)],
      device_id: device,
      issued_by: 'login',
      expires_in: dto.expires_in ?? null,
    });
    let user: UserEntity;
    const effect = async (tx: Tx): Promise<LoginAnswerDto> => {
      // Holds the user's row: logins of one user take turns.
      user = await this.users.upsert(tx, clientId, dto.user_id, { display_name: dto.display_name });
      const { row, ended } = await this.keys.replaceLoginKeys(
        tx,
        clientId,
        { ...key, user_pk: user.user_pk },
        { deviceId: device, overlapS: dto.overlap_s ?? 0 },
      );
      // What nodes remember of a key holds the user's name. The new one is known to nobody.
      const renamed = dto.display_name === undefined ? [] : await this.keys.liveKeysOf(tx, clientId, user.user_pk);
      this.changes.record(
        tx,
        clientId,
        [...new Set([...ended, ...renamed])].filter((id) => id !== row.id),
      );
      return toAnswer(row, user.display_name, apiKeyFor(row.client_ref));
    };
    const answer = await this.idempotency.effect(request, effect, { row: `user ${dto.user_id}` });
    await this.directory.changed(clientId, user!);
    return answer;
  }

  /** @returns how many login keys of the user (of the device, when named) ended; a scoped key ends itself */
  async logout(request: Request, dto: LogoutDto): Promise<LogoutAnswerDto> {
    const { caller } = request;
    if (caller.kind === 'master' && !managesClient(caller)) {
      throw new Problem('forbidden', 'Logging users out takes a master key that was not narrowed to some permissions.');
    }
    const find = caller.kind === 'scoped' ? this.ownKey(caller, dto) : this.loginKeys(caller, dto);
    const { user_id, keysOf } = await find;
    return this.idempotency.effect(request, async (tx) => {
      const ended = await this.keys.end(tx, caller.clientId, await keysOf(tx), 0);
      this.changes.record(tx, caller.clientId, ended);
      return { user_id, revoked: ended.length };
    });
  }

  private async ownKey(caller: Caller, dto: LogoutDto): Promise<KeysToEnd> {
    const { user_id } = caller.user!;
    if (dto.user_id !== undefined && dto.user_id !== user_id) {
      throw new Problem('user_mismatch', 'A scoped key logs out its own user only.');
    }
    if (dto.device_id !== undefined) {
      throw invalidField('device_id', 'takes a master key: a scoped key revokes itself and no other device');
    }
    return { user_id, keysOf: async () => [caller.keyId] };
  }

  private async loginKeys({ clientId }: Caller, { user_id, device_id }: LogoutDto): Promise<KeysToEnd> {
    if (user_id === undefined) throw invalidField('user_id', 'is required with a master key');
    const user = await this.users.find(clientId, user_id);
    const keysOf = async (tx: Tx): Promise<string[]> =>
      user ? this.keys.loginKeysOf(tx, clientId, user.user_pk, device_id ?? null) : [];
    return { user_id, keysOf };
  }
}

interface KeysToEnd {
  user_id: UserId;
  keysOf: (tx: Tx) => Promise<string[]>;
}

const toAnswer = (key: KeyRow, displayName: string | null, apiKey: string): LoginAnswerDto => ({
  user_id: key.user_id!,
  display_name: displayName,
  api_key: apiKey,
  key_id: key.id,
  permissions: key.permissions!,
  device_id: key.device_id,
  expires_at: key.expires_at?.toISOString() ?? null,
});
