import { Injectable } from '@nestjs/common';
import type { Request } from '../../tenancy/access/request.js';
import { Coalescer } from '../../platform/common/coalescer.js';
import { Problem } from '../../platform/common/problem.js';
import { Database, type Tx } from '../../platform/database/database.js';
import { NotificationSets, type WriteOutcome } from './notification-sets.js';
import { NewNotificationsRepository, type Accepted, type WrittenRow } from './new-notifications.repository.js';

/** What is larger is written alone: a batch must fit into memory many times over. */
const GATHERED_CHARS = 65_536;
const GATHERED_DELIVERIES = 100;

/**
 * Writes notifications with their deliveries. Small ones are gathered: one statement for as many as arrived meanwhile; what
 * takes more than a statement is written by itself, by {@link NotificationSets}. Written one by one they would wait for each
 * other, because each locks its client's row against being deleted.
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
    private readonly repository: NewNotificationsRepository,
    private readonly database: Database,
    private readonly sets: NotificationSets,
  ) {}

  /**
   * @param answer what the request is answered, in the transaction that writes it
   * @throws Problem `overloaded` when too much waits already
   */
  async write(
    request: Request,
    item: Accepted,
    answer: (tx: Tx, outcomes: WriteOutcome[]) => Promise<unknown>,
  ): Promise<WriteOutcome> {
    const alone =
      request.lease !== null ||
      item.dedup !== null ||
      item.chains.length > 0 ||
      item.deliveries.length > GATHERED_DELIVERIES ||
      item.deliveries.some(({ suppressed }) => suppressed !== null) ||
      JSON.stringify(item.row.channels).length > GATHERED_CHARS;
    if (!alone) return { written: await this.gathered.add(item.client_id, item) };
    return (await this.sets.write(request, [item], answer))[0]!;
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
