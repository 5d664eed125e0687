import { Injectable } from '@nestjs/common';
import { isUuid, newId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { Request } from '../../tenancy/access/request.js';
import { isGated, type EndpointRow, type EndpointValues } from './endpoint.js';
import { EndpointChecks } from './endpoint-checks.js';
import { changedHeaders, refuseMovedHeaders } from './endpoint-headers.js';
import { EndpointLimits } from './endpoint-limits.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointView } from './endpoint-view.js';
import {
  DEFAULT_OVERLAP_S,
  ENDPOINT_TIMEOUT_MS,
  type EndpointDto,
  type EndpointInputDto,
  type EndpointPatchDto,
} from './endpoints.dto.js';
import { EndpointsRepository } from './endpoints.repository.js';

const MOST_ENDPOINTS = 100;

/** Where a client's events go, as the client sees and sets it. */
@Injectable()
export class EndpointsService {
  constructor(
    private readonly repository: EndpointsRepository,
    private readonly idempotency: Idempotency,
    private readonly secrets: EndpointSecrets,
    private readonly view: EndpointView,
    private readonly checks: EndpointChecks,
    private readonly limits: EndpointLimits,
  ) {}

  async list(clientId: string, { limit = 50, cursor: text }: PageQueryDto): Promise<Page<EndpointDto>> {
    const cursor = decodeIdCursor(text);
    const rows = await this.repository.list(clientId, limit, cursor);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (row) => this.view.of(row),
    );
  }

  async get(clientId: string, id: string): Promise<EndpointDto> {
    return this.view.of(await this.find(clientId, id));
  }

  /** @throws Problem `not_found` */
  async find(clientId: string, id: string): Promise<EndpointRow> {
    const row = isUuid(id) ? await this.repository.read(clientId, id) : null;
    if (!row) throw notFound('endpoint');
    return row;
  }

  async add(request: Request, dto: EndpointInputDto): Promise<EndpointDto> {
    const { clientId } = request.caller;
    const place = { client_id: clientId, id: newId() };
    const { signature = 'v1' } = dto;
    await this.checks.check(clientId, dto);
    const values = this.changed(place, blank(signature, this.secrets.make(place, signature)), dto);
    return this.idempotency.effect(request, async (tx) => {
      if ((await this.repository.count(tx, clientId)) >= MOST_ENDPOINTS) {
        throw new Problem('conflict', `A client has at most ${MOST_ENDPOINTS} endpoints: remove one first.`);
      }
      const row = await this.repository.insert(tx, clientId, place.id, values, isGated(values));
      tx.afterCommit(() => this.limits.changed(null, row));
      return this.view.withSecret(row);
    });
  }

  /** @returns with its secret where that is a new one */
  async update(request: Request, id: string, patch: EndpointPatchDto): Promise<EndpointDto> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('endpoint');
    await this.checks.check(clientId, patch);
    return this.idempotency.effect(request, async (tx) => {
      const before = await this.repository.lock(tx, clientId, id);
      if (!before) throw notFound('endpoint');
      if (patch.url !== undefined)
        refuseMovedHeaders(this.secrets.headers(before), patch.headers, { before: before.url, after: patch.url });
      const values = this.changed(before, before, patch);
      const row = await this.repository.update(tx, clientId, id, values, isGated(values));
      tx.afterCommit(() => this.limits.changed(before, row));
      return values.secret === before.secret ? this.view.of(row) : this.view.withSecret(row);
    });
  }

  async rotate(request: Request, id: string, overlapS: number = DEFAULT_OVERLAP_S): Promise<EndpointDto> {
    const { clientId } = request.caller;
    const before = await this.find(clientId, id);
    const secret = this.secrets.make(before, before.signature);
    return this.idempotency.effect(request, async (tx) => {
      const row = await this.repository.rotate(tx, clientId, before.id, secret, overlapS);
      if (!row) throw notFound('endpoint');
      return this.view.withSecret(row);
    });
  }

  /** What is set after a change. @throws Problem `validation_failed` */
  private changed(
    place: Pick<EndpointRow, 'client_id' | 'id'>,
    before: EndpointValues,
    change: EndpointPatchDto,
  ): EndpointValues {
    const { signature = before.signature } = change;
    const { url, event_types, room_ids, condition, headers } = change;
    return {
      url: orBefore(url, before.url),
      description: orBefore(change.description, before.description),
      event_types: event_types === undefined ? before.event_types : [...new Set(event_types ?? ['*'])],
      room_ids: room_ids ? [...new Set(room_ids.map((id) => id.toLowerCase()))] : orBefore(room_ids, before.room_ids),
      condition: orBefore(condition, before.condition),
      headers: headers === undefined ? before.headers : this.changedHeaders(place, before, headers),
      signature,
      secret: signature === before.signature ? before.secret : this.secrets.make(place, signature),
      ordered_by: orBefore(change.ordered_by, before.ordered_by),
      rate_limit_per_second: orBefore(change.rate_limit_per_second, before.rate_limit_per_second),
      concurrency: orBefore(change.concurrency, before.concurrency),
      timeout_ms: change.timeout_ms ?? before.timeout_ms,
    };
  }

  private changedHeaders(
    place: Pick<EndpointRow, 'client_id' | 'id'>,
    before: EndpointValues,
    change: Record<string, unknown> | null,
  ): string | null {
    const stored = change === null ? {} : this.secrets.headers({ ...place, headers: before.headers });
    return this.secrets.sealHeaders(place, changedHeaders(stored, change ?? {}));
  }
}

const orBefore = <T>(change: T | undefined, before: T): T => (change === undefined ? before : change);

const blank = (signature: EndpointRow['signature'], secret: string): EndpointValues => ({
  url: '',
  description: null,
  event_types: ['*'],
  room_ids: null,
  condition: null,
  headers: null,
  signature,
  secret,
  ordered_by: null,
  rate_limit_per_second: null,
  concurrency: null,
  timeout_ms: ENDPOINT_TIMEOUT_MS,
});
