import { Injectable } from '@nestjs/common';
import { Existing, valueOf, type Request } from '../../tenancy/access/request.js';
import { itemProblem } from '../../platform/common/batch.js';
import { Problem } from '../../platform/common/problem.js';
import { toDto } from '../../platform/common/validation.js';
import type { NotificationBatchDto, NotificationResultDto, NotificationResultsDto } from './notification-orders.dto.js';
import { NotificationPlanner, type Counted } from './notification-planner.js';
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
    private readonly simulation: Simulation,
  ) {}

  async one(request: Request, input: NotificationInputDto): Promise<Answer> {
    if (!input.simulate) return this.notifications.accept(request, input);
    return this.simulated(request, input);
  }

  private async simulated({ caller }: Request, input: NotificationInputDto): Promise<Answer> {
    return new Existing(await this.simulation.of(await this.planner.plan(caller, input)));
  }

  /** Those at fault are left out; the others are written in one transaction. */
  async many(request: Request, { notifications }: NotificationBatchDto): Promise<NotificationResultsDto> {
    const results: NotificationResultDto[] = [];
    const planned: { index: number; item: Counted }[] = [];
    for (const [index, plain] of notifications.entries()) {
      try {
        const input = toDto(NotificationInputDto, plain);
        if (input.simulate) results[index] = resultOf(index, await this.simulated(request, input));
        else planned.push({ index, item: await this.notifications.plan(request, input) });
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
}

const resultOf = (index: number, answer: Answer): NotificationResultDto => ({
  index,
  status: answer instanceof Existing ? UNCHANGED : ACCEPTED,
  notification: valueOf(answer),
});
