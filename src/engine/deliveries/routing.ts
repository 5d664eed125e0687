import type { ProviderRoute } from '../providers/provider-routes.js';
import type { Routing } from './delivery.js';

interface Choice {
  route: ProviderRoute | null;
  routing: Routing;
  /** Others could take over should this one fail. */
  othersLeft: boolean;
}

/**
 * Picks the provider of an attempt: the one that the notification names, else the first in order that has not failed
 * this delivery since the last round.
 */
export function choose(routes: ProviderRoute[], explicit: string | undefined, before: Routing | null): Choice {
  const tried = before?.tried ?? [];
  if (explicit !== undefined) {
    const route = routes.find(({ name }) => name === explicit) ?? null;
    return { route, routing: { decision: explicit, reason: route ? 'explicit' : 'no_provider' }, othersLeft: false };
  }
  const left = routes.filter(({ name }) => !tried.includes(name));
  const route = left[0] ?? routes[0] ?? null;
  if (!route) return { route, routing: { decision: '', reason: 'no_provider' }, othersLeft: false };
  const failover = tried.length > 0 && left.length > 0;
  const routing: Routing = { decision: route.name, reason: failover ? 'failover' : route.reason, tried };
  return { route, routing, othersLeft: left.length > 1 };
}
