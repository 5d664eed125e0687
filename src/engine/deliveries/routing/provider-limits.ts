import { Injectable, type OnModuleInit } from '@nestjs/common';
import { managesClient, type Caller } from '../../../tenancy/access/caller.js';
import type { LimitState } from '../../../tenancy/clients/limit-state.js';
import { RateLimits } from '../../../tenancy/clients/rate-limits.js';
import { ProviderRegistry } from '../../providers/provider.registry.js';
import { ProviderRoutes, type ProviderRoute } from '../../providers/provider-routes.js';
import { UsageRepository, type Usage } from './usage.repository.js';

/** Tells a client what its providers take, and how much of that is used: not of the operator's, which serve others too. */
@Injectable()
export class ProviderLimits implements OnModuleInit {
  constructor(
    private readonly limits: RateLimits,
    private readonly registry: ProviderRegistry,
    private readonly routes: ProviderRoutes,
    private readonly usage: UsageRepository,
  ) {}

  onModuleInit(): void {
    this.limits.register((caller) => this.of(caller));
  }

  /** Who may not see providers does not see what they take. */
  private async of(caller: Caller): Promise<LimitState[]> {
    if (!managesClient(caller)) return [];
    const { clientId } = caller;
    const channels = this.registry.channels().filter(({ name }) => this.registry.configurable(name).length > 0);
    const all = await Promise.all(channels.map(({ name }) => this.routes.of(clientId, name)));
    const capped = all.flatMap(({ routes }) => routes).filter((route) => isTheirs(route, clientId) && isCapped(route));
    if (capped.length === 0) return [];
    const usages = await this.usage.read(capped.map(({ identity }) => identity));
    return capped.flatMap((route, at) => statesOf(route, usages[at]!));
  }
}

const isTheirs = ({ identity }: ProviderRoute, clientId: string): boolean => identity.client_id === clientId;

const isCapped = ({ caps }: ProviderRoute): boolean =>
  caps.rate_limit_per_second !== null || caps.hourly_cap !== null || caps.daily_cap !== null;

const SECOND_MS = 1_000;

function statesOf({ name: provider, descriptor, caps }: ProviderRoute, used: Usage): LimitState[] {
  const state = (name: string, limit: number | null, of: Pick<LimitState, 'remaining' | 'resetsInMs' | 'windowS'>) =>
    limit === null
      ? []
      : [{ name, scope: 'provider' as const, channel: descriptor.channel.name, provider, limit, ...of }];
  const left = (limit: number | null, n: number) => Math.max(0, (limit ?? 0) - n);
  const { rate_limit_per_second: rate, hourly_cap, daily_cap } = caps;
  return [
    ...state('deliveries_second', rate, {
      // They are spaced: of the next second, what is not taken.
      remaining: left(rate, Math.ceil((used.paced_ms / SECOND_MS) * (rate ?? 0))),
      resetsInMs: used.paced_ms > 0 ? used.paced_ms : SECOND_MS,
      windowS: 1,
    }),
    ...state('deliveries_hour', hourly_cap, {
      remaining: left(hourly_cap, used.of_hour),
      resetsInMs: used.hour_ends_in_ms,
      windowS: 3_600,
    }),
    ...state('deliveries_day', daily_cap, {
      remaining: left(daily_cap, used.of_day),
      resetsInMs: used.day_ends_in_ms,
      windowS: 86_400,
    }),
  ];
}
