import { Injectable } from '@nestjs/common';
import { ProviderRegistry, type DeliveryRules } from '../../providers/provider.registry.js';
import { ProviderRoutes, type ProviderRoute } from '../../providers/provider-routes.js';
import { Admission, isGuarded } from './admission.js';
import type { Content, DeliveryRow, Outage, Routing } from '../delivery.js';
import { choose, type RouteChoice } from './routing.js';

/** What is asked about: a delivery, or one that would be made. */
export type Routable = Pick<DeliveryRow, 'client_id' | 'channel' | 'routing' | 'recipients'>;

/** Decides which provider takes a delivery, by what the client set up and how its providers are just now. */
@Injectable()
export class Router {
  constructor(
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
    private readonly admission: Admission,
  ) {}

  /**
   * Changes nothing, so that it also tells what would be decided.
   * @param content what is to be sent; null where there is nothing any more
   * @param outageOf what was found out while it was decided, beside what is known of the providers
   */
  async decide(
    { client_id, channel, routing, recipients }: Routable,
    content: Content | null,
    outageOf: (route: ProviderRoute) => Outage | null = () => null,
  ): Promise<RouteChoice> {
    const { routes, thresholds } = await this.routes.of(client_id, channel);
    const known = this.registry.findChannel(channel);
    const explicit = content === null ? undefined : known?.namedProvider?.(content);
    const [first] = routes;
    if (first && routes.length === 1 && !isGuarded(first) && explicit === undefined) return onlyWay(first, routing);
    await this.admission.refresh(routes);
    const copies = content === null ? 0 : (known?.copies?.(content).length ?? 0);
    return choose(routes, {
      explicit,
      before: routing,
      recipients: (recipients ?? 1) + copies,
      together: 1 + copies,
      thresholds,
      outageOf: (route) => outageOf(route) ?? this.admission.outageOf(route),
    });
  }

  /** For what no provider takes just now: those of any of the client's. */
  async rulesOf({ client_id, channel }: Pick<Routable, 'client_id' | 'channel'>): Promise<DeliveryRules> {
    const [first] = (await this.routes.of(client_id, channel)).routes;
    return first?.rules ?? this.registry.rulesOf(channel);
  }
}

/** What is built in has no others beside it, takes any number, and is never out. */
const onlyWay = (route: ProviderRoute, before: Routing | null): RouteChoice => ({
  route,
  routing: { ...before, decision: route.name, reason: route.reason, tried: [] },
  othersLeft: false,
  outage: null,
});
