import { Processor, WorkerHost } from '@nestjs/bullmq';
import { OldDeliveries } from '../../engine/deliveries/old-deliveries.js';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { OldNotificationsRepository } from './old-notifications.repository.js';

export const NOTIFICATIONS_PRUNING_QUEUE = 'notifications-pruning';

/** What one run deletes at most: the next one goes on. */
const AT_ONCE = 1_000;
const ROUNDS = 200;

/** Forgets notifications, their deliveries and attempts when `NOTIFICATIONS_KEPT_DAYS` are over. */
@Processor(NOTIFICATIONS_PRUNING_QUEUE)
export class NotificationsPruningProcessor extends WorkerHost {
  constructor(
    private readonly notifications: OldNotificationsRepository,
    private readonly deliveries: OldDeliveries,
    private readonly config: Config,
  ) {
    super();
  }

  async process(): Promise<void> {
    const { notificationsKeptDays: keptDays } = this.config;
    let deleted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const some = await this.notifications.delete(keptDays, AT_ONCE);
      deleted += some;
      if (some < AT_ONCE) break;
    }
    await this.deliveries.drop(keptDays);
    if (deleted > 0) logger.info({ deleted, kept_days: keptDays }, 'Old notifications are gone.');
  }
}
