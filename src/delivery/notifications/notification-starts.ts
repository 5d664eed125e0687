import { Injectable } from '@nestjs/common';
import type { Content } from '../../engine/deliveries/delivery.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import { Workers, type Reservation } from '../../engine/deliveries/dispatch/workers.js';
import { NOTIFICATION, withCategory } from './notification.js';
import type { WriteOutcome } from './notification-sets.js';
import type { CountedNotification } from './notification-planner.js';

/** Begins what was just accepted: in this process, as far as it has room; the rest waits for whoever has. */
@Injectable()
export class NotificationStarts {
  constructor(
    private readonly workers: Workers,
    private readonly due: DueSignal,
  ) {}

  /** With what there is room for here. It is given back, but for what was begun. */
  async reserving<T>(items: CountedNotification[], work: (reservations: Reservation[]) => Promise<T>): Promise<T> {
    const reservations = items.map(({ client_id, deliveries, row }) =>
      this.workers.reserve(client_id, deliveries, row.priority),
    );
    try {
      return await work(reservations);
    } catch (error) {
      for (const { giveBack } of items) giveBack();
      throw error;
    } finally {
      for (const reservation of reservations) reservation.end();
    }
  }

  /** After the commit: what there is room for is on its way when this returns. */
  begin({ row, giveBack }: CountedNotification, outcome: WriteOutcome, reservation: Reservation): void {
    if (!('written' in outcome)) return giveBack();
    const contents = row.channels as Record<string, Content>;
    const written = { ...outcome.written, source_kind: NOTIFICATION };
    const begun = new Map<string, Content>();
    const left = reservation.begin(written, (channel) => {
      const content = begun.get(channel) ?? withCategory(contents[channel]!, row.category);
      // The same one for all: by that, what goes in one call is known.
      begun.set(channel, content);
      return content;
    });
    if (left && row.scheduled_for === null) this.due.raise();
  }
}
