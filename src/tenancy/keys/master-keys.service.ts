import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { AuthChanges } from './auth-changes.js';
import type { Caller } from '../access/caller.js';
import type { Request } from '../access/request.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { makeKey, toMasterKeyDto } from './key-maker.js';
import type { CreatedMasterKeyDto, CreateMasterKeyDto, MasterKeyDto } from './keys.dto.js';
import { KeysRepository } from './keys.repository.js';

/** A client's own master keys. */
@Injectable()
export class MasterKeysService {
  constructor(
    private readonly keys: KeysRepository,
    private readonly idempotency: Idempotency,
    private readonly changes: AuthChanges,
  ) {}

  async list(caller: Caller, query: PageQueryDto): Promise<Page<MasterKeyDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const rows = await this.keys.list(caller.clientId, 'master', { limit, cursor });
    return toPage(rows, limit, cursor, ({ id }) => [id], toMasterKeyDto);
  }

  async create(request: Request, dto: CreateMasterKeyDto): Promise<CreatedMasterKeyDto> {
    const { key, apiKeyFor } = await makeKey({
      kind: 'master',
      name: dto.name,
      user_pk: null,
      permissions: dto.permissions ? [...new Set(dto.permissions)] : null,
      device_id: null,
      issued_by: 'api',
      expires_in: dto.expires_in ?? null,
    });
    return this.idempotency.effect(request, async (tx) => {
      const row = await this.keys.insert(tx, request.caller.clientId, key);
      return { ...toMasterKeyDto(row), api_key: apiKeyFor(row.client_ref) };
    });
  }

  /**
   * Refuses to revoke the last key that can manage the client: nobody could make another then. A key that has ended
   * already stays as it is, so that a call can be repeated.
   */
  async revoke(request: Request, id: string): Promise<void> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('key');
    await this.idempotency.effect(request, async (tx) => {
      await this.keys.lockClient(tx, clientId);
      const key = await this.keys.lock(tx, clientId, 'master', id);
      if (!key) {
        if (await this.keys.exists(tx, clientId, 'master', id)) return request.unchanged();
        throw notFound('key');
      }
      const lasting = await this.keys.lastingMasterKeys(tx, clientId);
      if (lasting.length === 1 && lasting[0] === id) {
        throw new Problem(
          'conflict',
          'This is the last master key that may do everything and does not expire: make another first, or rotate it.',
        );
      }
      await this.keys.end(tx, clientId, [id], 0);
      this.changes.record(tx, clientId, [id]);
    });
  }

  /** A new key in the place of an old one, which keeps working for `overlapS` seconds. @throws Problem `not_found`, `conflict` for a second successor */
  async rotate(request: Request, id: string, overlapS = 0): Promise<CreatedMasterKeyDto> {
    const { clientId } = request.caller;
    const before = isUuid(id) ? await this.keys.find(clientId, 'master', id) : null;
    if (!before) throw notFound('key');
    const { key, apiKeyFor } = await makeKey({
      kind: 'master',
      name: before.name,
      user_pk: null,
      permissions: before.permissions,
      device_id: null,
      issued_by: 'api',
      expires_in: null,
      expires_at: before.expires_at,
    });
    return this.idempotency.effect(request, async (tx) => {
      await this.keys.lockClient(tx, clientId);
      const ended = await this.keys.end(tx, clientId, [id], overlapS);
      if (ended.length === 0) throw notFound('key');
      if (!(await this.keys.rotated(tx, clientId, id))) {
        throw new Problem('conflict', 'This key was rotated before: rotate its successor, or make another key.');
      }
      request.note({ subject: id });
      const row = await this.keys.insert(tx, clientId, key);
      this.changes.record(tx, clientId, ended);
      return { ...toMasterKeyDto(row), api_key: apiKeyFor(row.client_ref) };
    });
  }
}
