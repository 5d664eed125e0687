import { OldDeliveries } from '../../engine/deliveries/upkeep/old-deliveries.js';
import { logger } from '../../platform/common/logger.js';
import { Config } from '../../platform/config/config.js';
import { Periodic, type PeriodicWork } from '../../platform/queue/periodic.js';
import { OldNotificationsRepository } from './old-notifications.repository.js';

/** What one run deletes at most: the next one goes on. */
const AT_ONCE = 1_000;
const ROUNDS = 200;

/** Forgets notifications, their deliveries and attempts when `NOTIFICATIONS_KEPT_DAYS` are over. */
@Periodic({ name: 'notifications-pruning', everyMs: 3_600_000 })
export class NotificationsPruningProcessor implements PeriodicWork {
  constructor(
    private readonly notifications: OldNotificationsRepository,
    private readonly deliveries: OldDeliveries,
    private readonly config: Config,
  ) {}

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
