import { Config } from '../../platform/config/config.js';
import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { DeliveryCountsRepository } from '../../engine/deliveries/delivery-counts.repository.js';
import { ActivityRepository } from './activity.repository.js';
import { ConnectionsRepository } from './connections.repository.js';

const AT_ONCE = 2_000;

/** Drops numbers whose time is over. */
@Periodic({ name: 'analytics-pruning', everyMs: 3_600_000 })
export class AnalyticsPruningProcessor implements PeriodicWork {
  constructor(
    private readonly counts: DeliveryCountsRepository,
    private readonly activity: ActivityRepository,
    private readonly connections: ConnectionsRepository,
    private readonly config: Config,
  ) {}

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
