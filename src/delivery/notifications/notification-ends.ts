import { Injectable } from '@nestjs/common';
import type { Request } from '../../tenancy/access/request.js';
import type { Tx } from '../../platform/database/database.js';
import { DeliveryChanges } from '../../engine/deliveries/changes/delivery-changes.js';
import type { Transition } from '../../engine/deliveries/delivery.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import { FallbackChains } from './fallback/fallback-chains.repository.js';
import type { NotificationRow } from './notification.js';
import { notPending } from './notification-changes.js';
import { NotificationCounters } from './notification-counters.repository.js';
import { NotificationMoves } from './notification-moves.js';
import type { NotificationDto } from './notifications.dto.js';
import { NotificationsRepository } from './notifications.repository.js';

/** Ends notifications before they are through, and begins those again that did not get through. */
@Injectable()
export class NotificationEnds {
  constructor(
    private readonly moves: NotificationMoves,
    private readonly repository: NotificationsRepository,
    private readonly deliveries: DeliveryChanges,
    private readonly registry: ProviderRegistry,
    private readonly chains: FallbackChains,
    private readonly counters: NotificationCounters,
  ) {}

  /** Again changes nothing. @throws Problem `not_pending` for one that ended by itself */
  cancel(request: Request, id: string): Promise<NotificationDto> {
    return this.moves.run(request, id, async (tx, row) => {
      if (row.open_count > 0) return this.cancelAll(tx, row);
      if (row.cancelled_count > 0) return [];
      throw notPending('Nothing of it is open any more.');
    });
  }

  /** The same, and no complaint about what ended by itself: nothing more of it is sent. */
  async remove(request: Request, id: string): Promise<void> {
    await this.moves.run(request, id, async (tx, row) => (row.open_count > 0 ? this.cancelAll(tx, row) : []));
  }

  /** @throws Problem `not_pending` where nothing failed or expired */
  retry(request: Request, id: string): Promise<NotificationDto> {
    return this.moves.run(request, id, async (tx, row) => {
      const retries = (await this.repository.retriesOf(tx, [row])).get(id);
      const tries = this.registry.channels().map(({ name, retryPolicy }) => ({
        channel: name,
        attempts: retries === undefined ? retryPolicy.attempts : retries + 1,
      }));
      const again = await this.deliveries.retry(tx, row, tries);
      // Behind its lock: who asked at the same time may have begun it.
      const open = again.length > 0 || (await this.repository.lock(tx, row.client_id, id))!.open_count > 0;
      if (!open) throw notPending('Nothing of it failed or expired.');
      return again;
    });
  }

  /** Also what other channels would have had their turn for. */
  private async cancelAll(tx: Tx, row: NotificationRow): Promise<Transition[]> {
    const cancelled = await this.deliveries.cancelAll(tx, row, 'cancelled');
    await this.repository.lock(tx, row.client_id, row.id);
    const turns = await this.chains.endAll(tx, row.client_id, row.id);
    if (turns > 0) await this.counters.close(tx, row.client_id, row.id, turns);
    return cancelled;
  }
}
