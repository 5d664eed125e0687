import { Injectable } from '@nestjs/common';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { notFound } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { DeliveryChanges } from '../../engine/deliveries/changes/delivery-changes.js';
import type { Transition } from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import type { NotificationRow } from './notification.js';
import { NotificationProgress } from './notification-progress.js';
import type { NotificationDto } from './notifications.dto.js';
import { NotificationsReader } from './notifications.reader.js';
import { NotificationsRepository } from './notifications.repository.js';

/** A request that moves the deliveries of a notification on: their new states with all that follows from them. */
@Injectable()
export class NotificationMoves {
  constructor(
    private readonly reader: NotificationsReader,
    private readonly repository: NotificationsRepository,
    private readonly deliveries: DeliveryChanges,
    private readonly transitions: Transitions,
    private readonly idempotency: Idempotency,
    private readonly progress: NotificationProgress,
  ) {}

  /** In one transaction with its counts and events. Its deliveries are locked first, as by whoever settles them. */
  async run(
    request: Request,
    id: string,
    change: (tx: Tx, row: NotificationRow) => Promise<Transition[]>,
  ): Promise<NotificationDto> {
    const { clientId } = request.caller;
    await this.reader.checkSender(request.caller, id);
    let transitions: Transition[] = [];
    let written: EventRow[] = [];
    const answer = await this.idempotency.effect(request, async (tx) => {
      await this.deliveries.lockOpen(tx, { client_id: clientId, id });
      const row = await this.repository.find(tx, clientId, id);
      if (!row) throw notFound('notification');
      transitions = await change(tx, row);
      written = await this.transitions.record(tx, transitions);
      if (row.strategy === 'fallback') written.push(...(await this.progress.recount(tx, [row])));
      return this.reader.show(tx, request.caller, id);
    });
    await this.transitions.announce(transitions, written);
    return answer;
  }
}
