import { Injectable } from '@nestjs/common';
import { isUuid, newId } from '../../platform/common/ids.js';
import { decodeIdCursor, toPage, type Page, type PageQueryDto } from '../../platform/common/pagination.js';
import { invalidField, notFound } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { Caller } from '../../tenancy/access/caller.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { firstIdOf, HOUR_MS, statusesOf, Windows, type DeliveryFilter } from './delivery-filter.js';
import { DeliverySearch } from './delivery-search.js';
import { DeliverySearchRepository, type Counted } from './delivery-search.repository.js';
import type { RecoveryDto, StartRecoveryDto } from './recoveries.dto.js';
import { RecoveriesRepository, type NewRecovery, type RecoveryRow } from './recoveries.repository.js';
import { OF_DELIVERIES } from './recovery-kinds.js';
import { RecoveryRunner } from './recovery-runner.js';

export const RATE_PER_SECOND = 100;
/** To count takes so long at most: of those that are sent the number is found on the way. */
export const COUNT_MS = { dry: 20_000, real: 3_000 };

const NOTHING: Counted = { matched: 0, skipped: 0 };

/** Starts, shows and stops recoveries. */
@Injectable()
export class RecoveriesService {
  constructor(
    private readonly repository: RecoveriesRepository,
    private readonly deliveries: DeliverySearchRepository,
    private readonly search: DeliverySearch,
    private readonly runner: RecoveryRunner,
    private readonly idempotency: Idempotency,
    private readonly database: Database,
  ) {}

  async start(request: Request, dto: StartRecoveryDto): Promise<RecoveryDto> {
    const { clientId } = request.caller;
    const { filter = {}, dry_run = false, rate_per_second = RATE_PER_SECOND } = dto;
    const wanted = await this.search.filterOf(clientId, filter, statusesOf(filter), 'filter.');
    const counted = wanted ? await this.count(clientId, wanted, dry_run ? COUNT_MS.dry : COUNT_MS.real) : NOTHING;
    if (dry_run && counted === null)
      throw invalidField('filter', 'matches more than can be counted at once: narrow its time');
    const { from = new Date(), to = new Date() } = wanted ?? {};
    // What is made from now on, such as its own deliveries, is not meant.
    const upto = new Date(Math.min(to.getTime(), Date.now()));
    const row = { client_id: clientId, kind: OF_DELIVERIES, subject_id: null, filter, since: from, upto, dry_run };
    const { matched, skipped } = counted ?? NOTHING;
    // Of one that sends, those that it comes to are counted then.
    const progress = dry_run ? { matched, skipped } : { matched };
    return this.idempotency.effect(request, (tx) => this.begin(tx, { ...row, rate_per_second, ...progress }));
  }

  /** It goes on by itself once the transaction is committed; one that only counts has ended. */
  async begin(tx: Tx, row: Omit<NewRecovery, 'id' | 'cursor'>): Promise<RecoveryDto> {
    const cursor = firstIdOf(new Date(row.since.getTime() - HOUR_MS));
    const made = await this.repository.insert(tx, { ...row, id: newId(), cursor });
    if (!row.dry_run) tx.afterCommit(() => this.runner.raise());
    return toRecovery(made);
  }

  async list({ clientId }: Caller, { limit = 50, cursor: text }: PageQueryDto): Promise<Page<RecoveryDto>> {
    const cursor = decodeIdCursor(text);
    const rows = await this.repository.list(clientId, limit, cursor);
    return toPage(rows, limit, cursor, ({ id }) => [id], toRecovery);
  }

  async get({ clientId }: Caller, id: string): Promise<RecoveryDto> {
    const row = isUuid(id) ? await this.repository.read(clientId, id) : null;
    if (!row) throw notFound('recovery');
    return toRecovery(row);
  }

  /** What has ended stays as it is. */
  async cancel(request: Request, id: string): Promise<RecoveryDto> {
    await this.get(request.caller, id);
    const { clientId } = request.caller;
    return this.idempotency.effect(request, async (tx) => {
      if (!(await this.repository.cancel(tx, clientId, id))) request.unchanged();
      return toRecovery((await this.repository.find(tx, clientId, id))!);
    });
  }

  /** @returns null when that takes longer than so many milliseconds */
  private async count(clientId: string, filter: DeliveryFilter, ms: number): Promise<Counted | null> {
    const deadline = performance.now() + ms;
    const windows = new Windows(filter, true);
    const counted = { ...NOTHING };
    for (let window = windows.next(0), found = 0; window; window = windows.next(found)) {
      if (performance.now() > deadline) return null;
      const { matched, skipped } = await this.deliveries.count(this.database, clientId, filter, window);
      found = matched;
      counted.matched += matched;
      counted.skipped += skipped;
    }
    return counted;
  }
}

const toRecovery = (row: RecoveryRow): RecoveryDto => ({
  id: row.id,
  endpoint_id: row.subject_id,
  filter: row.filter,
  dry_run: row.dry_run,
  rate_per_second: row.rate_per_second,
  status: row.status,
  matched: Number(row.matched),
  resent: Number(row.resent),
  skipped: Number(row.skipped),
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});
