import { Injectable } from '@nestjs/common';
import type { Outcome } from '../providers/provider.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import { attemptOf } from './attempt-record.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import type { DeliveryRow, DeliveryStatus, Transition } from './delivery.js';
import { judge } from './retry.js';
import { Transitions } from './transitions.js';

const PER_SWEEP = 500;

const WORKER_LOST: Outcome = {
  kind: 'unknown',
  fault: 'provider',
  code: 'worker_lost',
  message: 'The process that sent it went away before it could say what became of it.',
};

/** Moves on what nobody else will: attempts of lost workers, unknown outcomes, deliveries past their time. */
@Injectable()
export class Sweeper {
  constructor(
    private readonly repository: DeliveriesRepository,
    private readonly deliveries: DeliveriesService,
    private readonly transitions: Transitions,
    private readonly registry: ProviderRegistry,
  ) {}

  async sweep(): Promise<void> {
    const lost = await this.repository.findLost(PER_SWEEP);
    await Promise.all(
      lost.map((delivery) => {
        const rules = this.registry.rulesOf(delivery.channel);
        const verdict = judge(
          delivery,
          WORKER_LOST,
          delivery.routing ?? { decision: '', reason: 'only' },
          false,
          rules,
        );
        return this.deliveries.settle({ delivery, attempt: attemptOf(WORKER_LOST, null, null), verdict });
      }),
    );
    await this.transitions.commit(async (tx) =>
      (await this.repository.resolveUnknown(tx, PER_SWEEP)).map(toTransition),
    );
    await this.transitions.commit(async (tx) =>
      (await this.repository.expire(tx, this.registry.acknowledged(), PER_SWEEP)).map(toTransition),
    );
  }
}

const toTransition = ({ from, ...row }: DeliveryRow & { from: DeliveryStatus }): Transition => ({
  from,
  row,
  content: null,
});
