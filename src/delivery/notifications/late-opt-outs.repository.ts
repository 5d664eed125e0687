import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { prepared } from '../../platform/database/prepared.js';
import { unnest } from '../../platform/database/unnest.js';
import type { DeliveryRow } from '../../engine/deliveries/delivery.js';

/** What deliveries are part of. */
type SourceKey = Pick<DeliveryRow, 'client_id' | 'source_id'>;

const SOURCES = unnest<SourceKey>()('w', { client_id: 'uuid', source_id: 'uuid' });

const CATEGORIES = prepared(
  'late_opt_outs.categories',
  `select n.id, n.category from ${SOURCES.sql} join notifications n on n.client_id = w.client_id and n.id = w.source_id
    where n.category is not null`,
);

@Injectable()
export class LateOptOutsRepository {
  constructor(private readonly database: Database) {}

  /** Of notifications that have one, by their ids. */
  async categories(sources: SourceKey[]): Promise<Map<string, string>> {
    const found = await this.database.query<{ id: string; category: string }>(CATEGORIES, SOURCES.values(sources));
    return new Map(found.map(({ id, category }) => [id, category]));
  }
}
