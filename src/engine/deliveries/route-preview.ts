import { Injectable } from '@nestjs/common';
import { ProviderRoutes } from '../providers/provider-routes.js';
import { ProviderRegistry } from '../providers/provider.registry.js';
import type { Content, Routing } from './delivery.js';
import { choose } from './routing.js';

/** Says which provider would take a delivery, and why, without anything being sent. */
@Injectable()
export class RoutePreview {
  constructor(
    private readonly routes: ProviderRoutes,
    private readonly registry: ProviderRegistry,
  ) {}

  async of(clientId: string, channel: string, content: Content): Promise<Routing> {
    const named = this.registry.findChannel(channel)?.namedProvider?.(content);
    return choose(await this.routes.of(clientId, channel), named, null).routing;
  }
}
