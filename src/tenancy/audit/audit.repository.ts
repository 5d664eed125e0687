import { Injectable } from '@nestjs/common';
import { metrics } from '../../platform/common/metrics.js';
import { newId } from '../../platform/common/ids.js';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { auditJsonOf, type AuditLine } from './audit-line.js';
import type { AuditLogEntity } from './audit-log.entity.js';

export interface AuditFilter {
  /** Its type or its id. */
  actor?: string | undefined;
  /** With `*` at its end: all that begin so. */
  action?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const INSERT = `insert into audit_log (client_id, id, actor_type, actor_id, action, subject, before, after, ip)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  /** With the commit of the change. */
  add(tx: Tx, { client_id, actor, action, subject, before, after, ip }: AuditLine): void {
    tx.afterCommit(() => metrics.auditLines.inc({ action }));
    tx.withCommit(INSERT, [
      client_id,
      newId(),
      actor.type,
      actor.id,
      action,
      subject,
      auditJsonOf(before),
      auditJsonOf(after),
      ip,
    ]);
  }

  /** Newest first, one more than `limit`. @param clientId null: of all clients */
  list(clientId: string | null, filter: AuditFilter, limit: number, cursor: Cursor | null): Promise<AuditLogEntity[]> {
    const backwards = cursor?.direction === 'prev';
    const values: unknown[] = [];
    const given = (value: unknown): string => `$${values.push(value)}`;
    const conditions: string[] = [];
    if (clientId !== null) conditions.push(`client_id = ${given(clientId)}`);
    if (filter.actor !== undefined) {
      const actor = given(filter.actor);
      conditions.push(`(actor_id = ${actor} or actor_type = ${actor})`);
    }
    if (filter.action?.endsWith('*')) conditions.push(`starts_with(action, ${given(filter.action.slice(0, -1))})`);
    else if (filter.action !== undefined) conditions.push(`action = ${given(filter.action)}`);
    if (filter.from !== undefined) conditions.push(`at >= ${given(filter.from)}`);
    if (filter.to !== undefined) conditions.push(`at < ${given(filter.to)}`);
    if (cursor) conditions.push(`id ${backwards ? '>' : '<'} ${given(cursor.key[0])}`);
    return this.database.query(
      `select * from audit_log ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''}
        order by id ${backwards ? 'asc' : 'desc'} limit ${given(limit + 1)}`,
      values,
    );
  }

  /** Drops lines that are older than so many days. @returns how many */
  prune(keptDays: number, limit: number): Promise<number> {
    return this.database.execute(
      `delete from audit_log where (client_id, id) in (
         select client_id, id from audit_log where at < statement_timestamp() - make_interval(days => $1) limit $2)`,
      [keptDays, limit],
    );
  }
}
