import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { DeliveriesRepository } from '../deliveries.repository.js';
import type { DeliveryRow, SourceRef, Transition } from '../delivery.js';
import {
  DeliveryChangesRepository,
  type DeliveryChange,
  type OpenRow,
  type Tries,
} from './delivery-changes.repository.js';
import { DueSignal } from '../due-signal.js';
import type { Moved } from '../upkeep/sweeper.repository.js';

/**
 * What the owner of a source changes of its deliveries. Changes of state are handed back, for {@link Transitions.record} in the
 * same transaction. What waits for the source's own row must have its deliveries first: so does whoever settles one.
 */
@Injectable()
export class DeliveryChanges {
  constructor(
    private readonly repository: DeliveryChangesRepository,
    private readonly records: DeliveriesRepository,
    private readonly due: DueSignal,
  ) {}

  /**
   * Deliveries were made of a source later, with this `created_at`: they are begun after the commit.
   * @returns those that were suppressed from the start
   */
  async made(tx: Tx, source: SourceRef): Promise<Transition[]> {
    tx.afterCommit(() => this.due.raise());
    const rows = await this.records.suppressedOf(tx, source);
    return rows.map((row) => ({ from: 'suppressed', row, content: null }));
  }

  /** The open deliveries of a source, which nobody claims or settles until the transaction ends. */
  lockOpen(tx: Tx, source: Omit<SourceRef, 'created_at'>): Promise<OpenRow[]> {
    return this.repository.lockOpen(tx, source);
  }

  /** Channels of which something was sent, or is being: what they send can't be changed any more. */
  begun(tx: Tx, source: SourceRef): Promise<Set<string>> {
    return this.repository.begun(tx, source);
  }

  async change(tx: Tx, source: SourceRef, change: DeliveryChange): Promise<void> {
    await this.repository.change(tx, source, change);
    tx.afterCommit(() => this.due.raise());
  }

  /** What waits ends as `cancelled`. What is being sent just now goes on, and is not tried again should it fail. */
  async cancelAll(tx: Tx, source: SourceRef, reason: string): Promise<Transition[]> {
    return (await this.repository.cancelAll(tx, source, reason)).map(toTransition);
  }

  /** The same, of these. */
  async cancelSome(tx: Tx, deliveries: Pick<DeliveryRow, 'client_id' | 'id'>[], reason: string): Promise<Transition[]> {
    return (await this.repository.cancelSome(tx, deliveries, reason)).map(toTransition);
  }

  /** What failed or expired is tried again, under its own id. @param tries of its channels, as if they were new */
  async retry(tx: Tx, source: SourceRef, tries: Tries[]): Promise<Transition[]> {
    tx.afterCommit(() => this.due.raise());
    return (await this.repository.reopen(tx, source, ['failed', 'expired'], tries)).map(toTransition);
  }
}

const toTransition = ({ from, ...row }: Moved): Transition => ({ from, row, content: null });
