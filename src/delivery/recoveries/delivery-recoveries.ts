import { Injectable, type OnModuleInit } from '@nestjs/common';
import { timeOfId } from '../../platform/common/ids.js';
import type { Tx } from '../../platform/database/database.js';
import { firstOf, Resends } from '../../engine/deliveries/changes/resends.js';
import type { EndedDelivery } from '../../engine/deliveries/changes/resends.repository.js';
import { RECOVERABLE } from './delivery-filter.dto.js';
import { statusesOf, Windows } from './delivery-filter.js';
import { DeliverySearch } from './delivery-search.js';
import { DeliverySearchRepository } from './delivery-search.repository.js';
import type { Progress, RecoveryRow } from './recoveries.repository.js';
import { OF_DELIVERIES, RecoveryKinds, type RecoveryKind } from './recovery-kinds.js';

/** Recoveries of whatever deliveries a filter matches. */
@Injectable()
export class DeliveryRecoveries implements RecoveryKind, OnModuleInit {
  readonly kind = OF_DELIVERIES;

  constructor(
    private readonly deliveries: DeliverySearchRepository,
    private readonly search: DeliverySearch,
    private readonly resends: Resends,
    private readonly kinds: RecoveryKinds,
  ) {}

  onModuleInit(): void {
    this.kinds.register(this);
  }

  async goOn(tx: Tx, recovery: RecoveryRow, limit: number): Promise<Progress> {
    const { client_id } = recovery;
    const ids = await this.next(tx, recovery, limit);
    const locked = await this.resends.lock(tx, client_id, ids);
    const underWay = await this.resends.underWay(tx, client_id, locked);
    const wanted = oneOfEach(locked.filter((one) => isWanted(one) && !underWay.has(firstOf(one))));
    const made = await this.resends.send(tx, client_id, wanted);
    return { cursor: ids.at(-1) ?? null, resent: made.length, skipped: ids.length - made.length };
  }

  /** The next ones that match, in the order of their ids. None: it has come to its end. */
  private async next(
    tx: Tx,
    { client_id, filter, since, upto, cursor }: RecoveryRow,
    limit: number,
  ): Promise<string[]> {
    const found = await this.search.filterOf(client_id, filter, statusesOf(filter));
    if (!found) return [];
    const wanted = { ...found, from: since, to: upto };
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
