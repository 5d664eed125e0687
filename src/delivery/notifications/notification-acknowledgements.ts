import { Injectable } from '@nestjs/common';
import type { Caller } from '../../tenancy/access/caller.js';
import { isUuid } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import type { AcknowledgedDto } from './notifications.dto.js';

/** What devices say of the notifications that they got. */
@Injectable()
export class NotificationAcknowledgements {
  constructor(private readonly deliveries: DeliveriesService) {}

  /**
   * A device of the caller's user has shown the socket notification: `sent` becomes `delivered`. Again changes nothing.
   * @param id `delivery_id` of notification.created, or its `notification_id`
   * @throws Problem `not_found` for what is no id
   */
  async acknowledge(caller: Caller, id: string): Promise<AcknowledgedDto> {
    if (!caller.user) throw new Problem('forbidden', 'Only a user acknowledges notifications: name one in X-User-Id.');
    if (!isUuid(id)) throw notFound('notification');
    const acknowledged = await this.deliveries.acknowledge(caller.clientId, caller.user.user_pk, id);
    return { id, acknowledged };
  }
}
