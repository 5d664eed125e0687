import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DueLoop } from '../../platform/common/due-loop.js';
import { Config } from '../../platform/config/config.js';
import { DeliveryCountsRepository } from '../../engine/deliveries/delivery-counts.repository.js';

const LOOK_MS = 10_000;
const AT_ONCE = 2_000;
/** Then others have their turn with the processor. */
const BATCHES = 50;

/** Adds up the changes of the counts, where jobs run. Nobody waits for it: who reads adds up what is left. */
@Injectable()
export class CountsFolding implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new DueLoop({ name: 'counts of deliveries', lookMs: LOOK_MS, run: () => this.fold() });

  constructor(
    private readonly counts: DeliveryCountsRepository,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.loop.start(LOOK_MS);
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  /** Until nothing is left, or for long enough. */
  async fold(): Promise<null> {
    for (let batch = 0; batch < BATCHES && this.loop.goesOn; batch++) {
      if ((await this.counts.fold(AT_ONCE)) < AT_ONCE) break;
    }
    return null;
  }
}
