import { Injectable } from '@nestjs/common';
import type { Cursor } from '../../platform/common/pagination.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { traceparentNow } from '../../platform/tracing/tracer.js';
import { prepared } from '../../platform/database/prepared.js';
import type { RecoveryFilterDto } from './delivery-filter.dto.js';
import type { RecoveryStatus } from './recoveries.dto.js';

export interface RecoveryRow {
  client_id: string;
  id: string;
  /** Who knows what is recovered ({@link RecoveryKind}). */
  kind: string;
  /** Of what, where the kind is of many. */
  subject_id: string | null;
  filter: RecoveryFilterDto;
  since: Date;
  upto: Date;
  dry_run: boolean;
  rate_per_second: number;
  status: RecoveryStatus;
  /** bigint: as text. */
  matched: string;
  resent: string;
  skipped: string;
  cursor: string;
  /** How far it has come, as its kind says it; null at the beginning, and for those that the cursor is enough for. */
  place: unknown;
  /** Of what asked for it. */
  traceparent: string | null;
  created_at: Date;
  updated_at: Date;
}

export type NewRecovery = Pick<
  RecoveryRow,
  'client_id' | 'id' | 'kind' | 'subject_id' | 'filter' | 'since' | 'upto' | 'dry_run' | 'rate_per_second' | 'cursor'
> & { matched: number; skipped?: number };

/** How far a batch came. */
export interface Progress {
  /** null: to the end. */
  cursor: string | null;
  place?: object;
  /** It can't go on any more. */
  cancelled?: boolean;
  resent: number;
  skipped: number;
}

const COLUMNS = `r.client_id, r.id, r.kind, r.subject_id, r.place, r.filter, r.since, r.upto, r.dry_run, r.rate_per_second, r.status, r.matched, r.resent, r.skipped,
  r.cursor, r.traceparent, r.created_at, r.updated_at`;

const NEXT_DUE = prepared(
  'recoveries.next_due',
  `select extract(epoch from min(next_at) - clock_timestamp())::float8 * 1000 as due_in_ms from recoveries where next_at is not null`,
);

@Injectable()
export class RecoveriesRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Tx, row: NewRecovery): Promise<RecoveryRow> {
    const [made] = await tx.query<RecoveryRow>(
      `insert into recoveries as r (client_id, id, filter, since, upto, dry_run, rate_per_second, matched, cursor, kind, subject_id, skipped, traceparent, status, next_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, case when $6 then 'completed' else 'running' end,
               case when not $6 then clock_timestamp() end)
       returning ${COLUMNS}`,
      [
        row.client_id,
        row.id,
        JSON.stringify(row.filter),
        row.since,
        row.upto,
        row.dry_run,
        row.rate_per_second,
        row.matched,
        row.cursor,
        row.kind,
        row.subject_id,
        row.skipped ?? 0,
        traceparentNow(),
      ],
    );
    return made!;
  }

  async find(on: Pick<Tx, 'query'>, clientId: string, id: string): Promise<RecoveryRow | null> {
    const [row] = await on.query<RecoveryRow>(
      `select ${COLUMNS} from recoveries r where r.client_id = $1 and r.id = $2`,
      [clientId, id],
    );
    return row ?? null;
  }

  read(clientId: string, id: string): Promise<RecoveryRow | null> {
    return this.find(this.database, clientId, id);
  }

  /** Newest first, one more than `limit`. */
  list(clientId: string, limit: number, cursor: Cursor | null): Promise<RecoveryRow[]> {
    const backwards = cursor?.direction === 'prev';
    return this.database.query(
      `select ${COLUMNS} from recoveries r
        where r.client_id = $1 and ($2::uuid is null or r.id ${backwards ? '>' : '<'} $2)
        order by r.id ${backwards ? 'asc' : 'desc'} limit $3`,
      [clientId, cursor?.key[0] ?? null, limit + 1],
    );
  }

  /** What is on its way stays so. @returns did it run still? */
  async cancel(tx: Tx, clientId: string, id: string): Promise<boolean> {
    const cancelled = await tx.execute(
      `update recoveries set status = 'cancelled', next_at = null, updated_at = clock_timestamp()
        where client_id = $1 and id = $2 and status = 'running'`,
      [clientId, id],
    );
    return cancelled > 0;
  }

  /** In how many milliseconds one goes on; null: none runs. */
  async nextDue(): Promise<number | null> {
    return (await this.database.query<{ due_in_ms: number | null }>(NEXT_DUE))[0]!.due_in_ms;
  }

  /** The one that waits longest, until the transaction ends; null: somebody else has what is due. */
  async takeDue(tx: Tx): Promise<RecoveryRow | null> {
    const [row] = await tx.query<RecoveryRow>(
      `select ${COLUMNS} from recoveries r where r.next_at <= statement_timestamp() order by r.next_at limit 1 for update skip locked`,
    );
    return row ?? null;
  }

  /** Under its lock. It goes on when so many may have been sent. */
  async progress(
    tx: Tx,
    { client_id, id, rate_per_second }: RecoveryRow,
    { cursor, place, cancelled = false, resent, skipped }: Progress,
  ): Promise<void> {
    await tx.execute(
      `update recoveries r
          set cursor = coalesce($3, r.cursor), place = coalesce($7, r.place), resent = r.resent + $4, skipped = r.skipped + $5, updated_at = clock_timestamp(),
              matched = greatest(r.matched, r.resent + r.skipped + $4 + $5),
              status = case when $8 then 'cancelled' when $3::uuid is null then 'completed' else r.status end,
              next_at = case when $3::uuid is not null and not $8 then clock_timestamp() + make_interval(secs => $6) end
        where r.client_id = $1 and r.id = $2`,
      [
        client_id,
        id,
        cursor,
        resent,
        skipped,
        resent / rate_per_second,
        place ? JSON.stringify(place) : null,
        cancelled,
      ],
    );
  }
}
