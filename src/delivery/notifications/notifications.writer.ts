import { Injectable } from '@nestjs/common';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import { Coalescer } from '../../platform/common/coalescer.js';
import { Problem } from '../../platform/common/problem.js';
import { Database } from '../../platform/database/database.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import type { Transition } from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { asAccepted } from './notification.js';
import { NotificationsRepository, type Accepted, type WrittenRow } from './notifications.repository.js';

/** What is larger is written alone: a batch must fit into memory many times over. */
const GATHERED_CHARS = 65_536;
const GATHERED_DELIVERIES = 100;

/**
 * Writes notifications with their deliveries. Small ones are gathered: one statement for as many as arrived meanwhile.
 * Written one by one they would wait for each other, because each locks its client's row against being deleted.
 */
@Injectable()
export class NotificationsWriter {
  private readonly gathered = new Coalescer<Accepted, WrittenRow>({
    maxBatch: 100,
    maxWaiting: 2_000,
    maxWaitingPerTenant: 500,
    run: (items) => this.writeBatch(items),
  });

  constructor(
    private readonly repository: NotificationsRepository,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
    private readonly transitions: Transitions,
    private readonly deliveries: DeliveriesService,
  ) {}

  /** @throws Problem `overloaded` when too much waits already */
  write(request: Request, item: Accepted): Promise<WrittenRow> {
    const alone =
      request.lease !== null ||
      item.deliveries.length > GATHERED_DELIVERIES ||
      item.deliveries.some(({ suppressed }) => suppressed !== null) ||
      JSON.stringify(item.row.channels).length > GATHERED_CHARS;
    return alone ? this.writeAlone(request, item) : this.gathered.add(item.client_id, item);
  }

  /** With what becomes of it at once: its Idempotency-Key, and the events of those that can't be sent at all. */
  private async writeAlone(request: Request, item: Accepted): Promise<WrittenRow> {
    let row: WrittenRow | undefined;
    let ended: Transition[] = [];
    let written: EventRow[] = [];
    await this.idempotency.effect(request, async (tx) => {
      [row] = await this.repository.insert(tx, [item]);
      if (item.deliveries.some(({ suppressed }) => suppressed !== null)) {
        ended = await this.deliveries.suppressedOf(tx, row!);
        written = await this.transitions.record(tx, ended);
      }
      return asAccepted(row!);
    });
    await this.transitions.announce(ended, written);
    return row!;
  }

  /** One that can't be written fails alone; a database that is away fails all, and nothing is tried twice. */
  private async writeBatch(items: Accepted[]): Promise<(WrittenRow | Error)[]> {
    try {
      const rows = await this.repository.insert(this.database, items);
      const byId = new Map(rows.map((row) => [row.id, row]));
      return items.map(({ row }) => byId.get(row.id) ?? new Error('a notification was not written'));
    } catch (error) {
      if (items.length === 1 || error instanceof Problem) return items.map(() => error as Error);
      const results: (WrittenRow | Error)[] = [];
      for (const item of items) results.push((await this.writeBatch([item]))[0]!);
      return results;
    }
  }
}
