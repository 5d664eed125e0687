import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DeliveriesReader } from '../../engine/deliveries/deliveries.reader.js';
import type { Transition } from '../../engine/deliveries/delivery.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { EventsService } from '../../engine/events/events.service.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { countsOf, toNotification, type NotificationRow } from './notification.js';
import { noDelta, NotificationCounters, type CounterDelta, type MovedRow } from './notification-counters.repository.js';
import type { NotificationDto } from './notifications.dto.js';
import { notificationCompleted, notificationFailed } from './notifications.events.js';

/** How far notifications have come: their counters, their status, and the events of those that are through. */
@Injectable()
export class NotificationProgress {
  constructor(
    private readonly counters: NotificationCounters,
    private readonly reader: DeliveriesReader,
    private readonly events: EventsService,
  ) {}

  /** @returns them as they stand, with the status that they had */
  move(tx: Tx, deltas: CounterDelta[]): Promise<MovedRow[]> {
    return this.counters.move(tx, deltas);
  }

  /**
   * @param moved within the transaction
   * @param transitions of a notification with one delivery, the change says all
   */
  async ended(tx: Tx, moved: MovedRow[], transitions: Transition[] = []): Promise<NewEvent[]> {
    const ended = moved.filter(({ open_count, status, before }) => open_count === 0 && status !== before);
    const counts = await this.countsOf(tx, ended, transitions);
    return ended.map((row) => endedEvent(row, toNotification(row, counts.get(row.id)!)));
  }

  /** After something else than a delivery's state changed what is open. @returns events, to be told after the commit */
  async recount(tx: Tx, keys: { client_id: string; id: string }[]): Promise<EventRow[]> {
    if (keys.length === 0) return [];
    const moved = await this.move(tx, keys.map(noDelta));
    return this.events.append(tx, await this.ended(tx, moved));
  }

  private async countsOf(tx: Tx, rows: NotificationRow[], transitions: Transition[]) {
    const single = new Map(transitions.map(({ row }) => [row.source_id, row.status]));
    const isKnown = ({ id, total }: NotificationRow): boolean => total === 1 && single.has(id);
    const counts = new Map(
      rows.filter(isKnown).map((row) => [row.id, countsOf([{ status: single.get(row.id)!, n: 1 }])]),
    );
    const others = rows.filter((row) => !isKnown(row));
    if (others.length === 0) return counts;
    const found = await this.reader.counts(tx, others);
    for (const { id } of others) counts.set(id, countsOf(found.get(id)));
    return counts;
  }
}

const endedEvent = (row: NotificationRow, data: NotificationDto): NewEvent =>
  newEvent({
    event: row.status === 'failed' || row.status === 'expired' ? notificationFailed : notificationCompleted,
    client_id: row.client_id,
    stream: { type: 'client', id: row.client_id },
    subject_id: row.id,
    actor: { id: null, type: 'system' },
    data,
  });
