import { Injectable } from '@nestjs/common';
import { Coalescer } from '../../platform/common/coalescer.js';
import type { Tx } from '../../platform/database/database.js';
import type { DeliveryObserver, Transition } from '../../engine/deliveries/delivery.js';
import { ProviderQuotas, type Capped } from '../../engine/deliveries/routing/provider-quotas.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import type { NewEvent } from '../../engine/events/new-event.js';
import { UNCAPPED } from '../../engine/providers/provider-caps.js';
import {
  WebhookEndpoints,
  type EndpointPort,
  type WebhookEndpoint,
} from '../../engine/providers/webhook/webhook-endpoints.js';
import { NOTIFICATION } from '../notifications/notification.js';
import { laneOfEndpoint, type EndpointRow } from './endpoint.js';
import { EndpointHealth } from './endpoint-health.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointsRepository } from './endpoints.repository.js';

interface Place {
  client_id: string;
  id: string;
}

/**
 * Endpoints as the webhooks of notifications know them, that name one in place of a URL: where it is now, when its rate allows
 * the next request, and whether it takes what it is sent.
 */
@Injectable()
export class EndpointNotifications implements EndpointPort, DeliveryObserver {
  readonly kind = NOTIFICATION;

  /** Many attempts begin together. */
  private readonly reads = new Coalescer<Place, EndpointRow | null>({
    maxBatch: 500,
    maxWaiting: 50_000,
    maxWaitingPerTenant: 50_000,
    run: (places) => this.readAll(places),
  });

  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly secrets: EndpointSecrets,
    private readonly health: EndpointHealth,
    private readonly quotas: ProviderQuotas,
  ) {}

  /** Called by the module. */
  register(webhooks: WebhookEndpoints, transitions: Transitions): void {
    webhooks.register(this);
    transitions.register(this);
  }

  async find(clientId: string, id: string): Promise<WebhookEndpoint | null> {
    const row = await this.reads.add(clientId, { client_id: clientId, id });
    if (!row) return null;
    return {
      url: row.url,
      enabled: row.status === 'enabled',
      secrets: this.secrets.active(row),
      headers: this.secrets.headers(row),
      timeout_ms: row.timeout_ms,
      rate_limit_per_second: row.rate_limit_per_second,
    };
  }

  /** Counted for its lane, over all processes. Who is turned away asks again one after the other, as the rate has it. */
  async turn(clientId: string, id: string, rate: number): Promise<{ taken: boolean; inMs: number }> {
    const lane: Capped = {
      identity: { client_id: clientId, key: laneOfEndpoint(id) },
      caps: { ...UNCAPPED, rate_limit_per_second: rate },
    };
    const { granted, firstInMs, outage } = await this.quotas.take(lane, 1);
    if (granted > 0) return { taken: true, inMs: firstInMs };
    return { taken: false, inMs: this.quotas.queueBehind(lane, outage!).until - Date.now() };
  }

  async settled(tx: Tx, transitions: Transition[]): Promise<NewEvent[]> {
    return (await this.health.settled(tx, transitions)).events;
  }

  private async readAll(places: Place[]): Promise<(EndpointRow | null)[]> {
    const rows = await this.endpoints.readMany(places);
    const byKey = new Map(rows.map((row) => [keyOf(row), row]));
    return places.map((place) => byKey.get(keyOf(place)) ?? null);
  }
}

const keyOf = ({ client_id, id }: Place): string => `${client_id} ${id}`;
