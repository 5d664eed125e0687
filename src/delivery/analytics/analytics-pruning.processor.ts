import { Processor, WorkerHost } from '@nestjs/bullmq';
import { Config } from '../../platform/config/config.js';
import { DeliveryCountsRepository } from '../../engine/deliveries/delivery-counts.repository.js';
import { ActivityRepository } from './activity.repository.js';
import { ConnectionsRepository } from './connections.repository.js';

export const ANALYTICS_PRUNING_QUEUE = 'analytics-pruning';

const AT_ONCE = 2_000;

/** Drops numbers whose time is over. */
@Processor(ANALYTICS_PRUNING_QUEUE)
export class AnalyticsPruningProcessor extends WorkerHost {
  constructor(
    private readonly counts: DeliveryCountsRepository,
    private readonly activity: ActivityRepository,
    private readonly connections: ConnectionsRepository,
    private readonly config: Config,
  ) {
    super();
  }

  async process(): Promise<void> {
    const days = this.config.analyticsKeptDays;
    await untilFew(() => this.counts.prune(days, AT_ONCE));
    await untilFew(() => this.activity.prune('message_rollups', days, AT_ONCE));
    await untilFew(() => this.activity.prune('activity_rollups', days, AT_ONCE));
    await untilFew(() => this.connections.prune(days, AT_ONCE));
  }
}

async function untilFew(drop: () => Promise<number>): Promise<void> {
  while ((await drop()) === AT_ONCE);
}
