import { Injectable } from '@nestjs/common';
import type { ProviderRoute } from '../providers/provider-routes.js';
import { Breakers } from './breakers.js';
import type { ClaimedDelivery, Outage } from './delivery.js';
import { LaneRates } from './lane-rates.js';
import { ProviderQuotas, type Capped, type Grant } from './provider-quotas.js';

/** Who asks for a probe that another one has looks again after this. */
const PROBED_MS = 2_000;

/**
 * Whether providers take deliveries just now, and how many: breakers, quotas and rates. What is built in is always there: its faults are
 * those of the receivers.
 */
@Injectable()
export class Admission {
  constructor(
    private readonly breakers: Breakers,
    private readonly quotas: ProviderQuotas,
    private readonly rates: LaneRates,
  ) {}

  /** What other processes found out, where it matters to one of these. */
  async refresh(routes: ProviderRoute[]): Promise<void> {
    if (routes.some(isGuarded)) await this.breakers.refresh();
  }

  outageOf(route: ProviderRoute): Outage | null {
    if (!isGuarded(route)) return null;
    return this.breakers.outageOf(route) ?? this.quotas.outageOf(route);
  }

  /** Takes room for deliveries: what is granted is to be sent. */
  async admit(route: ProviderRoute, wanted: number): Promise<Grant> {
    if (!isGuarded(route)) return { granted: wanted, firstInMs: 0, spacingMs: 0, outage: null };
    const admitted = await this.breakers.admit(route, wanted);
    const outage: Outage | null = admitted < wanted ? { reason: 'breaker_open', until: Date.now() + PROBED_MS } : null;
    if (admitted === 0) return { granted: 0, firstInMs: 0, spacingMs: 0, outage };
    const grant = await this.quotas.take(route, admitted);
    return { ...grant, outage: grant.outage ?? outage };
  }

  /** What is counted of a delivery's lane, where there is no other way and its receiver takes no more than so many a second; else null. */
  paceOf(delivery: ClaimedDelivery, route: ProviderRoute): Capped | null {
    return isGuarded(route) ? null : this.rates.of(delivery);
  }

  /** The same as {@link admit}, by the rate of a lane. */
  pace(lane: Capped, wanted: number): Promise<Grant> {
    return this.rates.take(lane, wanted);
  }

  /** When those that were turned away may come again. */
  queueBehind(route: Capped, outage: Outage): Outage {
    return this.quotas.queueBehind(route, outage);
  }
}

export const isGuarded = ({ descriptor }: ProviderRoute): boolean => descriptor.builtIn === undefined;
