import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import type { Content, DeliveryRow, DeliverySource } from '../../engine/deliveries/delivery.js';
import { ContentCache } from './content-cache.js';
import { NOTIFICATION, withCategory } from './notification.js';
import { NotificationsRepository } from './notifications.repository.js';

/** Gives the delivery engine what notifications say. */
@Injectable()
export class NotificationContents implements DeliverySource, OnModuleInit {
  readonly kind = NOTIFICATION;
  private readonly cache = new ContentCache();

  constructor(
    private readonly repository: NotificationsRepository,
    private readonly deliveries: DeliveriesService,
  ) {}

  onModuleInit(): void {
    this.deliveries.registerSource(this);
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
      for (const { id, channel, content, category } of await this.repository.contents([...wanted.values()])) {
        if (content === null) continue;
        const sent = withCategory(content as Content, category);
        found.set(`${id} ${channel}`, sent);
        this.cache.put(`${id} ${channel}`, sent);
      }
    }
    return new Map(deliveries.flatMap((row) => (found.has(keyOf(row)) ? [[row.id, found.get(keyOf(row))!]] : [])));
  }

  /** What a notification says of retries holds for what is sent again of it, too. */
  async attempts(
    tx: Tx,
    deliveries: Pick<DeliveryRow, 'client_id' | 'id' | 'source_id'>[],
  ): Promise<ReadonlyMap<string, number>> {
    const keys = new Map(deliveries.map(({ client_id, source_id: id }) => [id, { client_id, id }]));
    const retries = await this.repository.retriesOf(tx, [...keys.values()]);
    return new Map(
      deliveries.flatMap(({ id, source_id }) => (retries.has(source_id) ? [[id, retries.get(source_id)! + 1]] : [])),
    );
  }
}

const keyOf = (row: DeliveryRow): string => `${row.source_id} ${row.channel}`;
