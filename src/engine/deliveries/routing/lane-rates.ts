import { Injectable } from '@nestjs/common';
import { UNCAPPED } from '../../providers/provider-caps.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import type { ClaimedDelivery } from '../delivery.js';
import { ProviderQuotas, type Capped, type Grant } from './provider-quotas.js';
import { UsageRepository } from './usage.repository.js';

/**
 * Holds lanes whose receiver says so to a rate, over all processes: every attempt counts, whether it is the first one, a retry, what was
 * held, or sent again. They are spaced; what must wait for longer than a moment is held until its turn.
 */
@Injectable()
export class LaneRates {
  constructor(
    private readonly quotas: ProviderQuotas,
    private readonly repository: UsageRepository,
    private readonly registry: ProviderRegistry,
  ) {}

  /** What is counted of a delivery's lane; null where nothing is. */
  of({ client_id, lane, channel, content }: ClaimedDelivery): Capped | null {
    const rate = content === null ? null : (this.registry.findChannel(channel)?.rate?.(content) ?? null);
    if (rate === null) return null;
    return { identity: { client_id, key: lane }, caps: { ...UNCAPPED, rate_limit_per_second: rate } };
  }

  take(lane: Capped, wanted: number): Promise<Grant> {
    return this.quotas.take(lane, wanted);
  }

  /** For how long what was begun, or is about to be, takes all of a lane's rate, in milliseconds. */
  busyForMs(clientId: string, lane: string): Promise<number> {
    return this.repository.untilFree(clientId, lane);
  }
}
