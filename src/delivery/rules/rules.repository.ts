import { Injectable } from '@nestjs/common';
import { IsNull, type QueryDeepPartialEntity } from 'typeorm';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { RuleEntity } from './rule.entity.js';

export type RuleRow = Omit<RuleEntity, 'deleted_at'>;
export type NewRule = Omit<RuleRow, 'client_id' | 'created_at' | 'updated_at'>;
export type RuleChange = Partial<Pick<RuleEntity, 'position' | 'name' | 'enabled' | 'condition' | 'actions'>>;

const COLUMNS = `r.client_id, r.id, r.source_id, r.position, r.name, r.enabled, r.condition, r.actions, r.created_at, r.updated_at`;
const THERE = `join sources s on s.client_id = r.client_id and s.id = r.source_id and s.deleted_at is null`;

@Injectable()
export class RulesRepository {
  constructor(private readonly database: Database) {}

  /** Those that events of a source are to meet, in order. */
  enabledOf(clientId: string, sourceId: string): Promise<RuleRow[]> {
    return this.database.query(
      `select ${COLUMNS} from rules r
        where r.client_id = $1 and r.source_id = $2 and r.enabled and r.deleted_at is null order by r.position, r.id`,
      [clientId, sourceId],
    );
  }

  /** By source and position. Cursor: [source_id, position, id]. One more than `limit`. */
  list(clientId: string, sourceId: string | null, limit: number, cursor: Cursor | null): Promise<RuleRow[]> {
    const [order, beyond] = cursor?.direction === 'prev' ? ['desc', '<'] : ['asc', '>'];
    return this.database.query(
      `select ${COLUMNS} from rules r ${THERE}
        where r.client_id = $1 and r.deleted_at is null and ($2::uuid is null or r.source_id = $2)
          and ($4::uuid is null or (r.source_id, r.position, r.id) ${beyond} ($4, $5::int, $6::uuid))
        order by r.source_id ${order}, r.position ${order}, r.id ${order} limit $3`,
      [clientId, sourceId, limit + 1, ...(cursor?.key ?? [null, null, null])],
    );
  }

  async find(on: Pick<Tx, 'query'> | null, clientId: string, id: string): Promise<RuleRow | null> {
    const [row] = await (on ?? this.database).query<RuleRow>(
      `select ${COLUMNS} from rules r ${THERE} where r.client_id = $1 and r.id = $2 and r.deleted_at is null`,
      [clientId, id],
    );
    return row ?? null;
  }

  /** How many a source has, and the last position, under its lock: until the transaction ends, no other is added. */
  async last(tx: Tx, clientId: string, sourceId: string): Promise<{ n: number; position: number }> {
    await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`rules:${clientId}:${sourceId}`]);
    const [row] = await tx.query<{ n: number; position: number }>(
      `select count(*)::int as n, coalesce(max(position), 0)::int as position from rules
        where client_id = $1 and source_id = $2 and deleted_at is null`,
      [clientId, sourceId],
    );
    return row!;
  }

  async insert(tx: Tx, clientId: string, row: NewRule): Promise<void> {
    await tx.manager.insert(RuleEntity, { ...row, client_id: clientId } as QueryDeepPartialEntity<RuleEntity>);
  }

  async update(tx: Tx, clientId: string, id: string, change: RuleChange): Promise<void> {
    const changed = { ...change, updated_at: () => 'clock_timestamp()' };
    const where = { client_id: clientId, id, deleted_at: IsNull() };
    await tx.manager.update(RuleEntity, where, changed as QueryDeepPartialEntity<RuleEntity>);
  }

  /** Again changes nothing. @returns was there ever such a one? */
  async delete(tx: Tx, clientId: string, id: string): Promise<'deleted' | 'was deleted' | null> {
    const [row] = await tx.query<{ was: boolean }>(
      `with found as (select id, deleted_at from rules where client_id = $1 and id = $2 for update)
       update rules r set deleted_at = coalesce(found.deleted_at, clock_timestamp()) from found
        where r.client_id = $1 and r.id = found.id returning found.deleted_at is not null as was`,
      [clientId, id],
    );
    if (!row) return null;
    return row.was ? 'was deleted' : 'deleted';
  }
}
