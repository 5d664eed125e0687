import { Injectable } from '@nestjs/common';
import { Existing, valueOf, type Request } from '../../tenancy/access/request.js';
import { itemProblem } from '../../platform/common/batch.js';
import { Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import { NotificationCounting } from './notification-counting.js';
import type { NotificationBatchDto, NotificationResultDto, NotificationResultsDto } from './notification-orders.dto.js';
import { NotificationPlanner, type CountedNotification, type PlannedNotification } from './notification-planner.js';
import { NotificationInputDto } from './notifications.dto.js';
import { NotificationsService, type Answer } from './notifications.service.js';
import { Simulation } from './simulation.js';

const ACCEPTED = 202;
const UNCHANGED = 200;

/** Orders for one notification, for many, and for what would become of one. */
@Injectable()
export class NotificationOrders {
  constructor(
    private readonly notifications: NotificationsService,
    private readonly planner: NotificationPlanner,
    private readonly counting: NotificationCounting,
    private readonly simulation: Simulation,
  ) {}

  async one(request: Request, input: NotificationInputDto): Promise<Answer> {
    if (!input.simulate) return this.notifications.accept(request, input);
    return this.simulated(await this.planner.plan(request.caller, input));
  }

  /**
   * Those at fault are left out; the others are written in one transaction. All are planned together, so that what they ask of the
   * database is asked at once; quotas count them in their order.
   */
  async many(request: Request, { notifications }: NotificationBatchDto): Promise<NotificationResultsDto> {
    const results: NotificationResultDto[] = [];
    const planned: { index: number; item: CountedNotification }[] = [];
    const plans = await Promise.allSettled(notifications.map((plain) => this.planOne(request, plain)));
    for (const [index, plan] of plans.entries()) {
      try {
        if (plan.status === 'rejected') throw plan.reason;
        const { input, item } = plan.value;
        if (input.simulate) results[index] = resultOf(index, await this.simulated(item));
        else {
          const before = planned.map((one) => one.item);
          planned.push({ index, item: await this.counting.counted(request, item, before) });
        }
      } catch (error) {
        // What is at fault on our side fails all, and nothing was written.
        if (!(error instanceof Problem) || error.status >= 500) {
          for (const { item } of planned) item.giveBack();
          throw error;
        }
        results[index] = { index, status: error.status, error: itemProblem(error) };
      }
    }
    const items = planned.map(({ item }) => item);
    return this.notifications.acceptAll(request, items, (answers) => {
      answers.forEach((answer, at) => (results[planned[at]!.index] = resultOf(planned[at]!.index, answer)));
      return { results };
    });
  }

  private async planOne({ caller }: Request, plain: unknown) {
    const input = toDto(NotificationInputDto, plain);
    return { input, item: await this.planner.plan(caller, input) };
  }

  private async simulated(item: PlannedNotification): Promise<Answer> {
    return new Existing(await this.simulation.of(item));
  }
}

const resultOf = (index: number, answer: Answer): NotificationResultDto => ({
  index,
  status: answer instanceof Existing ? UNCHANGED : ACCEPTED,
  notification: valueOf(answer),
});
