import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { DeliveryCountsRepository } from '../../engine/deliveries/delivery-counts.repository.js';

const EVERY_MS = 10_000;
const AT_ONCE = 2_000;
/** Then others have their turn with the processor. */
const BATCHES = 50;

/** Adds up the changes of the counts, where jobs run. Nobody waits for it: who reads adds up what is left. */
@Injectable()
export class CountsFolding implements OnApplicationBootstrap, OnModuleDestroy {
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly counts: DeliveryCountsRepository,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.arm();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Until nothing is left, or for long enough. */
  async fold(): Promise<void> {
    for (let batch = 0; batch < BATCHES && !this.stopped; batch++) {
      if ((await this.counts.fold(AT_ONCE)) < AT_ONCE) return;
    }
  }

  private arm(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.fold()
        .catch((error: Error) => logger.warn({ reason: error.message }, 'Counts of deliveries could not be added up.'))
        .finally(() => this.arm());
    }, EVERY_MS);
  }
}
