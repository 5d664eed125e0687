import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/database.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import {
  isOpen,
  type Content,
  type DeliveryObserver,
  type DeliveryRow,
  type DeliverySource,
  type Transition,
} from '../../engine/deliveries/delivery.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import type { NewEvent } from '../../engine/events/new-event.js';
import type { WebhookContent } from '../../engine/providers/webhook/webhook.channel.js';
import { EVENT, type EndpointRow } from './endpoint.js';
import { EndpointBodies, type EndpointBody } from './endpoint-bodies.js';
import { EndpointHealth } from './endpoint-health.js';
import { EndpointMessagesRepository, type EndpointMessageRow } from './endpoint-messages.repository.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { EndpointReleases } from './endpoint-releases.js';

/** What events to endpoints are to the delivery engine: the source of their bodies, and who hears what became of them. */
@Injectable()
export class EndpointDeliveries implements DeliverySource, DeliveryObserver {
  readonly kind = EVENT;

  constructor(
    private readonly endpoints: EndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly bodies: EndpointBodies,
    private readonly secrets: EndpointSecrets,
    private readonly health: EndpointHealth,
    private readonly releases: EndpointReleases,
  ) {}

  /** Called by the module. */
  register(deliveries: DeliveriesService, transitions: Transitions): void {
    deliveries.registerSource(this);
    transitions.register(this);
  }

  /** The body is what the event is at the first attempt, and stays so; where it goes and how it is signed is as the endpoint is now. */
  async load(deliveries: DeliveryRow[]): Promise<Map<string, Content>> {
    const messages = new Map((await this.messages.ofDeliveries(deliveries)).map((row) => [row.id, row]));
    const [endpoints, bodies] = await Promise.all([
      this.endpointsOf([...messages.values()]),
      this.bodies.of([...messages.values()]),
    ]);
    const contents = new Map<string, Content>();
    for (const { id, source_id } of deliveries) {
      const message = messages.get(source_id);
      const endpoint = message && endpoints.get(message.endpoint_id);
      const body = bodies.get(source_id);
      if (message && endpoint && body !== undefined) contents.set(id, this.contentOf(endpoint, message, body));
    }
    return contents;
  }

  async settled(tx: Tx, transitions: Transition[]): Promise<NewEvent[]> {
    const told = await this.health.settled(tx, transitions);
    const ended = transitions.filter(({ row }) => !isOpen(row.status) && told.gated.has(row.lane));
    if (
      ended.length > 0 &&
      (await this.messages.end(
        tx,
        ended.map(({ row }) => keyOf(row)),
      ))
    ) {
      const places = new Map(ended.map(({ row }) => [row.lane, row.client_id]));
      tx.afterCommit(() => {
        for (const [lane, clientId] of places) this.releases.nudge(clientId, told.gated.get(lane)!);
      });
    }
    return told.events;
  }

  private async endpointsOf(messages: EndpointMessageRow[]): Promise<Map<string, EndpointRow>> {
    const keys = new Map(messages.map(({ client_id, endpoint_id: id }) => [id, { client_id, id }]));
    const rows = await this.endpoints.readMany([...keys.values()]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  private contentOf(endpoint: EndpointRow, message: EndpointMessageRow, { body, hops }: EndpointBody): WebhookContent {
    const content: WebhookContent = {
      url: endpoint.url,
      body,
      hops,
      secrets: this.secrets.active(endpoint),
      message_id: message.event_id,
      headers: this.secrets.headers(endpoint),
      timeout_ms: endpoint.timeout_ms,
      // A test is sent now, whatever waits.
      rate_limit_per_second: message.is_test ? null : endpoint.rate_limit_per_second,
    };
    if (endpoint.status === 'enabled' || message.is_test) return content;
    return { ...content, rate_limit_per_second: null, withheld: true };
  }
}

/** The message of a delivery has its id. */
const keyOf = ({ client_id, source_id: id, created_at }: DeliveryRow) => ({ client_id, id, created_at });
