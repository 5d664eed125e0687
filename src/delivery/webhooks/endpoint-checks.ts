import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { invalidField } from '../../platform/common/problem.js';
import { Expressions } from '../../platform/expressions/expressions.js';
import { checkUrl } from '../../engine/providers/webhook/webhook.channel.js';
import type { EndpointPatchDto } from './endpoints.dto.js';
import { EventTypes } from './event-types.js';

/** What can be said of an endpoint's settings without a look at the endpoint. */
@Injectable()
export class EndpointChecks {
  constructor(
    private readonly types: EventTypes,
    private readonly expressions: Expressions,
  ) {}

  /** @throws Problem `validation_failed` */
  async check(clientId: string, { url, event_types, room_ids, condition }: EndpointPatchDto): Promise<void> {
    if (url !== undefined) checkUrl(url, 'url');
    if (event_types) this.types.check(event_types);
    if (room_ids) checkRooms(room_ids);
    if (condition) await this.checkCondition(clientId, condition);
  }

  private async checkCondition(clientId: string, condition: string): Promise<void> {
    const fault = await this.expressions.check(condition, clientId);
    if (!fault) return;
    const at = fault.position === undefined ? '' : ` (at character ${fault.position})`;
    throw invalidField('condition', `is not JSONata: ${fault.message}${at}`);
  }
}

function checkRooms(ids: string[]): void {
  ids.forEach((id, at) => {
    if (!isUuid(id)) throw invalidField(`room_ids[${at}]`, 'must be a UUID');
  });
}
