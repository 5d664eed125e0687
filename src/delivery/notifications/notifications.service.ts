import { Injectable } from '@nestjs/common';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { databaseSpan, inSpan, tracer, type SpanOptions } from '../../platform/tracing/tracer.js';
import { invalidField } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { asAccepted } from './notification.js';
import { NotificationCounting } from './notification-counting.js';
import { NotificationPlanner, type CountedNotification } from './notification-planner.js';
import { NotificationSets, type WriteOutcome } from './notification-sets.js';
import { NotificationStarts } from './notification-starts.js';
import type { NotificationDto, NotificationInputDto } from './notifications.dto.js';
import { NotificationsReader } from './notifications.reader.js';
import type { Accepted, WrittenRow } from './new-notifications.repository.js';
import { NotificationsWriter } from './notifications.writer.js';

/** What a request for a notification is answered; {@link Existing} where nothing was made. */
export type Answer = NotificationDto | Existing<NotificationDto>;

/** Takes notifications on: once answered, they and their deliveries are rows, and the engine does the rest. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly planner: NotificationPlanner,
    private readonly writer: NotificationsWriter,
    private readonly sets: NotificationSets,
    private readonly reader: NotificationsReader,
    private readonly starts: NotificationStarts,
    private readonly counting: NotificationCounting,
  ) {}

  /** One transaction: the notification, its deliveries, and what became of those that can't be sent at all. */
  async accept(request: Request, input: NotificationInputDto): Promise<Answer> {
    // Whoever is only imagined there can't be told anything.
    if (input.simulate) throw invalidField('simulate', 'is for requests of their own, not for what is to be sent');
    const item = await this.counting.counted(request, await this.planner.plan(request.caller, input));
    if (tracer === null) return this.write(request, item);
    return inSpan('send notifications', spanOf([item]), () => this.write(request, item));
  }

  private async write(request: Request, item: CountedNotification): Promise<Answer> {
    return this.starts.reserving([item], async ([reservation]) => {
      let answer: Answer | undefined;
      const write = () =>
        this.writer.write(request, item, async (tx, [written]) => {
          return (answer = await this.answerOf(tx, request, item, written!));
        });
      const outcome = await (tracer === null ? write() : inSpan('INSERT notifications', COMMIT, write));
      this.starts.begin(item, outcome, reservation!);
      return answer ?? asAccepted((outcome as { written: WrittenRow }).written, item.deliveries);
    });
  }

  /**
   * Many at once, in one transaction, each with its answer.
   * @param answer what the request is answered, from these
   */
  async acceptAll<T>(request: Request, items: CountedNotification[], answer: (answers: Answer[]) => T): Promise<T> {
    if (tracer === null) return this.writeAll(request, items, answer);
    return inSpan('send notifications', spanOf(items), () => this.writeAll(request, items, answer));
  }

  private async writeAll<T>(
    request: Request,
    items: CountedNotification[],
    answer: (answers: Answer[]) => T,
  ): Promise<T> {
    return this.starts.reserving(items, async (reservations) => {
      let whole: T | undefined;
      const outcomes = await this.sets.write(request, items, async (tx, written) => {
        const answers: Answer[] = [];
        for (const [index, item] of items.entries())
          answers.push(await this.answerOf(tx, request, item, written[index]!));
        return (whole = answer(answers));
      });
      items.forEach((item, index) => this.starts.begin(item, outcomes[index]!, reservations[index]!));
      return whole!;
    });
  }

  private async answerOf(
    tx: Tx,
    { caller }: Request,
    { deliveries }: Accepted,
    outcome: WriteOutcome,
  ): Promise<Answer> {
    if ('written' in outcome) return asAccepted(outcome.written, deliveries);
    const original = await this.reader.show(tx, caller, outcome.original);
    return new Existing({ ...original, deduplicated: true });
  }
}

/** The transaction, with the wait for the batch that it goes in. */
const COMMIT = databaseSpan('INSERT', 'notifications');

const spanOf = (items: CountedNotification[]): SpanOptions => ({
  kind: 'producer',
  attributes: {
    'messaging.system': 'chatapi',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'notifications',
    'messaging.batch.message_count': items.reduce((count, { deliveries }) => count + deliveries.length, 0),
    'chatapi.client_id': items[0]?.client_id,
    'chatapi.notification_id': items.length === 1 ? items[0]!.row.id : undefined,
  },
});
