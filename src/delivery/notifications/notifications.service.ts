import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { Existing, type Request } from '../../tenancy/access/request.js';
import { isUuid } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import { Quotas } from '../../tenancy/clients/quotas.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import type { Content } from '../../engine/deliveries/delivery.js';
import { DueSignal } from '../../engine/deliveries/due-signal.js';
import { Workers, type Reservation } from '../../engine/deliveries/workers.js';
import { asAccepted, NOTIFICATION } from './notification.js';
import { NotificationPlanner, type Planned } from './notification-planner.js';
import type { AcknowledgedDto, NotificationDto, NotificationInputDto } from './notifications.dto.js';
import { NotificationsReader } from './notifications.reader.js';
import type { Accepted, WrittenRow } from './notifications.repository.js';
import { NotificationsWriter, type WriteOutcome } from './notifications.writer.js';
import { byChannel } from './plan-deliveries.js';

/** What a request for a notification is answered; {@link Existing} where nothing was made. */
export type Answer = NotificationDto | Existing<NotificationDto>;

/** Takes notifications on: once answered, they and their deliveries are rows, and the engine does the rest. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly planner: NotificationPlanner,
    private readonly writer: NotificationsWriter,
    private readonly reader: NotificationsReader,
    private readonly workers: Workers,
    private readonly due: DueSignal,
    private readonly deliveries: DeliveriesService,
    private readonly quotas: Quotas,
  ) {}

  /** One transaction: the notification, its deliveries, and what became of those that can't be sent at all. */
  async accept(request: Request, input: NotificationInputDto): Promise<Answer> {
    const item = await this.counted(request, await this.planner.plan(request.caller, input));
    return this.reserving([item], async ([reservation]) => {
      let answer: Answer | undefined;
      const outcome = await this.writer.write(request, item, async (tx, [written]) => {
        return (answer = await this.answerOf(tx, item, written!));
      });
      this.begin(item, outcome, reservation!);
      return answer ?? asAccepted((outcome as { written: WrittenRow }).written, item.deliveries);
    });
  }

  /** Counts what is to be written against the client's quotas. @throws Problem `rate_limited` */
  async counted(request: Request, item: Planned): Promise<Planned> {
    await this.quotas.take(request, byChannel(item.deliveries));
    return item;
  }

  /**
   * Many at once, in one transaction, each with its answer.
   * @param answer what the request is answered, from these
   */
  async acceptAll<T>(request: Request, items: Planned[], answer: (answers: Answer[]) => T): Promise<T> {
    return this.reserving(items, async (reservations) => {
      let whole: T | undefined;
      const outcomes = await this.writer.writeAll(request, items, async (tx, written) => {
        const answers: Answer[] = [];
        for (const [index, item] of items.entries()) answers.push(await this.answerOf(tx, item, written[index]!));
        return (whole = answer(answers));
      });
      items.forEach((item, index) => this.begin(item, outcomes[index]!, reservations[index]!));
      return whole!;
    });
  }

  /**
   * A device of the caller's user has shown the socket notification: `sent` becomes `delivered`. Again changes nothing.
   * @param deliveryId `delivery_id` of notification.created
   * @throws Problem `not_found` for what is no id
   */
  async acknowledge(caller: Caller, deliveryId: string): Promise<AcknowledgedDto> {
    if (!caller.user) throw new Problem('forbidden', 'Only a user acknowledges notifications: name one in X-User-Id.');
    if (!isUuid(deliveryId)) throw notFound('notification');
    const acknowledged = await this.deliveries.acknowledge(caller.clientId, caller.user.user_pk, deliveryId);
    return { id: deliveryId, acknowledged };
  }

  private async answerOf(tx: Tx, { client_id, deliveries }: Accepted, outcome: WriteOutcome): Promise<Answer> {
    if ('written' in outcome) return asAccepted(outcome.written, deliveries);
    const original = await this.reader.show(tx, client_id, outcome.original);
    return new Existing({ ...original, deduplicated: true });
  }

  /** With what there is room for here. It is given back, but for what was begun. */
  private async reserving<T>(items: Accepted[], work: (reservations: Reservation[]) => Promise<T>): Promise<T> {
    const reservations = items.map(({ client_id, deliveries }) => this.workers.reserve(client_id, deliveries));
    try {
      return await work(reservations);
    } finally {
      for (const reservation of reservations) reservation.end();
    }
  }

  /** What there is room for here is on its way when this returns; the rest waits for whoever has room. */
  private begin({ row }: Accepted, outcome: WriteOutcome, reservation: Reservation): void {
    if (!('written' in outcome)) return;
    const contents = row.channels as Record<string, Content>;
    const written = { ...outcome.written, source_kind: NOTIFICATION };
    const left = reservation.begin(written, (channel) => contents[channel]!);
    if (left && row.scheduled_for === null) this.due.raise();
  }
}
