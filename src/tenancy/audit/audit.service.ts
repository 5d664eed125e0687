import { Injectable, type OnModuleInit } from '@nestjs/common';
import { decodeIdCursor, toPage, type Page } from '../../platform/common/pagination.js';
import type { Tx } from '../../platform/database/database.js';
import { NIL_UUID, type Caller } from '../access/caller.js';
import { Idempotency } from '../idempotency/idempotency.js';
import type { AuditLineDto, AuditQueryDto } from './audit.dto.js';
import { auditLineOf, type AuditLine } from './audit-line.js';
import type { AuditLogEntity } from './audit-log.entity.js';
import { AuditRepository } from './audit.repository.js';

/**
 * One line for every administrative change, in the transaction of the change. A route declares its action
 * (`@Route({ audit: 'provider.create' })`), and its service runs the change by `idempotency.effect`: no more is needed.
 */
@Injectable()
export class AuditService implements OnModuleInit {
  constructor(
    private readonly repository: AuditRepository,
    private readonly idempotency: Idempotency,
  ) {}

  onModuleInit(): void {
    this.idempotency.registerObserver((tx, request, answer) => {
      const line = auditLineOf(request, answer);
      if (line) this.repository.add(tx, line);
    });
  }

  /** For what is done by no route, such as by the service itself. */
  record(tx: Tx, line: AuditLine): void {
    this.repository.add(tx, line);
  }

  /** A client sees its own lines, the operator all, or those of the client that he looks at. */
  async list({ clientId }: Caller, query: AuditQueryDto): Promise<Page<AuditLineDto>> {
    const { limit = 50, cursor: text, ...filter } = query;
    const cursor = decodeIdCursor(text);
    const rows = await this.repository.list(clientId === NIL_UUID ? null : clientId, inUtc(filter), limit, cursor);
    return toPage(rows, limit, cursor, ({ id }) => [id], toDto);
  }
}

/** PostgreSQL reads fewer offsets, and fewer digits, than RFC 3339 has. */
const inUtc = ({ from, to, ...filter }: Omit<AuditQueryDto, 'limit' | 'cursor'>) => ({
  ...filter,
  from: from && new Date(from).toISOString(),
  to: to && new Date(to).toISOString(),
});

const toDto = (row: AuditLogEntity): AuditLineDto => ({
  id: row.id,
  client_id: row.client_id,
  actor: { type: row.actor_type, id: row.actor_id },
  action: row.action,
  subject: row.subject,
  ...(row.before !== null && { before: row.before }),
  ...(row.after !== null && { after: row.after }),
  ip: row.ip,
  at: row.at.toISOString(),
});
