import { Injectable } from '@nestjs/common';
import { metrics } from '../../platform/common/metrics.js';
import { Database, type Tx } from '../../platform/database/database.js';
import type { EventRow } from '../events/events.repository.js';
import { EventsService } from '../events/events.service.js';
import { newEvent, type NewEvent } from '../events/new-event.js';
import type { DurableEvent } from '../../platform/realtime/event.js';
import { deltasOf, stageTimesOf, attemptOutcomeOf } from './delivery-counts.js';
import { DeliveryCountsRepository } from './delivery-counts.repository.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import type { DeliveryDto } from './deliveries.dto.js';
import { toDelivery } from './delivery-view.js';
import {
  deliveryDelivered,
  deliveryExhausted,
  deliveryFailed,
  deliverySent,
  deliverySuppressed,
} from './deliveries.events.js';
import type { DeliveryObserver, DeliveryRow, Transition } from './delivery.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';

/** Every change of a delivery's state: one transaction with its counters and events; sockets are told after it. */
@Injectable()
export class Transitions {
  private readonly observers: DeliveryObserver[] = [];

  constructor(
    private readonly database: Database,
    private readonly repository: DeliveriesRepository,
    private readonly events: EventsService,
    private readonly counts: DeliveryCountsRepository,
  ) {}

  register(observer: DeliveryObserver): void {
    this.observers.push(observer);
  }

  /** @returns the changes that `change` made, once they are committed */
  async commit(change: (tx: Tx) => Promise<Transition[]>): Promise<Transition[]> {
    const [transitions, written] = await this.database.transaction(
      async (tx): Promise<[Transition[], EventRow[]]> => {
        const transitions = await change(tx);
        return [transitions, await this.record(tx, transitions)];
      },
      { retries: 5 },
    );
    await this.announce(transitions, written);
    return transitions;
  }

  /**
   * Counters and events of changes, in the transaction that makes them and as its last statements.
   * @returns what {@link announce} tells after the commit
   */
  async record(tx: Tx, transitions: Transition[]): Promise<EventRow[]> {
    if (transitions.length === 0) return [];
    this.counts.append(tx, deltasOf(transitions));
    const userIds = await this.repository.userIdsOf(
      tx,
      transitions.map(({ row }) => row),
    );
    const events = transitions.map((transition) => eventOf(transition, userIds)).filter((event) => event !== null);
    for (const observer of this.observers) {
      const seen = transitions.filter(({ row }) => row.source_kind === observer.kind);
      if (seen.length > 0) events.push(...(await observer.settled(tx, seen)));
    }
    return this.events.append(tx, events);
  }

  /** Tells who counts them of deliveries that were made of sources of others, in the transaction that makes them. */
  async made(tx: Tx, rows: DeliveryRow[]): Promise<void> {
    for (const observer of this.observers) {
      const seen = rows.filter(({ source_kind }) => source_kind === observer.kind);
      if (seen.length > 0) await observer.made?.(tx, seen);
    }
  }

  async announce(transitions: Transition[], written: EventRow[]): Promise<void> {
    for (const transition of transitions) observe(transition);
    if (written.length > 0) await this.events.publish(written);
  }
}

function observe(transition: Transition): void {
  const { row } = transition;
  const { channel, status } = row;
  metrics.deliveries.inc({ channel, status });
  const outcome = attemptOutcomeOf(transition);
  if (outcome !== null) metrics.deliveryAttempts.inc({ channel, outcome });
  for (const [stage, ms] of stageTimesOf(transition)) metrics.deliverySeconds.observe({ channel, stage }, ms / 1_000);
}

function eventOf({ row }: Transition, userIds: Map<UserPk, UserId>): NewEvent | null {
  const event = descriptorOf(row);
  if (!event) return null;
  return newEvent({
    event,
    client_id: row.client_id,
    stream: { type: 'client', id: row.client_id },
    subject_id: row.id,
    actor: { id: null, type: 'system' },
    traceparent: row.traceparent,
    data: toDelivery(row, row.user_pk === null ? undefined : userIds.get(row.user_pk)),
  });
}

/** It might have succeeded still: its attempts or its time are over. */
const EXHAUSTED: ReadonlySet<string | null> = new Set(['attempts_exhausted', 'time_exhausted']);

function descriptorOf({ status, reason }: DeliveryRow): DurableEvent<DeliveryDto, 'client', false> | null {
  switch (status) {
    case 'sent':
      return deliverySent;
    case 'delivered':
      return deliveryDelivered;
    case 'suppressed':
      return deliverySuppressed;
    case 'failed':
      return EXHAUSTED.has(reason) ? deliveryExhausted : deliveryFailed;
    default:
      return null;
  }
}
