import { withoutEnd } from '../../platform/common/without-end.js';
import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { isUuid, newId } from '../../platform/common/ids.js';
import { mergePatch } from '../../platform/common/merge-patch.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound, Problem } from '../../platform/common/problem.js';
import { slugsOf } from '../../platform/common/slug.js';
import { toDto } from '../../platform/common/validation.js';
import { Config } from '../../platform/config/config.js';
import type { Tx } from '../../platform/database/database.js';
import type { Request } from '../../tenancy/access/request.js';
import { ClientsService } from '../../tenancy/clients/clients.service.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { shownVerification, SourceSecrets } from './source-secrets.js';
import { DEFAULT_TOLERANCE_S, type CreateSourceDto, type SourceDto, type UpdateSourceDto } from './sources.dto.js';
import { SourcesRepository, type LockedSource, type SourceChange, type SourceRow } from './sources.repository.js';
import { Refused, type Identity, type InboundRequest } from './template.js';
import { eventIn, templateOf } from './templates.js';
import { SECRET_FIELDS, verificationOf, type VerificationInputDto } from './verification.dto.js';
import { refuseWeak } from './weak-secrets.js';

const MAX_SOURCES = 500;
const RANDOM_BYTES = 16;
/** The name's part of a slug that ends in random bits. */
const NAMED_CHARS = 40;

/** Addresses that others' services send to. */
@Injectable()
export class SourcesService {
  constructor(
    private readonly repository: SourcesRepository,
    private readonly secrets: SourceSecrets,
    private readonly clients: ClientsService,
    private readonly idempotency: Idempotency,
    private readonly config: Config,
  ) {}

  /** @param origin where the asker reached us, such as `https://chat.example.com` */
  async list(clientId: string, query: PageQueryDto, origin: string): Promise<Page<SourceDto>> {
    const { limit = 50 } = query;
    const cursor = decodeIdCursor(query.cursor);
    const [rows, base] = await Promise.all([
      this.repository.list(clientId, limit, cursor),
      this.baseOf(clientId, origin),
    ]);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => toSource(row, base),
    );
  }

  async get(clientId: string, id: string, origin: string): Promise<SourceDto> {
    const row = await this.find(clientId, id);
    return toSource(row, await this.baseOf(clientId, origin));
  }

  /** @throws Problem `not_found` */
  async find(clientId: string, id: string): Promise<SourceRow> {
    const row = isUuid(id) ? await this.repository.find(clientId, id) : null;
    if (!row) throw notFound('source');
    return row;
  }

  /** Who an event of such headers and payload would be to the source, null where it lacks what tells; and what rules would see of it. @throws Problem `not_found` */
  async identify(
    clientId: string,
    id: string,
    event: Pick<InboundRequest, 'headers' | 'payload'>,
  ): Promise<{ identity: Identity | null; payload: unknown }> {
    // What is secret has no part in who an event is.
    const settings = (await this.find(clientId, id)).verification as unknown as VerificationInputDto;
    const request = { ...event, body: Buffer.alloc(0), now: 0, toleranceS: 0 };
    const payload = eventIn(settings.template, event.payload);
    try {
      return { identity: templateOf(settings).identify(settings, request), payload };
    } catch (error) {
      if (error instanceof Refused) return { identity: null, payload };
      throw error;
    }
  }

  /** @throws Problem `validation_failed`, `conflict` for one too many */
  async create(request: Request, dto: CreateSourceDto, origin: string): Promise<SourceDto> {
    const { clientId } = request.caller;
    refuseUnsigned(dto.verification, dto.allow_unsigned);
    refuseWeak(dto.verification);
    const base = await this.baseOf(clientId, origin);
    return this.idempotency.effect(request, async (tx) => {
      if ((await this.repository.count(tx, clientId)) >= MAX_SOURCES) {
        throw new Problem('conflict', `A client has at most ${MAX_SOURCES} sources.`);
      }
      const id = newId();
      const row = await this.repository.insert(tx, clientId, {
        id,
        name: dto.name,
        slug: await this.freeSlug(tx, clientId, id, dto.slug ?? dto.name, dto.verification),
        template: dto.verification.template,
        ...this.secrets.seal(clientId, id, dto.verification),
        tolerance_s: dto.tolerance_s ?? DEFAULT_TOLERANCE_S,
        enabled: dto.enabled ?? true,
      });
      return toSource(row, base);
    });
  }

  /** RFC 7396. @throws Problem `not_found`, `validation_failed` */
  async update(request: Request, id: string, dto: UpdateSourceDto, origin: string): Promise<SourceDto> {
    const { clientId } = request.caller;
    const base = await this.baseOf(clientId, origin);
    return this.idempotency.effect(request, async (tx) => {
      const before = isUuid(id) ? await this.repository.lock(tx, clientId, id) : null;
      if (!before) throw notFound('source');
      const { verification, allow_unsigned, ...plain } = dto;
      const change: SourceChange = { ...plain };
      if (verification) Object.assign(change, await this.changed(tx, before, verification, allow_unsigned));
      return toSource(await this.repository.update(tx, clientId, id, change), base);
    });
  }

  async remove(request: Request, id: string): Promise<void> {
    const { clientId } = request.caller;
    await this.idempotency.effect(request, async (tx) => {
      const outcome = isUuid(id) ? await this.repository.delete(tx, clientId, id) : null;
      if (outcome === null) throw notFound('source');
      if (outcome === 'was deleted') request.unchanged();
    });
  }

  /** Its verification is another: what is left out of it stays, while the template does. */
  private async changed(
    tx: Tx,
    before: LockedSource,
    patch: Record<string, unknown>,
    allowUnsigned: boolean | undefined,
  ): Promise<SourceChange> {
    const { client_id, id, template } = before;
    const next = inputOf(this.secrets.unseal(client_id, id, before), patch);
    // One that stays is not asked for anew.
    if (next.template !== template || SECRET_FIELDS.some((field) => field in patch)) refuseWeak(next);
    if (next.template === template) return this.secrets.seal(client_id, id, next);
    refuseUnsigned(next, allowUnsigned);
    return {
      template: next.template,
      ...this.secrets.seal(client_id, id, next),
      // Nobody is to send to an address that everybody can guess.
      ...(next.template === 'none' && { slug: await this.freeSlug(tx, client_id, id, before.slug, next) }),
    };
  }

  private async freeSlug(
    tx: Tx,
    clientId: string,
    id: string,
    name: string,
    { template }: VerificationInputDto,
  ): Promise<string> {
    for (const slug of slugsOf(name, 'source')) {
      if (template === 'none') return `${slug.slice(0, NAMED_CHARS)}-${randomBytes(RANDOM_BYTES).toString('hex')}`;
      if (await this.repository.isFree(tx, clientId, slug, id)) return slug;
    }
    throw new Error('every random slug was taken');
  }

  /** What the addresses of a client's sources begin with. */
  private async baseOf(clientId: string, origin: string): Promise<string> {
    const { slug } = await this.clients.get(clientId);
    return `${withoutEnd(this.config.publicUrl ?? origin, '/')}/webhooks/${encodeURIComponent(slug)}/`;
  }
}

function refuseUnsigned({ template }: VerificationInputDto, allowed = false): void {
  if (template === 'none' && !allowed) {
    throw invalidField('allow_unsigned', 'must be true for the template none: whoever knows the address can send then');
  }
}

function inputOf(before: VerificationInputDto, patch: Record<string, unknown>): VerificationInputDto {
  const { template = before.template } = patch;
  const same = template === before.template;
  const merged = same ? mergePatch({ ...before }, patch) : patch;
  try {
    return toDto(verificationOf(template), merged);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const errors = error.options.errors?.map(({ field, message }) => ({ field: `verification.${field}`, message }));
    throw new Problem('validation_failed', `verification.${error.message}`, errors && { errors });
  }
}

const toSource = (row: SourceRow, base: string): SourceDto => ({
  id: row.id,
  name: row.name,
  slug: row.slug,
  url: base + encodeURIComponent(row.slug),
  verification: shownVerification(row),
  tolerance_s: row.tolerance_s,
  enabled: row.enabled,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
