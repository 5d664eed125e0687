import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DueLoop } from '../../platform/common/due-loop.js';
import { timeOfId } from '../../platform/common/ids.js';
import { Config } from '../../platform/config/config.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { firstOf, Resends } from '../../engine/deliveries/resends.js';
import type { EndedDelivery } from '../../engine/deliveries/resends.repository.js';
import { statusesOf, Windows } from './delivery-filter.js';
import { DeliverySearch } from './delivery-search.js';
import { DeliverySearchRepository } from './delivery-search.repository.js';
import { RecoveriesRepository, type Progress, type RecoveryRow } from './recoveries.repository.js';
import { RECOVERABLE } from './delivery-filter.dto.js';

const LOOK_MS = 1_000;
const AT_ONCE = 500;

/**
 * Sends again what recoveries ask for, a batch at a time: what is made and how far it has come are one transaction. So a process
 * that is killed leaves nothing half done, another one goes on, and nothing is sent twice.
 */
@Injectable()
export class RecoveryRunner implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new DueLoop({ name: 'recoveries', lookMs: LOOK_MS, run: () => this.run() });

  constructor(
    private readonly repository: RecoveriesRepository,
    private readonly deliveries: DeliverySearchRepository,
    private readonly search: DeliverySearch,
    private readonly resends: Resends,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.loop.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  /** One was started: it only hastens. */
  raise(): void {
    this.loop.expect(0);
  }

  private async run(): Promise<number | null> {
    let dueMs = await this.repository.nextDue();
    while (this.loop.goesOn && dueMs !== null && dueMs <= 0) {
      // Somebody else has what is due.
      if (!(await this.batch())) return LOOK_MS;
      dueMs = await this.repository.nextDue();
    }
    return dueMs === null ? null : Math.max(1, Math.ceil(dueMs));
  }

  /** @returns whether there was one */
  private batch(): Promise<boolean> {
    return this.database.transaction(
      async (tx) => {
        const recovery = await this.repository.takeDue(tx);
        if (!recovery) return false;
        await this.repository.progress(tx, recovery, await this.goOn(tx, recovery));
        return true;
      },
      { retries: 5 },
    );
  }

  private async goOn(tx: Tx, recovery: RecoveryRow): Promise<Progress> {
    const { client_id } = recovery;
    const ids = await this.next(tx, recovery);
    const locked = await this.resends.lock(tx, client_id, ids);
    const underWay = await this.resends.underWay(tx, client_id, locked);
    const wanted = oneOfEach(locked.filter((one) => isWanted(one) && !underWay.has(firstOf(one))));
    const made = await this.resends.send(tx, client_id, wanted);
    return { cursor: ids.at(-1) ?? null, resent: made.length, skipped: ids.length - made.length };
  }

  /** The next ones that match, in the order of their ids. None: it has come to its end. */
  private async next(
    tx: Tx,
    { client_id, filter, since, upto, rate_per_second, cursor }: RecoveryRow,
  ): Promise<string[]> {
    const found = await this.search.filterOf(client_id, filter, statusesOf(filter));
    if (!found) return [];
    const wanted = { ...found, from: since, to: upto };
    const limit = Math.min(AT_ONCE, rate_per_second);
    const start = timeOfId(cursor);
    const windows = new Windows({ from: start > since ? start : since, to: upto }, false);
    for (let window = windows.next(0); window; window = windows.next(0)) {
      const ids = await this.deliveries.ids(tx, client_id, wanted, window, { beyond: cursor, limit });
      if (ids.length > 0) return ids;
    }
    return [];
  }
}

const isWanted = ({ status, resent_at, discarded_at }: EndedDelivery): boolean =>
  resent_at === null && discarded_at === null && (RECOVERABLE as readonly string[]).includes(status);

/** Of what repeats the same delivery, the latest. */
function oneOfEach(deliveries: EndedDelivery[]): EndedDelivery[] {
  return [...new Map(deliveries.map((one) => [firstOf(one), one])).values()];
}
