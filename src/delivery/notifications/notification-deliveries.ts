import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DeliveriesReader } from '../../engine/deliveries/deliveries.reader.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import {
  isFailed,
  isOpen,
  type Content,
  type DeliveryObserver,
  type DeliveryRow,
  type DeliverySource,
  type DeliveryStatus,
  type Transition,
} from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import { newEvent, type NewEvent } from '../../engine/events/new-event.js';
import { ProviderRegistry } from '../../engine/providers/provider.registry.js';
import type { WebsocketContent } from '../../engine/providers/websocket/websocket.channel.js';
import { ContentCache } from './content-cache.js';
import { countsOf, NOTIFICATION, toNotification, type NotificationRow } from './notification.js';
import type { NotificationDto } from './notifications.dto.js';
import { notificationCompleted, notificationCreated, notificationFailed } from './notifications.events.js';
import { NotificationsRepository, type Delta } from './notifications.repository.js';

/** What notifications are to the delivery engine: the source of its bodies, and who counts what became of them. */
@Injectable()
export class NotificationDeliveries implements DeliverySource, DeliveryObserver, OnModuleInit {
  readonly kind = NOTIFICATION;
  private readonly cache = new ContentCache();

  constructor(
    private readonly repository: NotificationsRepository,
    private readonly deliveries: DeliveriesService,
    private readonly transitions: Transitions,
    private readonly reader: DeliveriesReader,
    private readonly registry: ProviderRegistry,
  ) {}

  onModuleInit(): void {
    this.deliveries.registerSource(this);
    this.transitions.register(this);
  }

  async load(deliveries: DeliveryRow[]): Promise<Map<string, Content>> {
    const wanted = new Map<string, { client_id: string; id: string; channel: string }>();
    const found = new Map<string, Content>();
    for (const row of deliveries) {
      const cached = this.cache.get(keyOf(row));
      if (cached) found.set(keyOf(row), cached);
      else wanted.set(keyOf(row), { client_id: row.client_id, id: row.source_id, channel: row.channel });
    }
    if (wanted.size > 0) {
      for (const { id, channel, content } of await this.repository.contents([...wanted.values()])) {
        if (content === null) continue;
        found.set(`${id} ${channel}`, content as Content);
        this.cache.put(`${id} ${channel}`, content as Content);
      }
    }
    return new Map(deliveries.flatMap((row) => (found.has(keyOf(row)) ? [[row.id, found.get(keyOf(row))!]] : [])));
  }

  async settled(tx: Tx, ours: Transition[]): Promise<NewEvent[]> {
    const moved = await this.repository.move(tx, deltasOf(ours));
    const ended = moved.filter(({ open_count, status, before }) => open_count === 0 && status !== before);
    const counts = await this.countsOf(tx, ended, ours);
    return [
      ...ours.filter((transition) => this.isShown(transition)).map(createdEvent),
      ...ended.map((row) => endedEvent(row, toNotification(row, counts.get(row.id)!))),
    ];
  }

  /** On the user's stream from now on: that is what sent means where devices acknowledge. */
  private isShown({ row }: Transition): boolean {
    return row.status === 'sent' && this.registry.findChannel(row.channel)?.acknowledged === true;
  }

  /** Of a notification with one delivery, the change says all. */
  private async countsOf(tx: Tx, rows: NotificationRow[], transitions: Transition[]) {
    const single = new Map(transitions.map(({ row }) => [row.source_id, row.status]));
    const counts = new Map(
      rows.filter(({ total }) => total === 1).map((row) => [row.id, countsOf([{ status: single.get(row.id)!, n: 1 }])]),
    );
    const others = rows.filter(({ total }) => total > 1);
    if (others.length === 0) return counts;
    const found = await this.reader.counts(tx, others);
    for (const { id } of others) counts.set(id, countsOf(found.get(id)));
    return counts;
  }
}

const keyOf = (row: DeliveryRow): string => `${row.source_id} ${row.channel}`;

function deltasOf(transitions: Transition[]): Delta[] {
  const deltas = new Map<string, Delta>();
  for (const { from, row } of transitions) {
    const id = row.source_id;
    const delta = deltas.get(id) ?? { client_id: row.client_id, id, open: 0, failed: 0, expired: 0, cancelled: 0 };
    const change = (is: (status: DeliveryStatus) => boolean) => Number(is(row.status)) - Number(is(from));
    delta.open += change(isOpen);
    delta.failed += change(isFailed);
    delta.expired += change((status) => status === 'expired');
    delta.cancelled += change((status) => status === 'cancelled');
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

const endedEvent = (row: NotificationRow, data: NotificationDto): NewEvent =>
  newEvent({
    event: row.status === 'failed' || row.status === 'expired' ? notificationFailed : notificationCompleted,
    client_id: row.client_id,
    stream: { type: 'client', id: row.client_id },
    subject_id: row.id,
    actor: { id: null, type: 'system' },
    data,
  });
