import { Injectable } from '@nestjs/common';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { Tx } from '../../platform/database/database.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import type { Transition } from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import type { EventRow } from '../../engine/events/events.repository.js';
import { FallbackChains } from './fallback/fallback-chains.repository.js';
import { NotificationDedup } from './notification-dedup.js';
import { NewNotificationsRepository, type Accepted, type WrittenRow } from './new-notifications.repository.js';

/** Of notifications that share a transaction, so many deliveries share a statement. */
const PER_STATEMENT = 5_000;

/** What became of one: it was written, or its dedup_key names the one of this id. */
export type WriteOutcome = { written: WrittenRow } | { original: string };

/** One notification or several of one request, written in one transaction with all that follows from them at once. */
@Injectable()
export class NotificationSets {
  constructor(
    private readonly repository: NewNotificationsRepository,
    private readonly idempotency: Idempotency,
    private readonly transitions: Transitions,
    private readonly deliveries: DeliveriesService,
    private readonly dedup: NotificationDedup,
    private readonly chains: FallbackChains,
  ) {}

  /**
   * All of them or none, with what becomes of them at once: the request's Idempotency-Key, and the events of those that
   * can't be sent at all. @returns in their order
   */
  async write(
    request: Request,
    items: Accepted[],
    answer: (tx: Tx, outcomes: WriteOutcome[]) => Promise<unknown>,
  ): Promise<WriteOutcome[]> {
    let outcomes: WriteOutcome[] = [];
    let ended: Transition[] = [];
    let written: EventRow[] = [];
    await this.idempotency.effect(request, async (tx) => {
      const originals = await this.claimKeys(tx, items);
      const rows = await this.insert(
        tx,
        items.filter((item) => !originals.has(item)),
      );
      await this.chains.insert(
        tx,
        items.filter(({ row }) => rows.has(row.id)),
      );
      ended = await this.suppressedOf(tx, items, rows);
      written = await this.transitions.record(tx, ended);
      outcomes = items.map((item) => {
        const original = originals.get(item);
        return original === undefined ? { written: rows.get(item.row.id)! } : { original };
      });
      return answer(tx, outcomes);
    });
    await this.transitions.announce(ended, written);
    return outcomes;
  }

  /**
   * In one order, so that nobody deadlocks. Whoever asks with a key at the same time waits for the first of them only; in turn, each
   * would wait for all before it, and on a busy machine too long.
   * @returns those that were accepted before, with the first one's id
   */
  private async claimKeys(tx: Tx, items: Accepted[]): Promise<Map<Accepted, string>> {
    const originals = new Map<Accepted, string>();
    const keyed = items.filter(({ dedup }) => dedup !== null);
    // Of equal keys the first stays first.
    for (const item of keyed.toSorted((a, b) =>
      a.dedup!.key < b.dedup!.key ? -1 : Number(a.dedup!.key > b.dedup!.key),
    )) {
      const original = await this.dedup.claim(tx, item);
      if (original !== null) originals.set(item, original);
    }
    return originals;
  }

  private async insert(tx: Tx, items: Accepted[]): Promise<Map<string, WrittenRow>> {
    const rows = new Map<string, WrittenRow>();
    for (const part of inParts(items)) for (const row of await this.repository.insert(tx, part)) rows.set(row.id, row);
    return rows;
  }

  private async suppressedOf(tx: Tx, items: Accepted[], rows: Map<string, WrittenRow>): Promise<Transition[]> {
    const found: Transition[] = [];
    for (const { row, deliveries } of items) {
      const written = rows.get(row.id);
      if (written && deliveries.some(({ suppressed }) => suppressed !== null))
        found.push(...(await this.deliveries.suppressedOf(tx, written)));
    }
    return found;
  }
}

/** Each of about so many deliveries as a statement takes well. */
function inParts(items: Accepted[]): Accepted[][] {
  const parts: Accepted[][] = [];
  let room = 0;
  for (const item of items) {
    room -= item.deliveries.length;
    if (room < 0) {
      parts.push([]);
      room = PER_STATEMENT - item.deliveries.length;
    }
    parts.at(-1)!.push(item);
  }
  return parts;
}
