import { Injectable } from '@nestjs/common';
import { isUuid } from '../../platform/common/ids.js';
import { notFound, Problem } from '../../platform/common/problem.js';
import type { Tx } from '../../platform/database/database.js';
import type { Request } from '../../tenancy/access/request.js';
import { Idempotency } from '../../tenancy/idempotency/idempotency.js';
import type { DeliveryDto } from '../../engine/deliveries/deliveries.dto.js';
import { isFailed } from '../../engine/deliveries/delivery.js';
import { firstOf, Resends } from '../../engine/deliveries/changes/resends.js';
import type { EndedDelivery } from '../../engine/deliveries/changes/resends.repository.js';
import { DeliverySearch } from './delivery-search.js';

/** What is done with one delivery that ended. */
@Injectable()
export class DeliveryActions {
  constructor(
    private readonly search: DeliverySearch,
    private readonly resends: Resends,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * A new delivery of the same content. Where one is on its way already, that is the answer.
   * @throws Problem `conflict` for what has not ended, and what must not be sent
   */
  resend(request: Request, id: string): Promise<DeliveryDto> {
    return this.withEnded(request, id, async (tx, delivery) => {
      const { client_id, status } = delivery;
      const { caller } = request;
      if (status === 'suppressed') throw new Problem('conflict', 'It was suppressed: its reason would hold again.');
      const underWay = (await this.resends.underWay(tx, client_id, [delivery])).get(firstOf(delivery));
      if (underWay !== undefined) {
        request.unchanged();
        return this.search.show(tx, caller, underWay);
      }
      const [made] = await this.resends.send(tx, client_id, [delivery]);
      return this.search.show(tx, caller, made!.id);
    });
  }

  /** It stays as it is, and is in no recovery any more. @throws Problem `conflict` for what did not fail */
  discard(request: Request, id: string): Promise<DeliveryDto> {
    return this.withEnded(request, id, async (tx, delivery) => {
      if (!isFailed(delivery.status)) throw new Problem('conflict', 'Only what failed or expired is discarded.');
      if (delivery.discarded_at !== null) request.unchanged();
      else await this.resends.discard(tx, delivery);
      return this.search.show(tx, request.caller, id);
    });
  }

  /** Under its lock, and that of the delivery that it repeats: of the two, one is sent at a time. */
  private async withEnded(
    request: Request,
    id: string,
    work: (tx: Tx, delivery: EndedDelivery) => Promise<DeliveryDto>,
  ): Promise<DeliveryDto> {
    const { clientId } = request.caller;
    if (!isUuid(id)) throw notFound('delivery');
    return this.idempotency.effect(request, async (tx) => {
      const { resend_of } = await this.search.show(tx, request.caller, id);
      const locked = await this.resends.lock(tx, clientId, resend_of === null ? [id] : [id, resend_of]);
      const delivery = locked.find((one) => one.id === id);
      if (!delivery) throw new Problem('conflict', 'It is still on its way: wait for what becomes of it.');
      return work(tx, delivery);
    });
  }
}
