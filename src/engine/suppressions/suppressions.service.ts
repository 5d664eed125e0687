import { Injectable } from '@nestjs/common';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { isUuid, newId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import type { SuppressionEntity } from './suppression.entity.js';
import { SuppressionList } from './suppression-list.js';
import {
  DEFAULT_SUPPRESSION_CHANNEL,
  type SuppressionDto,
  type SuppressionInputDto,
  type SuppressionsQueryDto,
} from './suppressions.dto.js';
import { SuppressionsRepository, type NewSuppression } from './suppressions.repository.js';

/** A client's suppression list as the client keeps it. */
@Injectable()
export class SuppressionsService {
  constructor(
    private readonly repository: SuppressionsRepository,
    private readonly list: SuppressionList,
    private readonly registry: ProviderRegistry,
    private readonly idempotency: Idempotency,
  ) {}

  async page(clientId: string, query: SuppressionsQueryDto): Promise<Page<SuppressionDto>> {
    const { limit = 50, cursor: text, channel, reason, address } = query;
    const cursor = decodeIdCursor(text);
    const addressKeys = address === undefined ? undefined : this.keysOf(channel, address);
    const rows = await this.repository.list(clientId, { channel, reason, addressKeys }, limit, cursor);
    return toPage(rows, limit, cursor, ({ id }) => [id], toSuppression);
  }

  /** The address that is in the list already has the reason and the end that were sent. */
  add(request: Request, input: SuppressionInputDto): Promise<SuppressionDto | Existing<SuppressionDto>> {
    const row = this.read(request.caller.clientId, input);
    return this.idempotency.effect(request, async (tx) => {
      const [put] = await this.repository.put(tx, [row]);
      const suppression = toSuppression(put!);
      return put!.added ? suppression : new Existing(suppression);
    });
  }

  /** Again changes nothing. */
  async remove(request: Request, id: string): Promise<void> {
    if (!isUuid(id)) throw notFound('suppression');
    await this.idempotency.effect(request, async (tx) => {
      const outcome = await this.repository.remove(tx, request.caller.clientId, id);
      if (outcome === null) throw notFound('suppression');
      if (outcome === 'was removed') return request.unchanged();
      request.note({ subject: id });
    });
  }

  /** @throws Problem naming the field that is at fault */
  read(clientId: string, input: SuppressionInputDto): NewSuppression {
    const { channel = DEFAULT_SUPPRESSION_CHANNEL, reason = 'manual', expires_at = null, category } = input;
    const address = input.address.trim();
    const fault = this.registry.findChannel(channel)?.address?.fault(address);
    if (fault) throw invalidField('address', fault);
    if (isOver(expires_at)) throw invalidField('expires_at', 'must be in the future');
    const ends = expires_at === null ? null : new Date(expires_at).toISOString();
    const address_key = this.list.keyOf(channel, address);
    const place = { client_id: clientId, channel, address, address_key, category: category ?? '' };
    return { ...place, id: newId(), reason, expires_at: ends };
  }

  private keysOf(channel: string | undefined, address: string): string[] {
    const channels = channel === undefined ? this.registry.channels().filter((it) => it.address) : [{ name: channel }];
    return [...new Set(channels.map(({ name }) => this.list.keyOf(name, address)))];
  }
}

export const isOver = (expiresAt: string | null | undefined): boolean =>
  typeof expiresAt === 'string' && Date.parse(expiresAt) <= Date.now();

export const toSuppression = (row: SuppressionEntity): SuppressionDto => ({
  id: row.id,
  channel: row.channel,
  address: row.address,
  reason: row.reason,
  ...(row.category !== '' && { category: row.category }),
  expires_at: row.expires_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
