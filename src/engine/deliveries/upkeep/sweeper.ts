import { Injectable } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import type { Tx } from '../../../platform/database/database.js';
import type { Outcome } from '../../providers/provider.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import { attemptOf } from '../attempts/attempt-record.js';
import { DeliveriesService } from '../deliveries.service.js';
import type { Transition } from '../delivery.js';
import { Reconciler, WORKER_LOST_CODE } from '../told/reconciler.js';
import { judge } from '../attempts/retry.js';
import { SweeperRepository, type Moved } from './sweeper.repository.js';
import { Transitions } from '../transitions.js';

const PER_SWEEP = 500;
/** What waited for a provider may all come back at once. */
const HELD_PER_SWEEP = 2_000;
/** With something that waits for its turn. */
const LANES_PER_SWEEP = 1_000;
/** More of them may come due at once than may be done at once: they are seen well before they are due. */
const WOKEN_AT_ONCE = 2_000;
const WAKES_PER_SWEEP = 10;

const WORKER_LOST: Outcome = {
  kind: 'unknown',
  fault: 'provider',
  code: WORKER_LOST_CODE,
  message: 'The process that sent it went away before it could say what became of it.',
};

/** Moves on what nobody else will: attempts of lost workers, retries that slept, unknown outcomes, deliveries past their time. */
@Injectable()
export class Sweeper {
  constructor(
    private readonly repository: SweeperRepository,
    private readonly deliveries: DeliveriesService,
    private readonly transitions: Transitions,
    private readonly registry: ProviderRegistry,
    private readonly reconciler: Reconciler,
  ) {}

  /**
   * For a process that has just started and is the only one: whoever held a claim, or was finding out whether a provider
   * works again, is gone, and nobody need wait until its time is over.
   */
  async takeOver(): Promise<void> {
    await this.repository.endProbes();
    const claims = await this.repository.endLeases();
    if (claims > 0) logger.info({ claims }, 'The process before left attempts behind; they are taken to be lost.');
  }

  async sweep(): Promise<void> {
    const acknowledged = this.registry.acknowledged();
    const overdue = await this.repository.overdue(acknowledged);
    if (overdue.asleep) await this.wake();
    if (overdue.lost) await this.settleLost();
    if (overdue.unknown) await this.reconciler.settle(PER_SWEEP);
    if (overdue.inTurn) await this.repository.wakeFirst(LANES_PER_SWEEP);
    if (overdue.held) await this.move((tx) => this.repository.resume(tx, HELD_PER_SWEEP));
    if (overdue.expired) await this.move((tx) => this.repository.expire(tx, PER_SWEEP));
    if (overdue.cancelled) await this.move((tx) => this.repository.endCancelled(tx, PER_SWEEP));
    if (overdue.unseen) await this.move((tx) => this.repository.expireUnseen(tx, acknowledged, PER_SWEEP));
  }

  private async wake(): Promise<void> {
    for (let batch = 0; batch < WAKES_PER_SWEEP; batch++) {
      if ((await this.repository.wake(WOKEN_AT_ONCE)) < WOKEN_AT_ONCE) return;
    }
  }

  /** Those that can't be recorded are found again: nobody waits for them, and they hold up nothing else. */
  private async settleLost(): Promise<void> {
    const lost = await this.repository.findLost(PER_SWEEP);
    const settled = await Promise.allSettled(
      lost.map((delivery) => {
        const rules = this.registry.rulesOf(delivery.channel);
        const routing = delivery.routing ?? { decision: '', reason: 'only' as const };
        const verdict = judge(delivery, WORKER_LOST, routing, false, rules);
        return this.deliveries.settle({ delivery, attempt: attemptOf(WORKER_LOST, null, null), verdict }, 1);
      }),
    );
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) logger.error({ err: failed.reason as Error }, 'Attempts of a lost worker could not be recorded yet.');
  }

  private async move(find: (tx: Tx) => Promise<Moved[]>): Promise<void> {
    await this.transitions.commit(async (tx) => (await find(tx)).map(toTransition));
  }
}

const toTransition = ({ from, ...row }: Moved): Transition => ({ from, row, content: null });
