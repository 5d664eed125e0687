import { Injectable } from '@nestjs/common';
import type { Tx } from '../../../platform/database/database.js';
import { DeliveryChanges } from '../../../engine/deliveries/changes/delivery-changes.js';
import type { Transition } from '../../../engine/deliveries/delivery.js';
import { Transitions } from '../../../engine/deliveries/transitions.js';
import type { EventRow } from '../../../engine/events/events.repository.js';
import { markStep } from '../../../platform/tracing/tracer.js';
import { FallbackChains, type ChainRow, type Step } from './fallback-chains.repository.js';
import { goOn, type Circumstances } from './fallback.js';
import type { NotificationRow } from '../notification.js';
import { NotificationProgress } from '../notification-progress.js';
import { NewNotificationsRepository, type More } from '../new-notifications.repository.js';
import { NotificationsRepository } from '../notifications.repository.js';

type CircumstancesOf = (clientId: string, category: string | null) => Circumstances;

/** What becomes of those who are due. */
interface Plan {
  more: Map<string, More>;
  steps: Step[];
  ended: ChainRow[];
}

/** One step on in the order of channels: the next delivery is made, or there is none to come. */
@Injectable()
export class FallbackSteps {
  constructor(
    private readonly deliveries: DeliveryChanges,
    private readonly transitions: Transitions,
    private readonly chains: FallbackChains,
    private readonly progress: NotificationProgress,
    private readonly repository: NotificationsRepository,
    private readonly written: NewNotificationsRepository,
  ) {}

  /** @returns those of them that were due still, what was suppressed from the start, and the events to be told after the commit */
  async go(
    tx: Tx,
    due: ChainRow[],
    circumstancesOf: CircumstancesOf,
  ): Promise<{ gone: ChainRow[]; suppressed: Transition[]; told: EventRow[] }> {
    const rows = new Map<string, NotificationRow>();
    for (const row of await this.repository.lockMany(tx, keysOf(due))) rows.set(row.id, row);
    const gone = await this.chains.lock(tx, due);
    const { more, steps, ended } = planOf(gone, rows, circumstancesOf);
    const made = more.size > 0 ? await this.written.insertMore(tx, [...more.values()]) : [];
    await this.chains.goOn(tx, steps);
    await this.chains.end(tx, ended);
    const suppressed: Transition[] = [];
    for (const source of made) suppressed.push(...(await this.deliveries.made(tx, source)));
    const told = await this.transitions.record(tx, suppressed);
    return { gone, suppressed, told: [...told, ...(await this.progress.recount(tx, made))] };
  }
}

function planOf(chains: ChainRow[], rows: Map<string, NotificationRow>, circumstancesOf: CircumstancesOf): Plan {
  const plan: Plan = { more: new Map(), steps: [], ended: [] };
  for (const row of chains) {
    const { id, client_id, priority, category, fallback, expires_at } = rows.get(row.notification_id)!;
    const isOver = expires_at !== null && expires_at.getTime() <= Date.now();
    const { deliveries, chain } = isOver
      ? { deliveries: [], chain: null }
      : goOn(fallback ?? [], row.step + 1, row, circumstancesOf(client_id, category), row.id);
    const more = plan.more.get(id) ?? { client_id, id, priority, deliveries: [], open: 0 };
    plan.more.set(id, more);
    const traceparent = deliveries.length > 0 ? traceTurn(row) : null;
    for (const delivery of deliveries) more.deliveries.push({ ...delivery, traceparent });
    if (chain) plan.steps.push({ ...chain, client_id });
    else {
      plan.ended.push(row);
      more.open--;
    }
  }
  return plan;
}

/** The next channel's turn is a step of the trace in which the notification was accepted. */
function traceTurn({ client_id, notification_id, step, traceparent }: ChainRow): string | null {
  const attributes = {
    'messaging.system': 'chatapi',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'notifications',
    'chatapi.client_id': client_id,
    'chatapi.notification_id': notification_id,
    // Counted from 1: the channel whose time was over, and the next.
    'chatapi.turn': step + 2,
  };
  return markStep('send notifications', { kind: 'producer', parent: traceparent, attributes }, traceparent);
}

/** Each notification once. */
function keysOf(chains: ChainRow[]): { client_id: string; id: string }[] {
  const keys = chains.map(
    ({ client_id, notification_id }) => [notification_id, { client_id, id: notification_id }] as const,
  );
  return [...new Map(keys).values()];
}
