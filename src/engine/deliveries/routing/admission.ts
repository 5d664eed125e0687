import { Injectable } from '@nestjs/common';
import type { ProviderRoute } from '../../providers/provider-routes.js';
import { Breakers } from './breakers.js';
import type { ClaimedDelivery, Outage } from '../delivery.js';
import { LaneRates } from './lane-rates.js';
import { grantOf, ProviderQuotas, type Capped, type Grant, type QuotaTurn } from './provider-quotas.js';

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

  /** Takes room for deliveries: what is granted is to be sent. @param turns those who came first, first */
  async admit(route: ProviderRoute, turns: QuotaTurn[]): Promise<Grant> {
    const wanted = turns.length;
    if (!isGuarded(route)) return grantOf(wanted);
    const admitted = await this.breakers.admit(route, wanted);
    const outage: Outage | null = admitted < wanted ? { reason: 'breaker_open', until: Date.now() + PROBED_MS } : null;
    if (admitted === 0) return grantOf(0, outage);
    let granted = 0;
    try {
      const grant = await this.quotas.take(route, admitted, turns.slice(0, admitted));
      granted = grant.granted;
      return { ...grant, outage: grant.outage ?? outage };
    } finally {
      // Nobody tries it: the next one may.
      if (granted === 0) await this.breakers.giveBackProbe(route);
    }
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
