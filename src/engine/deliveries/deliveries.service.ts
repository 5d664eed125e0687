import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import { timeOfId, type UserPk } from '../../platform/common/ids.js';
import { logger } from '../../platform/common/logger.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import {
  type ClaimedDelivery,
  type Content,
  type DeliveryRef,
  type DeliverySource,
  type Settlement,
  type Transition,
} from './delivery.js';
import { Transitions } from './transitions.js';

const MAX_BATCH = 500;
/** Workers are few and wait for their own: this is never reached but by a fault. */
const MAX_WAITING = 50_000;
const SETTLE_AGAIN_MS = 250;
/** As long as the lease: afterwards the delivery is taken to be lost. */
const SETTLE_TRIES = 300;

/** Claims and settlements, gathered: what many workers do at once is one statement, one transaction. */
@Injectable()
export class DeliveriesService {
  private source: DeliverySource | null = null;

  private readonly claims = new Coalescer<DeliveryRef, ClaimedDelivery | null>({
    name: 'claims',
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    maxWaitingPerTenant: MAX_WAITING,
    run: (refs) => this.claimBatch(refs),
  });

  private readonly settlements = new Coalescer<Settlement, Transition | null>({
    name: 'settlements',
    maxBatch: MAX_BATCH,
    maxWaiting: MAX_WAITING,
    maxWaitingPerTenant: MAX_WAITING,
    run: (batch) => this.settleBatch(batch),
  });

  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly transitions: Transitions,
  ) {}

  registerSource(source: DeliverySource): void {
    this.source = source;
  }

  /** @returns null when somebody else has it, or it is not due: then it is not ours to send */
  claim(ref: DeliveryRef): Promise<ClaimedDelivery | null> {
    return this.claims.add(ref.client_id, ref);
  }

  /**
   * Records an attempt and what follows. The outcome is known once only, so a database that is away is waited for.
   * @returns null when the delivery was not held by this attempt any more
   */
  async settle(settlement: Settlement): Promise<Transition | null> {
    for (let tried = 1; ; tried++) {
      try {
        return await this.settlements.add(settlement.delivery.client_id, settlement);
      } catch (error) {
        if (tried >= SETTLE_TRIES) throw error;
        if (tried === 1) logger.warn({ reason: (error as Error).message }, 'Attempts could not be recorded yet.');
        await sleep(SETTLE_AGAIN_MS);
      }
    }
  }

  /** A device of the user has shown a socket notification. Again, or too late, changes nothing. */
  async acknowledge(clientId: string, userPk: UserPk, id: string): Promise<boolean> {
    const done = await this.transitions.commit(async (tx) => {
      const rows = await this.repository.acknowledge(tx, clientId, userPk, id, timeOfId(id));
      return rows.map((row) => ({ from: 'sent', row, content: null }));
    });
    return done.length > 0;
  }

  private async claimBatch(refs: DeliveryRef[]): Promise<(ClaimedDelivery | null)[]> {
    const claimed = await this.repository.claim(refs);
    const contents: Map<string, Content> =
      claimed.length > 0 && this.source ? await this.source.load(claimed) : new Map();
    const byId = new Map(claimed.map((row) => [row.id, row]));
    return refs.map(({ id }) => {
      const row = byId.get(id);
      // Named twice in one batch: once is enough.
      byId.delete(id);
      return row ? { ...row, content: contents.get(id) ?? null } : null;
    });
  }

  private async settleBatch(batch: Settlement[]): Promise<(Transition | null)[]> {
    const contents = new Map(batch.map(({ delivery }) => [delivery.id, delivery.content ?? null]));
    const done = await this.transitions.commit(async (tx) => {
      const rows = await this.repository.settle(tx, batch);
      return rows.map((row) => ({ from: 'sending', row, content: contents.get(row.id) ?? null }));
    });
    const byId = new Map(done.map((transition) => [transition.row.id, transition]));
    return batch.map(({ delivery }) => byId.get(delivery.id) ?? null);
  }
}
