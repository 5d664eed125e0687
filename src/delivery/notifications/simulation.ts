import { Injectable } from '@nestjs/common';
import type { Content, Routing } from '../../engine/deliveries/delivery.js';
import type { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { untriedDelivery } from '../../engine/deliveries/delivery-view.js';
import { recipientsOf, type NewDelivery } from '../../engine/deliveries/new-deliveries.js';
import { Router } from '../../engine/deliveries/routing/router.js';
import { UsersService } from '../../tenancy/users/users.service.js';
import type { UserId, UserPk } from '../../platform/common/ids.js';
import { asAccepted } from './notification.js';
import type { NotificationDto } from './notifications.dto.js';
import type { PlannedNotification } from './notification-planner.js';

const SHOWN = 1_000;

/** What would become of a notification, as far as it is known before anything is sent. */
@Injectable()
export class Simulation {
  constructor(
    private readonly router: Router,
    private readonly users: UsersService,
  ) {}

  async of({ client_id, row, deliveries, chains, names: named }: PlannedNotification): Promise<NotificationDto> {
    const now = new Date();
    const open = deliveries.filter(({ suppressed }) => suppressed === null).length;
    const written = {
      ...row,
      client_id,
      status: row.scheduled_for === null ? ('pending' as const) : ('scheduled' as const),
      total: deliveries.length,
      open_count: open + chains.length,
      failed_count: 0,
      expired_count: 0,
      cancelled_count: 0,
      last_delivery_at: null,
      scheduled_for: dateOf(row.scheduled_for),
      expires_at: dateOf(row.expires_at),
      created_at: now,
      updated_at: now,
    };
    const routings = await this.routingsOf(client_id, row.channels as Record<string, Content>, deliveries);
    const shown = deliveries.slice(0, SHOWN);
    const names = await this.namesOf(client_id, shown, named);
    return {
      ...asAccepted(written, deliveries),
      deliveries: shown.map((delivery) => toShown(delivery, row.id, routings, names, now)),
    };
  }

  private async routingsOf(
    clientId: string,
    channels: Record<string, Content>,
    deliveries: NewDelivery[],
  ): Promise<Map<string, Routing>> {
    const told = recipientsOf(deliveries);
    const found = new Map<string, Routing>();
    for (const delivery of deliveries) {
      const { channel } = delivery;
      if (delivery.suppressed !== null || found.has(channel)) continue;
      const asked = { client_id: clientId, channel, routing: null, recipients: told(delivery) };
      found.set(channel, (await this.router.decide(asked, channels[channel]!)).routing);
    }
    return found;
  }

  private async namesOf(
    clientId: string,
    deliveries: NewDelivery[],
    /** Those whom the request names: some may not exist. */
    named: ReadonlyMap<UserPk, UserId>,
  ): Promise<ReadonlyMap<UserPk, UserId>> {
    const unknown = deliveries.flatMap(({ user_pk }) => (user_pk !== null && !named.has(user_pk) ? [user_pk] : []));
    const refs = await this.users.refsOf(clientId, [...new Set(unknown)]);
    return new Map([...named, ...[...refs].map(([pk, { user_id }]) => [pk, user_id] as const)]);
  }
}

const dateOf = (time: string | null): Date | null => (time === null ? null : new Date(time));

function toShown(
  { id, channel, user_pk, address, suppressed, begins_at }: NewDelivery,
  notificationId: string,
  routings: Map<string, Routing>,
  names: ReadonlyMap<UserPk, UserId>,
  now: Date,
): DeliveryDto {
  const routing = suppressed === null ? routings.get(channel)! : null;
  const userId = user_pk === null ? undefined : names.get(user_pk);
  const recipient = {
    ...(userId === undefined ? {} : { user_id: userId }),
    ...(address === null ? {} : { address }),
  };
  const status = suppressed === null ? 'pending' : 'suppressed';
  return {
    ...untriedDelivery({ id, notification_id: notificationId, channel, recipient, status, reason: suppressed }, now),
    provider: routing?.decision || null,
    routing: routing && { decision: routing.decision, reason: routing.reason },
    next_attempt_at: suppressed === null ? (begins_at ?? now.toISOString()) : null,
  };
}
