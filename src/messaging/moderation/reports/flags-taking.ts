import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { logger } from '../../../platform/common/logger.js';
import { Config } from '../../../platform/config/config.js';
import { ReportsService } from './reports.service.js';

const EVERY_MS = 5_000;
const AT_ONCE = 200;

/**
 * Makes reports of flagged messages, where jobs run. With none there is nothing in the index that it asks: a job for each look
 * would cost more than all else that an idle server asks of PostgreSQL.
 */
@Injectable()
export class FlagsTaking implements OnApplicationBootstrap, OnModuleDestroy {
  private running: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly reports: ReportsService,
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

  private arm(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.take()
        .catch((error: Error) => logger.warn({ reason: error.message }, 'Flagged messages could not be looked for.'))
        .finally(() => this.arm());
    }, EVERY_MS);
  }

  private async take(): Promise<void> {
    while (!this.stopped && (await this.reports.takeFlags(AT_ONCE)) === AT_ONCE);
  }
}
