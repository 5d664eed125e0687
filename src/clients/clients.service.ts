import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { isUuid, newId } from '../common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQuery } from '../common/pagination.js';
import { invalidField, notFound } from '../common/problem.js';
import { limits } from '../config/limits.js';
import type { Tx } from '../database/database.js';
import { newRef } from './api-key.js';
import { AuthChanges } from './auth-changes.js';
import { AuthChangesRepository } from './auth-changes.repository.js';
import type { Caller } from './caller.js';
import type { ClientDto, CreateClientDto, CreatedClientDto, UpdateClientDto } from './clients.dto.js';
import { ClientsRepository, type ClientRow, type NewClient } from './clients.repository.js';
import { Idempotency } from './idempotency.js';
import { makeKey } from './key-maker.js';
import { KeysRepository } from './keys.repository.js';
import { SigningSecretsService } from './signing-secrets.service.js';

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]+$/;

/** Tenants, as the operator manages them and as they see themselves. */
@Injectable()
export class ClientsService {
  constructor(
    private readonly clients: ClientsRepository,
    private readonly keys: KeysRepository,
    private readonly secrets: SigningSecretsService,
    private readonly idempotency: Idempotency,
    private readonly changes: AuthChanges,
    private readonly announcements: AuthChangesRepository,
  ) {}

  /** Makes a client and its first master key. */
  async create(caller: Caller, dto: CreateClientDto): Promise<CreatedClientDto> {
    const id = newId();
    const client = {
      id,
      ref: newRef(),
      name: dto.name,
      limits: { ...dto.limits },
      settings: { ...dto.settings },
      allowed_origins: readOrigins(dto.allowed_origins ?? []),
      signing_secret: this.secrets.make(id),
    };
    const { key, apiKeyFor } = await makeKey({
      kind: 'master',
      name: 'First key',
      user_ref: null,
      permissions: null,
      device_id: null,
      issued_by: 'api',
      expires_in: null,
    });
    return this.idempotency.effect(caller, async (tx) => {
      const row = await this.insertWithFreeSlug(tx, client);
      await this.keys.insert(tx, id, key);
      return { ...toClientDto(row), master_api_key: apiKeyFor(client.ref) };
    });
  }

  async list(query: PageQuery): Promise<Page<ClientDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    return toPage(await this.clients.list(limit, cursor), limit, cursor, ({ id }) => [id], toClientDto);
  }

  async get(clientId: string): Promise<ClientDto> {
    const row = isUuid(clientId) ? await this.clients.find(clientId) : null;
    if (!row) throw notFound('client');
    return toClientDto(row);
  }

  async update(clientId: string, dto: UpdateClientDto, caller: Caller): Promise<ClientDto> {
    const patch = { ...dto, allowed_origins: dto.allowed_origins && readOrigins(dto.allowed_origins) };
    return this.change(clientId, caller, (tx) => this.clients.update(tx, clientId, patch));
  }

  /** A suspended client's keys answer 403 `client_suspended`, and its sockets close, within a second on every node. */
  async setSuspended(clientId: string, suspended: boolean, caller: Caller): Promise<ClientDto> {
    return this.change(clientId, caller, (tx) => this.clients.setSuspended(tx, clientId, suspended));
  }

  private async change(
    clientId: string,
    caller: Caller,
    update: (tx: Tx) => Promise<ClientRow | null>,
  ): Promise<ClientDto> {
    if (!isUuid(clientId)) throw notFound('client');
    const client = await this.idempotency.effect(
      caller,
      async (tx) => {
        const row = await update(tx);
        if (!row) throw notFound('client');
        await this.announcements.announce(tx, clientId, [null]);
        return toClientDto(row);
      },
      { status: 200 },
    );
    await this.changes.poll();
    return client;
  }

  private async insertWithFreeSlug(tx: Tx, client: Omit<NewClient, 'slug'>): Promise<ClientRow> {
    const wanted = slugOf(client.name);
    for (let slug = wanted; ; slug = `${wanted}-${randomBytes(3).toString('hex')}`) {
      const row = await this.clients.insert(tx, { ...client, slug });
      if (row) return row;
    }
  }
}

function toClientDto(row: ClientRow): ClientDto {
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    is_active: row.suspended_at === null,
    limits: { messages_per_user_per_minute: limits.messages_per_user_per_minute, ...row.limits },
    settings: { key_ttl_s: null, ...row.settings },
    allowed_origins: row.allowed_origins,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** As browsers write them in Origin: lower case, without default port, path or slash at the end. */
function readOrigins(origins: string[]): string[] {
  return origins.map((given, index) => {
    const text = given.toLowerCase().replace(/\/$/, '');
    if (!ORIGIN.test(text) || !URL.canParse(text)) {
      throw invalidField(`allowed_origins[${index}]`, 'must be an origin such as https://app.example.com');
    }
    const { origin } = new URL(text);
    return origin === 'null' ? text : origin;
  });
}

function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|-+$/g, '');
  return slug === '' ? 'client' : slug;
}
