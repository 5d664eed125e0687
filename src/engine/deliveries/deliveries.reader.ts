import type { UserId, UserPk } from '../../platform/common/ids.js';
import { Injectable } from '@nestjs/common';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import type { Tx } from '../../platform/database/database.js';
import type { DeliveryDto } from './deliveries.dto.js';
import { toDelivery } from './delivery-view.js';
import { DeliveriesReaderRepository, type AttemptRow, type StatusCount } from './deliveries.reader.repository.js';
import type { DeliveryRow, SourceRef } from './delivery.js';

/** Deliveries as callers see them. Who may see a source is for the room to say that owns it. */
@Injectable()
export class DeliveriesReader {
  constructor(private readonly repository: DeliveriesReaderRepository) {}

  /**
   * A source's deliveries with their attempts, in the order in which they were made.
   * @param tx where the source was read, so that it and its deliveries agree
   * @param viewer only this user's (`user_pk`); null: all
   * @throws Problem `invalid_cursor`
   */
  async page(
    tx: Tx,
    source: SourceRef,
    viewer: UserPk | null,
    { limit = 50, cursor: text }: PageQueryDto,
  ): Promise<Page<DeliveryDto>> {
    const cursor = decodeIdCursor(text);
    const rows = await this.repository.list(tx, source, viewer, limit, cursor);
    const attempts = groupAttempts(rows.length > 0 ? await this.repository.attempts(tx, source.client_id, rows) : []);
    return toPage(
      rows,
      limit,
      cursor,
      ({ id }) => [id],
      (delivery) => present(delivery, attempts.get(delivery.id)),
    );
  }

  /** Deliveries of a client that were read elsewhere, with their attempts. */
  async whole(tx: Tx, clientId: string, rows: NamedRow[]): Promise<DeliveryDto[]> {
    const attempts = groupAttempts(rows.length > 0 ? await this.repository.attempts(tx, clientId, rows) : []);
    return rows.map((row) => present(row, attempts.get(row.id)));
  }

  /** The deliveries of these sources with their attempts, by the source's id. Sources of one client. */
  async ofSources(tx: Pick<Tx, 'query'>, sources: SourceRef[]): Promise<Map<string, DeliveryDto[]>> {
    const found = new Map<string, DeliveryDto[]>();
    if (sources.length === 0) return found;
    const rows = await this.repository.ofSources(tx, sources);
    const attempts = groupAttempts(
      rows.length > 0 ? await this.repository.attempts(tx, sources[0]!.client_id, rows) : [],
    );
    for (const row of rows) {
      found.set(row.source_id, [...(found.get(row.source_id) ?? []), present(row, attempts.get(row.id))]);
    }
    return found;
  }

  /** Did this user get one of the source's deliveries? */
  async reached(tx: Tx, source: SourceRef, userPk: UserPk): Promise<boolean> {
    return (await this.repository.list(tx, source, userPk, 0, null)).length > 0;
  }

  /**
   * How many deliveries are in which state, by the source's id. A source without any is not there.
   * @param viewerOf whose deliveries alone are counted of a source (`user_pk`); null: all
   */
  async counts<Source extends SourceRef>(
    tx: Tx,
    sources: Source[],
    viewerOf: (source: Source) => UserPk | null = () => null,
  ): Promise<Map<string, StatusCount[]>> {
    const counts = new Map<string, StatusCount[]>();
    const rows = sources.length > 0 ? await this.repository.counts(tx, sources, sources.map(viewerOf)) : [];
    for (const row of rows) counts.set(row.source_id, [...(counts.get(row.source_id) ?? []), row]);
    return counts;
  }
}

/** With the client's own name of its user. */
export type NamedRow = DeliveryRow & { user_name: UserId | null };

const present = (row: NamedRow, attempts: AttemptRow[] = []): DeliveryDto => ({
  ...toDelivery(row, row.user_name ?? undefined),
  attempts: attempts.map(({ delivery_id: _, ...attempt }) => ({
    ...attempt,
    attempted_at: attempt.attempted_at.toISOString(),
  })),
});

function groupAttempts(rows: AttemptRow[]): Map<string, AttemptRow[]> {
  const groups = new Map<string, AttemptRow[]>();
  for (const row of rows) groups.set(row.delivery_id, [...(groups.get(row.delivery_id) ?? []), row]);
  return groups;
}
