import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DueLoop } from '../../../platform/common/due-loop.js';
import { Config } from '../../../platform/config/config.js';
import { ReportsService } from './reports.service.js';

const LOOK_MS = 5_000;
const AT_ONCE = 200;

/**
 * Makes reports of flagged messages, where jobs run. With none there is nothing in the index that it asks: a job for each look
 * would cost more than all else that an idle server asks of PostgreSQL.
 */
@Injectable()
export class FlagsTaking implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly loop = new DueLoop({ name: 'reports of flagged messages', lookMs: LOOK_MS, run: () => this.take() });

  constructor(
    private readonly reports: ReportsService,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.runsJobs()) this.loop.start(LOOK_MS);
  }

  onModuleDestroy(): Promise<void> {
    return this.loop.stop();
  }

  private async take(): Promise<null> {
    while (this.loop.goesOn && (await this.reports.takeFlags(AT_ONCE)) === AT_ONCE);
    return null;
  }
}
