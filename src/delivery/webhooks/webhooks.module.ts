import { Module } from '@nestjs/common';
import { registerEvents } from '../../platform/realtime/event.registry.js';
import { DeliveriesModule } from '../../engine/deliveries/deliveries.module.js';
import { DeliveriesService } from '../../engine/deliveries/deliveries.service.js';
import { Transitions } from '../../engine/deliveries/transitions.js';
import { EventsModule } from '../../engine/events/events.module.js';
import { ProvidersModule } from '../../engine/providers/providers.module.js';
import { RulesModule } from '../rules/rules.module.js';
import { RecoveriesModule } from '../recoveries/recoveries.module.js';
import { WebhookEndpoints } from '../../engine/providers/webhook/webhook-endpoints.js';
import { WebhookModule } from '../../engine/providers/webhook/webhook.module.js';
import { Conditions } from './conditions.js';
import { EndpointBodies } from './endpoint-bodies.js';
import { EndpointChecks } from './endpoint-checks.js';
import { EndpointDeliveries } from './endpoint-deliveries.js';
import { EndpointHealth } from './endpoint-health.js';
import { EndpointHealthRepository } from './endpoint-health.repository.js';
import { EndpointHistoryController } from './endpoint-history.controller.js';
import { EndpointHistoryService } from './endpoint-history.service.js';
import { EndpointHolds } from './endpoint-holds.js';
import { EndpointHops } from './endpoint-hops.js';
import { EndpointLimits } from './endpoint-limits.js';
import { EndpointMessagesRepository } from './endpoint-messages.repository.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { EndpointStatesService } from './endpoint-states.service.js';
import { EndpointView } from './endpoint-view.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { EndpointsService } from './endpoints.service.js';
import { Envelopes } from './envelopes.js';
import { EventFeed } from './event-feed.js';
import { EventFeedSocket } from './event-feed.socket.js';
import { EventTypes } from './event-types.js';
import { PlanningReader } from './planning.reader.js';
import { EndpointRecoveries } from './endpoint-recoveries.js';
import { EndpointRecoveriesRepository } from './endpoint-recoveries.repository.js';
import { EndpointRecoveriesService } from './endpoint-recoveries.service.js';
import { EndpointNotifications } from './endpoint-notifications.js';
import { EndpointReleases } from './endpoint-releases.js';
import { EndpointReleasesRepository } from './endpoint-releases.repository.js';
import * as webhooksEvents from './webhooks.events.js';

/** Events of a client, told to its endpoints; and notifications that name one. */
@Module({
  imports: [DeliveriesModule, EventsModule, ProvidersModule, RecoveriesModule, RulesModule, WebhookModule],
  controllers: [EndpointsController, EndpointHistoryController],
  providers: [
    Conditions,
    EndpointBodies,
    EndpointChecks,
    EndpointDeliveries,
    EndpointHealth,
    EndpointHealthRepository,
    EndpointHistoryService,
    EndpointHolds,
    EndpointHops,
    EndpointLimits,
    EndpointMessagesRepository,
    EndpointNotifications,
    EndpointSecrets,
    EndpointStatesService,
    EndpointView,
    EndpointsRepository,
    EndpointsService,
    Envelopes,
    EventFeed,
    EventFeedSocket,
    EventTypes,
    PlanningReader,
    EndpointRecoveries,
    EndpointRecoveriesRepository,
    EndpointRecoveriesService,
    EndpointReleases,
    EndpointReleasesRepository,
    registerEvents(webhooksEvents),
  ],
})
export class WebhooksModule {
  constructor(
    events: EndpointDeliveries,
    notifications: EndpointNotifications,
    deliveries: DeliveriesService,
    transitions: Transitions,
    webhooks: WebhookEndpoints,
  ) {
    events.register(deliveries, transitions);
    notifications.register(webhooks, transitions);
  }
}
