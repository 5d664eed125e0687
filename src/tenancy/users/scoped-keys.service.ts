import { Injectable } from '@nestjs/common';
import { AuthChanges } from '../keys/auth-changes.js';
import type { Caller } from '../access/caller.js';
import type { Request } from '../access/request.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { makeKey, toScopedKeyDto } from '../keys/key-maker.js';
import type { CreatedScopedKeyDto, ListScopedKeysQueryDto, ScopedKeyDto } from '../keys/keys.dto.js';
import { KeysRepository } from '../keys/keys.repository.js';
import { DEFAULT_PERMISSIONS } from '../access/permissions.js';
import { isUuid } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { notFound } from '../../platform/common/problem.js';
import type { CreateScopedKeyDto } from './auth.dto.js';
import { UsersService } from './users.service.js';

/** Keys for users that live until they are revoked: logins never touch them. */
@Injectable()
export class ScopedKeysService {
  constructor(
    private readonly users: UsersService,
    private readonly keys: KeysRepository,
    private readonly idempotency: Idempotency,
    private readonly changes: AuthChanges,
  ) {}

  async create(request: Request, dto: CreateScopedKeyDto): Promise<CreatedScopedKeyDto> {
    const { clientId } = request.caller;
    const user = await this.users.findOrCreate(clientId, dto.user_id);
    const { key, apiKeyFor } = await makeKey({
      kind: 'scoped',
      name: dto.name ?? null,
      user_pk: user.user_pk,
      permissions: [...new Set(dto.permissions ?? DEFAULT_PERMISSIONS)],
      device_id: null,
      issued_by: 'api',
      expires_in: dto.expires_in ?? null,
    });
    return this.idempotency.effect(request, async (tx) => {
      const row = await this.keys.insert(tx, clientId, key);
      return { ...toScopedKeyDto(row), api_key: apiKeyFor(row.client_ref) };
    });
  }

  /** Login keys are among them. */
  async list(caller: Caller, query: ListScopedKeysQueryDto): Promise<Page<ScopedKeyDto>> {
    const { limit = 50, user_id: userId } = query;
    const cursor = decodeIdCursor(query.cursor);
    const rows = await this.keys.list(caller.clientId, 'scoped', { userId, limit, cursor });
    return toPage(rows, limit, cursor, ({ id }) => [id], toScopedKeyDto);
  }

  async get(caller: Caller, id: string): Promise<ScopedKeyDto> {
    const row = isUuid(id) ? await this.keys.find(caller.clientId, 'scoped', id) : null;
    if (!row) throw notFound('key');
    return toScopedKeyDto(row);
  }

  /** A key that has ended already stays as it is, so that a call can be repeated. */
  async revoke(request: Request, id: string): Promise<void> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('key');
    await this.idempotency.effect(request, async (tx) => {
      if (!(await this.keys.lock(tx, clientId, 'scoped', id))) {
        if (await this.keys.exists(tx, clientId, 'scoped', id)) return request.unchanged();
        throw notFound('key');
      }
      this.changes.record(tx, clientId, await this.keys.end(tx, clientId, [id], 0));
    });
  }
}
