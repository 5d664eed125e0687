import { Injectable } from '@nestjs/common';
import { Problem } from '../../platform/common/problem.js';
import { Quotas } from '../../tenancy/clients/quotas.js';
import type { Request } from '../../tenancy/access/request.js';
import { NotificationDedup } from './notification-dedup.js';
import type { CountedNotification, PlannedNotification } from './notification-planner.js';
import { byChannel } from './plan-deliveries.js';

/** What notifications count as against the quotas of user and client: what sends nothing counts as nothing, and is not refused. */
@Injectable()
export class NotificationCounting {
  constructor(
    private readonly quotas: Quotas,
    private readonly dedup: NotificationDedup,
  ) {}

  /**
   * @param before what the same request counted already
   * @throws Problem `rate_limited`
   */
  async counted(
    request: Request,
    item: PlannedNotification,
    before: readonly PlannedNotification[] = [],
  ): Promise<CountedNotification> {
    if (before.some(({ dedup }) => dedup !== null && dedup.key === item.dedup?.key)) return uncounted(item);
    if (!this.quotas.countsNotifications(request.caller)) return uncounted(item);
    if (await this.isRepeat(item)) return uncounted(item);
    try {
      return { ...item, giveBack: await this.quotas.take(request, byChannel(item.deliveries)) };
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'rate_limited') throw error;
      // The first one may have claimed its key meanwhile. One that was counted a moment ago and has not yet is not seen: that
      // repeat is refused, and answered when it is tried again.
      if (await this.isRepeat(item)) return uncounted(item);
      throw error;
    }
  }

  /** Who sends the same again is told of the first one, also where no other could be sent any more. */
  private async isRepeat(item: PlannedNotification): Promise<boolean> {
    return item.dedup !== null && this.dedup.isTaken(item);
  }
}

const uncounted = (item: PlannedNotification): CountedNotification => ({ ...item, giveBack: () => undefined });
