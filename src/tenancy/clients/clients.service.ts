import { Injectable } from '@nestjs/common';
import { isUuid, newId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { slugsOf } from '../../platform/common/slug.js';
import type { Tx } from '../../platform/database/database.js';
import type { ClientFacts } from '../access/caller.js';
import type { Request } from '../access/request.js';
import { factsOf } from './client-facts.js';
import { shownSettings, type ClientSetting } from './client-settings.js';
import type { ClientDto, CreateClientDto, UpdateClientDto } from './clients.dto.js';
import { givenLimits } from './client-limits.js';
import { ClientsRepository, type ClientRow, type NewClient } from './clients.repository.js';
import { Idempotency } from '../idempotency/idempotency.js';
import { SigningSecretsService } from './signing-secrets.service.js';

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]+$/;

/** Is told of a change to a client in its transaction: keys are checked against what is remembered of their client. */
export interface ClientObserver {
  clientChanged(tx: Tx, clientId: string): Promise<void>;
}

/** Tenants, as the operator manages them and as they see themselves. */
@Injectable()
export class ClientsService {
  private readonly observers: ClientObserver[] = [];

  constructor(
    private readonly clients: ClientsRepository,
    private readonly secrets: SigningSecretsService,
    private readonly idempotency: Idempotency,
  ) {}

  /** Who is to hear of changes to clients. */
  register(observer: ClientObserver): void {
    this.observers.push(observer);
  }

  /** Makes a client, in the transaction of what else it begins with. @param ref what its keys will name it by */
  async insert(tx: Tx, ref: string, dto: CreateClientDto): Promise<ClientDto> {
    const id = newId();
    const client = {
      id,
      ref,
      name: dto.name,
      limits: givenLimits(dto.limits ?? {}),
      settings: { ...dto.settings },
      allowed_origins: readOrigins(dto.allowed_origins ?? []),
      signing_secret: this.secrets.make(id),
    };
    return toClientDto(await this.insertWithFreeSlug(tx, client));
  }

  async list(query: PageQueryDto): Promise<Page<ClientDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    return toPage(await this.clients.list(limit, cursor), limit, cursor, ({ id }) => [id], toClientDto);
  }

  async get(clientId: string): Promise<ClientDto> {
    const row = isUuid(clientId) ? await this.clients.find(clientId) : null;
    if (!row) throw notFound('client');
    return toClientDto(row);
  }

  /** What holds for the client just now. */
  async readFacts(clientId: string): Promise<ClientFacts> {
    const row = await this.clients.find(clientId);
    if (!row) throw notFound('client');
    return factsOf(row);
  }

  /** Sets what a route of its own sets. @param value null: as if it had never been set */
  async set<T>(request: Request, setting: ClientSetting<T>, value: T | null): Promise<void> {
    const { clientId } = request.caller;
    await this.change(request, clientId, (tx) =>
      this.clients.update(tx, clientId, { settings: { [setting.name]: value } }),
    );
  }

  /** The same in a transaction that changes more, such as a table of the feature. Its first: it locks the client's row. */
  async setIn<T>(tx: Tx, clientId: string, setting: ClientSetting<T>, value: T | null): Promise<void> {
    await this.clients.update(tx, clientId, { settings: { [setting.name]: value } });
    for (const observer of this.observers) await observer.clientChanged(tx, clientId);
  }

  /** What sends are judged by changes in this transaction, in a table of another room: every node is told. */
  async touch(tx: Tx, clientId: string): Promise<void> {
    await this.clients.touch(tx, clientId);
    for (const observer of this.observers) await observer.clientChanged(tx, clientId);
  }

  async update(request: Request, clientId: string, dto: UpdateClientDto): Promise<ClientDto> {
    const patch = {
      ...dto,
      limits: dto.limits && givenLimits(dto.limits),
      allowed_origins: dto.allowed_origins && readOrigins(dto.allowed_origins),
    };
    return this.change(request, clientId, (tx) => this.clients.update(tx, clientId, patch));
  }

  /** A suspended client's keys answer 403 `client_suspended`, and its sockets close, within a second on every node. */
  async setSuspended(request: Request, clientId: string, suspended: boolean): Promise<ClientDto> {
    return this.change(request, clientId, (tx) => this.clients.setSuspended(tx, clientId, suspended));
  }

  private async change(
    request: Request,
    clientId: string,
    update: (tx: Tx) => Promise<ClientRow | null>,
  ): Promise<ClientDto> {
    if (!isUuid(clientId)) throw notFound('client');
    return this.idempotency.effect(request, async (tx) => {
      const row = await update(tx);
      if (!row) throw notFound('client');
      for (const observer of this.observers) await observer.clientChanged(tx, clientId);
      return toClientDto(row);
    });
  }

  private async insertWithFreeSlug(tx: Tx, client: Omit<NewClient, 'slug'>): Promise<ClientRow> {
    for (const slug of slugsOf(client.name, 'client')) {
      const row = await this.clients.insert(tx, { ...client, slug });
      if (row) return row;
    }
    throw new Error('every random slug was taken');
  }
}

function toClientDto(row: ClientRow): ClientDto {
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    is_active: row.suspended_at === null,
    limits: factsOf(row).limits,
    settings: shownSettings(row.settings),
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
