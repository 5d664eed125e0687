import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import {
  isFailed,
  isOpen,
  type DeliveryObserver,
  type DeliveryRow,
  type DeliveryStatus,
  type Transition,
} from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import type { WebsocketContent } from '../../engine/providers/websocket/websocket.channel.js';
import { FallbackChains } from './fallback/fallback-chains.repository.js';
import { FallbackRunner } from './fallback/fallback-runner.js';
import { NOTIFICATION } from './notification.js';
import { noDelta, NotificationCounters, type CounterDelta, type MovedRow } from './notification-counters.repository.js';
import { NotificationProgress } from './notification-progress.js';
import { notificationCreated } from './notifications.events.js';

/** Hears what became of the deliveries of notifications, and counts it. */
@Injectable()
export class NotificationDeliveries implements DeliveryObserver, OnModuleInit {
  readonly kind = NOTIFICATION;

  constructor(
    private readonly transitions: Transitions,
    private readonly counters: NotificationCounters,
    private readonly progress: NotificationProgress,
    private readonly chains: FallbackChains,
    private readonly turns: FallbackRunner,
    private readonly registry: ProviderRegistry,
  ) {}

  onModuleInit(): void {
    this.transitions.register(this);
  }

  async settled(tx: Tx, ours: Transition[]): Promise<NewEvent[]> {
    const moved = await this.moved(tx, ours);
    return [
      ...ours.filter((transition) => this.isShown(transition)).map(createdEvent),
      ...(await this.progress.ended(tx, moved, ours)),
    ];
  }

  made(tx: Tx, rows: DeliveryRow[]): Promise<void> {
    return this.counters.extend(tx, rows);
  }

  /** Behind the counters of deliveries come the turns of other channels, which count as open, too. */
  private async moved(tx: Tx, ours: Transition[]): Promise<MovedRow[]> {
    const moved = await this.progress.move(tx, deltasOf(ours));
    const inOrder = new Set(moved.filter(({ strategy }) => strategy === 'fallback').map(({ id }) => id));
    if (inOrder.size === 0) return moved;
    const done = await this.chains.settled(
      tx,
      ours.filter(({ row }) => inOrder.has(row.source_id)),
    );
    tx.afterCommit(() => this.turns.raise());
    if (done.length === 0) return moved;
    const before = new Map(moved.map((row) => [row.id, row.before]));
    const again = await this.progress.move(tx, chainDeltasOf(done));
    const rows = new Map(again.map((row) => [row.id, { ...row, before: before.get(row.id)! }]));
    return moved.map((row) => rows.get(row.id) ?? row);
  }

  /** On the user's stream from now on: that is what sent means where devices acknowledge. */
  private isShown({ row }: Transition): boolean {
    return row.status === 'sent' && this.registry.findChannel(row.channel)?.acknowledged === true;
  }
}

function deltasOf(transitions: Transition[]): CounterDelta[] {
  const deltas = new Map<string, CounterDelta>();
  for (const { from, row } of transitions) {
    const id = row.source_id;
    const delta = deltas.get(id) ?? noDelta({ client_id: row.client_id, id });
    const change = (is: (status: DeliveryStatus) => boolean) => Number(is(row.status)) - Number(is(from));
    delta.open += change(isOpen);
    delta.failed += change(isFailed);
    delta.expired += change((status) => status === 'expired');
    delta.cancelled += change((status) => status === 'cancelled');
    deltas.set(id, delta);
  }
  return [...deltas.values()];
}

function chainDeltasOf(done: { client_id: string; notification_id: string }[]): CounterDelta[] {
  const deltas = new Map<string, CounterDelta>();
  for (const { client_id, notification_id: id } of done) {
    const delta = deltas.get(id) ?? noDelta({ client_id, id });
    delta.open--;
    deltas.set(id, delta);
  }
  return [...deltas.values()];
}

function createdEvent({ row, content }: Transition): NewEvent {
  const { title = null, body = null, data = null } = (content ?? {}) as Partial<WebsocketContent>;
  return newEvent({
    event: notificationCreated,
    client_id: row.client_id,
    stream: { type: 'user', id: row.user_pk! },
    subject_id: row.id,
    actor: { id: null, type: 'client' },
    data: { notification_id: row.source_id, delivery_id: row.id, title, body, data },
  });
}
